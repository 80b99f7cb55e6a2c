extension Language {
  static let platform = Table(
    "`Platform`",
    [
      Field("name", .text(.documentName), "The name that instances refer to.", .required),
      Field(
        "type", .choice(PlatformType.allCases.map(\.rawValue), notYet: clouds),
        "`local`: clusters on this host, made and run by Holdfast. `server`: any PostgreSQL that can be reached. `aws`: Amazon RDS and Aurora in one region of one account.",
        .required),
      Field(
        "hostname", .text(.words),
        "The host that the instances live on, as `hostname` prints it. Elsewhere they are skipped and counted.",
        on: [.local]),
      Field(
        "run_as", .text(.serverName),
        "The operating system user that owns the clusters. Unset: the invoking user, or `postgres` when that is root.",
        on: [.local]),
      Field("region", .text(.aws(.region)), "The region of AWS.", on: [.aws]),
      Field(
        "account", .text(.aws(.account)), "The account of AWS; credentials of another one are refused.", on: [.aws]),
      Field(
        "profile", .text(.aws(.name)), "A profile of AWS's shared files. Unset: the usual order of credentials.",
        on: [.aws]),
      Field("assume_role", .table(assumedRole), "The role to work as.", on: [.aws]),
      Field(
        "endpoints", .table(endpoints), "Addresses in place of the region's own: https, or http on this machine.",
        on: [.aws]),
      Field("ca", .text(.path), "The file of the certificate authority of the API.", on: [.aws]),
    ],
    notYet: ["project", "subscription", "resource_group", "credentials"])

  static let assumedRole = Table(
    "`assume_role`",
    [
      Field("arn", .text(.aws(.role)), "The role.", .required),
      Field("external_id", .text(.aws(.name)), "What the role's trust policy may ask for."),
      Field("session_name", .text(.aws(.name)), "The name in the account's audit log.", standard: "holdfast"),
    ])

  private static let endpoints = Table(
    "`endpoints`",
    [
      Field("rds", .text(.aws(.endpoint)), "Of Amazon RDS."),
      Field("sts", .text(.aws(.endpoint)), "Of AWS STS, which says whose the credentials are."),
      Field("secretsmanager", .text(.aws(.endpoint)), "Of AWS Secrets Manager."),
    ])
}
