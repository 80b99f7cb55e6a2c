extension Language {
  static let binding = Table(
    "a binding",
    [
      Field("profile", .text(.serverName), "A profile of this document.", .required),
      Field(
        "in",
        places,
        "The schemas, `database.schema`, one or several, with `*` and `?` in the schema's part.", .required),
      Field(
        "role", .text(.serverName),
        "The name of each schema's role, with `{schema}` and `{database}` for the names. It is declared by this.",
        .required),
      Field("members", .oneOrMany(.text(.serverName)), "Declared roles that are members of each of them."),
      Field(
        "default_privileges_of", .oneOrMany(.text(.serverName)),
        "Roles whose future objects are granted too, for the plural keys; `{schema}` and `{database}` as in `role`."),
    ])
}
