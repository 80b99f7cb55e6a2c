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
        "manages", .list(.text(.serverName)),
        "Names that are kept for the specs, with `*` and `?`: a role of such a name that no document declares is reported."
      ),
      Field(
        "superusers", .list(.text(.serverName)),
        "Who may be a superuser beside the roles that are declared so: any other is a difference. Unset: not judged."),
      Field(
        "roles", .map(key: .declaredRole, value: .table(role), segment: "role"),
        "The roles, each complete: an unset attribute means what `CREATE ROLE` gives."),
      Field(
        "profiles", .map(key: .serverName, value: .table(profile), segment: "profile"),
        "Named sets of privileges."),
      Field(
        "bindings", .list(.table(binding)), "Profiles for many schemas at once, each with a group role of its own."),
      Field("grants", .list(.table(grant)), "Who may do what."),
      Field("owners", .list(.table(ownership)), "To whom objects belong."),
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
      Field(
        "password", .secret(variables: Set(SecretVariable.allCases), or: "disabled"),
        "Its password; `disabled`: it has none. Unset: unmanaged."),
      Field("rotate", .table(rotation), "How old the source of its password may grow."),
      Field("comment", .text(.words), "Its comment; an empty one removes it. Unset: unmanaged."),
      Field(
        "member_of", .list(.byForm(scalar: .text(.serverName), mapping: .table(membership))),
        "The roles whose privileges it is lent."),
      Field(
        "settings", .map(key: .parameterName, value: .text(.words), segment: "setting"),
        "Parameters of its sessions."),
      Field(
        "settings_in",
        .map(
          key: .declaredDatabase, value: .map(key: .parameterName, value: .text(.words), segment: "setting"),
          segment: "database"),
        "Parameters of its sessions in one database, by database; they win over all others."),
      Field(
        "expires", .text(.moment),
        "From then on it has no login and no memberships; a date means its end in UTC."),
      Field("state", .choice(["present", "absent"]), "`absent`: the role is removed.", standard: "present"),
      Field("reassign_to", .text(.serverName), "Who gets what an absent role owns."),
      Field("renamed_from", .text(.serverName), "The name that it had before."),
    ],
    notYet: ["members", "certificate"])

  private static let rotation = Table(
    "`rotate`",
    [
      Field(
        "every", .text(.span),
        "The age at which it is reported. A file's is known; of other sources it is not, and a note says so.", .required
      )
    ])

  private static let membership = Table(
    "a membership",
    [
      Field("role", .text(.serverName), "The role whose privileges are lent.", .required),
      Field("admin", .flag, "May lend them on.", standard: "false"),
      Field(
        "inherit", .flag,
        "Has them without `SET ROLE`; from version 16 on. Unset: as `inherit` of the member says."),
      Field("set", .flag, "May become the role by `SET ROLE`; from version 16 on. Unset: it may."),
      Field(
        "expires", .text(.moment),
        "From then on it counts as not written; a date means its end in UTC. `apply --due` takes it back."),
    ])

  /// Kinds that lie in a schema; their plurals are keys of profiles and grants, their singulars of grants.
  static let schemaKinds: [ObjectKind] = [.table, .sequence, .function, .type]

  /// Kinds that lie in a database and in no schema.
  static let databaseKinds: [ObjectKind] = [.language, .foreignDataWrapper, .foreignServer, .largeObject]

  /// Kinds that lie in no database.
  static let clusterKinds: [ObjectKind] = [.tablespace, .parameter]

  static func privileges(_ kind: ObjectKind) -> Shape { .oneOrMany(.text(.privilege(kind))) }

  static let profile = Table(
    "a profile",
    [
      Field("database", privileges(.database), "Privileges on the database."),
      Field("schema", privileges(.schema), "Privileges on the schema."),
    ] + pluralFields,
    notYet: ["extends"])

  private static let pluralFields = schemaKinds.map { kind in
    Field(
      kind.plural,
      .byForm(scalar: one(kind), list: .list(one(kind)), mapping: .map(key: .pattern, value: privileges(kind))),
      "Privileges on all \(kind.plural) of the schema, or on those that fit a pattern; without `in`, of all schemas.")
  }

  private static func one(_ kind: ObjectKind) -> Shape { .text(.privilege(kind)) }

  private static let singularFields = schemaKinds.map { kind in
    switch kind {
    case .table:
      Field(
        "table", .map(key: .serverName, value: .oneOrMany(.text(.tablePrivilege))),
        "Privileges on single tables, or on columns of theirs: `select (id, amount)`.")
    case .function:
      Field(
        "function", .map(key: .functionSignature, value: privileges(kind)),
        "Privileges on single functions, named with their argument types.")
    default:
      Field(kind.rawValue, .map(key: .serverName, value: privileges(kind)), "Privileges on single \(kind.plural).")
    }
  }

  private static let outsideFields =
    databaseKinds.flatMap { kind in
      let words = kind.words
      return [
        Field(kind.plural, privileges(kind), "Privileges on all \(words)s of the database."),
        Field(
          kind.rawValue, .map(key: kind == .largeObject ? .objectNumber : .serverName, value: privileges(kind)),
          "Privileges on single \(words)s\(kind == .largeObject ? ", named by OID" : "")."),
      ]
    } + [
      Field("tablespaces", privileges(.tablespace), "Privileges on all tablespaces of the server."),
      Field("tablespace", .map(key: .serverName, value: privileges(.tablespace)), "Privileges on single tablespaces."),
      Field(
        "parameter", .map(key: .parameterName, value: privileges(.parameter)),
        "Privileges on parameters: `set` and `alter_system`, from PostgreSQL 15 on."),
    ]

  static let grant = Table(
    "a grant",
    [
      Field("to", .oneOrMany(.text(.serverName)), "The roles, or `PUBLIC` for everybody.", .required),
      Field(
        "state", .choice(GrantRule.State.allCases.map(\.rawValue)),
        "`absent`: the roles must not hold it, whoever gave it to them.", standard: "present"),
      Field("grant_option", .flag, "They may grant it on.", standard: "false"),
      Field("expires", .text(.moment), "From then on it counts as not written; a date means its end in UTC."),
      Field(
        "in",
        places, "The schema, `database.schema`, or several; `orders.tenant_*` is a pattern."),
      Field(
        "database", .text(.serverName),
        "The database that `privileges` are on. Unset: all databases of the document."),
      Field("privileges", privileges(.database), "Privileges on the database."),
      Field("profile", .text(.serverName), "A profile of this document."),
      Field("schema", privileges(.schema), "Privileges on the schema."),
    ] + pluralFields + singularFields + outsideFields + [
      Field(
        "default_privileges_of", .oneOrMany(.text(.serverName)),
        "Roles whose future objects are granted too, for the plural keys."),
      Field(
        "existing", .flag,
        "`false`: only those future objects are granted. Those that are there are left as they are.", standard: "true"),
    ],
    notYet: ["granted_by"])

  static let ownership = Table(
    "an entry of `owners`",
    [
      Field("role", .text(.serverName), "The role that they belong to.", .required),
      Field(
        "in",
        places, "The schema, `database.schema`, or several; `orders.tenant_*` is a pattern.",
        .required),
    ]
      + schemaKinds.map { kind in
        Field(
          kind.plural,
          .byForm(
            scalar: .choice(["all"]), list: .list(.text(kind == .function ? .functionPattern : .pattern))),
          "`all` \(kind.plural) of the schema, or a list of names and patterns.")
      })

  static let places = Shape.byForm(
    scalar: .text(.place), list: .list(.byForm(scalar: .text(.place), mapping: .table(place))),
    mapping: .table(place))

  private static let place = Table(
    "`in`",
    [
      Field("database", .text(.serverName), "The database.", .required),
      Field("schema", .text(.pattern), "The schema, or a pattern.", .required),
    ])
}
