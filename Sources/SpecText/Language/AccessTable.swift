import Model

extension Language {
  static let access = Table(
    "`Access`",
    [
      Field("name", .text(.documentName), "The name that instances refer to.", .required),
      Field("databases", .list(.text(.serverName)), "The databases in which privileges are judged."),
      Field(
        "mode", .choice(AccessMode.allCases.map(\.rawValue)),
        "`additive` never revokes, `audit` only reports.", standard: "authoritative"),
      Field(
        "roles", .map(key: .declaredRole, value: .table(role), segment: "role"),
        "The roles, each complete: an unset attribute means what `CREATE ROLE` gives."),
      Field(
        "profiles", .map(key: .serverName, value: .table(profile), segment: "profile"),
        "Named sets of privileges."),
      Field("grants", .list(.table(grant)), "Who may do what."),
      Field("policies", .list(.table(tablePolicies)), "Row security, an entry a table."),
    ],
    notYet: ["extends", "column_grants"])

  static let role = Table(
    "a role",
    [
      Field("login", .flag, "May log in.", standard: "false"),
      Field("superuser", .flag, "May do everything.", standard: "false"),
      Field("create_database", .flag, "May create databases.", standard: "false"),
      Field("create_role", .flag, "May create roles.", standard: "false"),
      Field("inherit", .flag, "Uses the privileges of roles that it is a member of.", standard: "true"),
      Field("replication", .flag, "May start replication.", standard: "false"),
      Field("bypass_row_security", .flag, "Is not held by row security.", standard: "false"),
      Field(
        "connection_limit", .integer(0...2_147_483_647), "How many connections it may have. Unset: no limit."),
      Field(
        "valid_until", .text(.moment),
        "When its password stops being accepted; a date means its end in UTC. Unset: never."),
      Field("password", .secret(variables: Set(SecretVariable.allCases)), "Its password. Unset: unmanaged."),
      Field("comment", .text(.words), "Its comment; an empty one removes it. Unset: unmanaged."),
      Field(
        "member_of", .list(.byForm(scalar: .text(.serverName), mapping: .table(membership))),
        "The roles whose privileges it is lent."),
      Field(
        "settings", .map(key: .parameterName, value: .text(.words), segment: "setting"),
        "Parameters of its sessions."),
      Field(
        "expires", .text(.moment),
        "From then on it has no login and no memberships; a date means its end in UTC."),
      Field("state", .choice(["present", "absent"]), "`absent`: the role is removed.", standard: "present"),
      Field("reassign_to", .text(.serverName), "Who gets what an absent role owns."),
      Field("renamed_from", .text(.serverName), "The name that it had before."),
    ],
    notYet: ["rotate", "members", "certificate"])

  private static let membership = Table(
    "a membership",
    [
      Field("role", .text(.serverName), "The role whose privileges are lent.", .required),
      Field("admin", .flag, "May lend them on.", standard: "false"),
    ],
    notYet: ["inherit", "set", "expires"])

  /// Object kinds whose plural is a key of profiles and grants.
  static let pluralKinds: [ObjectKind] = [.table, .sequence, .function]

  static func privileges(_ kind: ObjectKind) -> Shape { .oneOrMany(.text(.privilege(kind))) }

  static let profile = Table(
    "a profile",
    [
      Field("database", privileges(.database), "Privileges on the database."),
      Field("schema", privileges(.schema), "Privileges on the schema."),
    ] + pluralFields,
    notYet: ["types", "extends"])

  private static let pluralFields = pluralKinds.map {
    Field($0.plural, privileges($0), "Privileges on all \($0.plural) of the schema.")
  }

  private static let singularFields = pluralKinds.map {
    Field(
      $0.rawValue, .map(key: $0 == .function ? .functionSignature : .serverName, value: privileges($0)),
      "Privileges on single \($0.plural)\($0 == .function ? ", named with their argument types" : "").")
  }

  static let grant = Table(
    "a grant",
    [
      Field("to", .oneOrMany(.text(.serverName)), "The roles, or `PUBLIC` for everybody.", .required),
      Field("in", .byForm(scalar: .text(.place), mapping: .table(place)), "The schema: `database.schema`."),
      Field(
        "database", .text(.serverName),
        "The database that `privileges` are on. Unset: all databases of the document."),
      Field("privileges", privileges(.database), "Privileges on the database."),
      Field("profile", .text(.serverName), "A profile of this document."),
      Field("schema", privileges(.schema), "Privileges on the schema."),
    ] + pluralFields + singularFields + [
      Field(
        "default_privileges_of", .oneOrMany(.text(.serverName)),
        "Roles whose future objects are granted too, for the plural keys.")
    ],
    notYet: ["expires", "grant_option", "grantable", "types", "type", "columns", "granted_by"])

  private static let place = Table(
    "`in`",
    [
      Field("database", .text(.serverName), "The database.", .required),
      Field("schema", .text(.serverName), "The schema.", .required),
    ])
}
