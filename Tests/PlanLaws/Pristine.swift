import Model

/// A fresh cluster as the fake platform has it: a superuser, the server's own roles, two databases, a dozen parameters.
package func pristineCluster(version: ServerVersion, user: String = "postgres") -> Observed {
  var observed = Observed(presence: .running, version: version)
  observed.isAssumed = true
  observed.systemIdentifier = nil
  observed.host = HostState(
    isOurs: true, includesLayer: true, libraries: ["pg_stat_statements", "auto_explain"],
    availableExtensions: ["pgcrypto", "plpgsql"])
  observed.parameters = pristineParameters
  for name in ["pg_database_owner", "pg_monitor", "pg_read_all_data"] { observed.roles[name] = bareRole() }
  observed.roles[user] = superuser()
  for name in ["postgres", "template1"] {
    observed.databases[name] = pristineDatabase(owner: user, version: version, isRead: name == "postgres")
  }
  observed.capabilities.user = user
  observed.capabilities.isSuperuser = true
  return observed
}

package func bareRole() -> Role {
  var role = Role()
  role.password = .none
  return role
}

private func superuser() -> Role {
  var role = bareRole()
  role.attributes.login = true
  role.attributes.superuser = true
  role.attributes.createRole = true
  role.attributes.createDatabase = true
  role.attributes.replication = true
  role.attributes.bypassRowSecurity = true
  return role
}

package func pristineDatabase(owner: String, version: ServerVersion, isRead: Bool = true) -> Database {
  var database = Database(owner: owner, acl: .initial(kind: .database, owner: owner, version: version), isRead: isRead)
  database.extensions["plpgsql"] = ""
  var acl = ACL.initial(kind: .schema, owner: "pg_database_owner", version: version)
  acl.add(ACLEntry(grantee: .everybody, grantor: "pg_database_owner", privileges: .usage))
  database.schemas["public"] = Schema(owner: "pg_database_owner", acl: acl)
  return database
}

package let pristineParameters: [String: ParameterState] = [
  "archive_mode": state(.enum, .postmaster, "off", choices: ["always", "on", "off"]),
  "checkpoint_completion_target": state(.real, .sighup, "0.9", minimum: "0", maximum: "1"),
  "log_connections": state(.bool, .superuserBackend, "off"),
  "log_min_duration_statement": state(.integer, .superuser, "-1", unit: "ms", minimum: "-1", maximum: "2147483647"),
  "max_connections": state(.integer, .postmaster, "100", minimum: "1", maximum: "262143"),
  "max_wal_size": state(.integer, .sighup, "1024", unit: "MB", minimum: "2", maximum: "2147483647"),
  "port": state(.integer, .postmaster, "5432", minimum: "1", maximum: "65535"),
  "search_path": state(.string, .user, "\"$user\", public"),
  "server_version_num": state(.integer, .internal, "150020"),
  "shared_buffers": state(.integer, .postmaster, "16384", unit: "8kB", minimum: "16", maximum: "1073741823"),
  "shared_preload_libraries": state(.string, .postmaster, ""),
  "statement_timeout": state(.integer, .user, "0", unit: "ms", minimum: "0", maximum: "2147483647"),
  "TimeZone": state(.string, .user, "Etc/UTC"),
  "wal_level": state(.enum, .postmaster, "replica", choices: ["minimal", "replica", "logical"]),
  "work_mem": state(.integer, .user, "4096", unit: "kB", minimum: "64", maximum: "2147483647"),
]

private func state(
  _ kind: ParameterDefinition.Kind, _ context: ParameterDefinition.Context, _ value: String, unit: String? = nil,
  minimum: String? = nil, maximum: String? = nil, choices: [String]? = nil
) -> ParameterState {
  ParameterState(
    definition: ParameterDefinition(
      kind: kind, context: context, unit: unit, minimum: minimum, maximum: maximum, choices: choices, bootValue: value),
    running: value)
}
