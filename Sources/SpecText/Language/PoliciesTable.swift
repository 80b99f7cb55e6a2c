import Model

extension Language {
  /// One entry of `policies:` of an `Access` document.
  static let tablePolicies = Table(
    "an entry of `policies`",
    [
      Field(
        "table", .byForm(scalar: .text(.tablePlace), mapping: .table(tablePlace)),
        "The table: `database.schema.table`.",
        .required),
      Field(
        "row_security", .choice(["enabled", "forced", "disabled"]),
        "Whether its policies hold; `forced`: for its owner too. Unset: unmanaged."),
      Field(
        "policies", .map(key: .serverName, value: .table(policy), segment: "policy"),
        "Its policies, complete: others are dropped. Unset: unmanaged."),
    ])

  private static let policy = Table(
    "a policy",
    [
      Field("command", .choice(Policy.Command.allCases.map(\.rawValue)), "What it holds for.", standard: "all"),
      Field("to", .oneOrMany(.text(.serverName)), "The roles, or `PUBLIC` for everybody.", standard: "PUBLIC"),
      Field(
        "using", .text(.expression),
        "Which rows are there: one SQL expression, its names with their schema unless they are PostgreSQL's own."),
      Field("check", .text(.expression), "Which rows may be written. Unset: those of `using`."),
      Field(
        "permissive", .flag, "`false`: restrictive, it holds back what others let through.", standard: "true"),
    ])

  private static let tablePlace = Table(
    "`table`",
    [
      Field("database", .text(.serverName), "The database.", .required),
      Field("schema", .text(.serverName), "The schema.", .required),
      Field("table", .text(.serverName), "The table.", .required),
    ])
}
