import Model

extension Language {
  static let instance = Table(
    "`Instance`",
    [
      Field("name", .text(.documentName), "The name of the instance, unique in the repository.", .required),
      Field(
        "extends", .text(.documentName),
        "Another `Instance` that this one is derived from. Maps merge, scalars and lists replace, `default` removes."
      ),
      Field("template", .flag, "`true`: only others extend it; it is no instance itself.", standard: "false"),
      Field("platform", .text(.documentName), "The `Platform` that it lives on.", .required),
      Field(
        "engine", .choice(["postgres"], notYet: ["mysql", "mariadb"]), "The database engine.", .required),
      Field(
        "version", .text(.version),
        "What versions are right: `16`, `16.4`, `\">=16.4 <17\"`. Never a reason to downgrade."),
      Field(
        "state", .choice(DesiredInstance.State.allCases.map(\.rawValue)),
        "Whether it runs. Unset: unmanaged, and a missing instance is created running."),
      Field(
        "identifier", .text(.aws(.identifier)), "The platform's name of it. Unset: `name`.", on: [.aws]),
      Field(
        "renamed_from", .text(.aws(.identifier)), "The platform's name that it had before; it is renamed.",
        on: [.aws]),
      Field("local", .table(local), "What only a cluster on this host has.", on: [.local]),
      Field("server", .table(server), "What only a server that is merely reached has.", on: [.server]),
      Field(
        "aws", .table(aws), "What only an instance or a cluster of Amazon RDS has. Each unset key is unmanaged.",
        on: [.aws]),
      Field(
        "members", .map(key: .aws(.identifier), value: .table(member), segment: "members"),
        "The instances of an Aurora cluster, by identifier. With members the instance is a cluster.", on: [.aws]),
      Field(
        "restore_from", .table(restore), "What its data are when it is made. Looked at only then.", on: [.aws]),
      Field("connect", .table(connect), "How it is reached."),
      Field(
        "databases", .map(key: .declaredDatabase, value: .table(database), segment: "database"),
        "The databases that have to exist. No database is ever dropped."),
      Field(
        "settings", .map(key: .parameterName, value: .text(.words), segment: "setting"),
        "Parameters of all sessions of all roles, as ALTER ROLE ALL sets them."),
      Field(
        "parameters", .list(.text(.documentName)),
        "`Parameters` documents; a later one wins. Unset: unmanaged."),
      Field(
        "parameters_mode", .choice(DesiredParameters.Mode.allCases.map(\.rawValue)),
        "`authoritative`: what no document declares is reset. `additive`: it is left as it is.",
        standard: "authoritative"),
      Field("backup", .text(.documentName), "The `BackupPolicy`.", on: [.local, .aws]),
      Field("access", .list(.text(.documentName)), "`Access` documents, taken together."),
      Field(
        "labels", .map(key: .labelKey, value: .text(.words)),
        "Words of yours, for `--only label:k=v`. On `aws` they are tags; a tag that no label declares is left alone."),
      Field(
        "protect", .flag,
        "`true`: Holdfast refuses to stop or remove it. On `aws` also deletion protection, switched off by a written `false`.",
        standard: "false"),
      Field(
        "fresh", .flag,
        "`true`: signs of an earlier instance of this name are to be ignored when it is created.",
        standard: "false"),
    ],
    notYet: Set(clouds).union([
      "drill", "storage", "size", "network",
      "maintenance",
    ]))

  static let port = Shape.integer(1...65_535)

  private static let local = Table(
    "`local`",
    [
      Field("port", port, "The port, which also names the socket.", .required),
      Field(
        "data_directory", .text(.path), "The data directory. Beside it lies `<data_directory>.holdfast`.",
        .required),
      Field("locale", .text(.words), "The locale that `initdb` is given."),
      Field("socket_directory", .text(.path), "Where the socket goes. Unset: a directory of Holdfast's own."),
      Field("listen_addresses", .text(.words), "Unset: no TCP at all."),
      Field(
        "system_identifier", .text(.words),
        "Pins the cluster: an existing one with this identifier may be adopted."),
      Field("binaries", .text(.path), "Where `initdb` and `pg_ctl` are. Unset: found by the major version."),
    ],
    notYet: ["tablespaces", "hba", "encoding"])

  private static let server = Table(
    "`server`", [Field("system_identifier", .text(.words), "Pins the server: another one is refused.")])

  private static let connect = Table(
    "`connect`",
    [
      Field(
        "host", .text(.words), "A host name, an address, or the directory of a socket. On `aws`, unset: the endpoint.",
        on: [.server, .aws]),
      Field("port", port, "The port. On `aws`, unset: the endpoint's.", on: [.server, .aws]),
      Field("database", .text(.serverName), "The maintenance database.", standard: "postgres"),
      Field("user", .text(.serverName), "The user that plans and looks for drift; it only reads."),
      Field("apply_user", .text(.serverName), "The user that applies. Unset: `user`."),
      Field(
        "tls", .choice(ConnectSettings.TLSMode.allCases.map(\.rawValue)),
        "How much of TLS is asked for, as libpq's `sslmode`.",
        on: [.server, .aws]),
      Field("ca", .text(.path), "The file of the certificate authority.", on: [.server, .aws]),
      Field("password", .secret(), "The password of the user."),
      Field("passfile", .text(.path), "A password file in libpq's format."),
      Field("iam", .flag, "`true`: a token of IAM is the password.", on: [.aws], standard: "false"),
    ],
    notYet: ["tunnel", "cert", "key"])

  private static let database = Table(
    "a database",
    [
      Field("owner", .text(.serverName), "The role that owns it."),
      Field("extensions", .list(.text(.serverName)), "Extensions that have to be there."),
      Field(
        "schemas", .map(key: .declaredSchema, value: .table(schema), segment: "schema"),
        "Schemas that have to be there."),
      Field(
        "settings", .map(key: .parameterName, value: .text(.words), segment: "setting"),
        "Parameters of all sessions in this database."),
      Field("renamed_from", .text(.serverName), "The name that it had before."),
    ],
    notYet: ["locale", "encoding", "tablespace", "template", "connection_limit", "state", "comment"])

  private static let schema = Table(
    "a schema", [Field("owner", .text(.serverName), "The role that owns it.")],
    notYet: ["renamed_from", "state", "comment"])
}
