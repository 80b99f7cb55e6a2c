extension Language {
  static let parameters = Table(
    "`Parameters`",
    [
      Field("name", .text(.documentName), "The name that instances refer to.", .required),
      Field(
        "engine", .choice(["postgres"], notYet: ["mysql", "mariadb"]), "The database engine.",
        standard: "postgres"),
      Field(
        "values", .map(key: .parameterName, value: parameterValue, segment: "parameter"),
        "The parameters. A list is written as a list; `{add: [...]}` adds to the list of an earlier document.",
        .required),
    ],
    notYet: ["when"])

  private static let parameterValue = Shape.byForm(
    scalar: .text(.words), list: .list(.text(.words)), mapping: .table(addition))

  private static let addition = Table(
    "a parameter's value",
    [Field("add", .list(.text(.words)), "Items added to the list of an earlier document.", .required)],
    notYet: Set(secretStores).union(["env", "file", "remove"]))
}
