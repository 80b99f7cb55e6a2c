extension Language {
  static let platform = Table(
    "`Platform`",
    [
      Field("name", .text(.documentName), "The name that instances refer to.", .required),
      Field(
        "type", .choice(PlatformType.allCases.map(\.rawValue), notYet: clouds),
        "`local`: clusters on this host, made and run by Holdfast. `server`: any PostgreSQL that can be reached.",
        .required),
      Field(
        "hostname", .text(.words),
        "The host that the instances live on, as `hostname` prints it. Elsewhere they are skipped and counted.",
        on: .local),
      Field(
        "run_as", .text(.serverName),
        "The operating system user that owns the clusters. Unset: the invoking user, or `postgres` when that is root.",
        on: .local),
    ],
    notYet: ["region", "account", "project", "subscription", "resource_group", "credentials"])
}
