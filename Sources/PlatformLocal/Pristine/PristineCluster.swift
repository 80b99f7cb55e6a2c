import Model

/// A cluster as `initdb` makes it.
///
/// - Parameter superuser: the name that `initdb --username` was given.
/// - Parameter applyUser: who applies; the superuser where the spec names nobody.
/// - Source: the catalogs of fresh clusters of 15, 16 and 18, held against this in a live test; the roles of 13, 14 and
///   17 are from the documentation, "Predefined Roles".
func pristineCluster(version: ServerVersion, superuser: String, applyUser: String?) -> Observed {
  var cluster = Observed(presence: .stopped, version: version)
  cluster.isAssumed = true
  cluster.clientConnections = 0
  cluster.parameters = pristineParameters(major: version.major)
  cluster.roles = pristineRoles(major: version.major, superuser: superuser)
  cluster.memberships = ["pg_read_all_settings", "pg_read_all_stats", "pg_stat_scan_tables"].map { role in
    let states: Bool? = version.major >= 16 ? true : nil
    return Membership(role: role, member: "pg_monitor", grantor: superuser, inherit: states, set: states)
  }
  cluster.databases = pristineDatabases(version: version, owner: superuser)
  cluster.capabilities = pristineCapabilities(of: applyUser ?? superuser, roles: cluster.roles)
  return cluster
}

private func pristineRoles(major: Int, superuser: String) -> [String: Role] {
  var owner = RoleAttributes()
  (owner.login, owner.superuser, owner.createDatabase, owner.createRole) = (true, true, true, true)
  (owner.replication, owner.bypassRowSecurity) = (true, true)
  var roles = [superuser: Role(attributes: owner)]
  for (name, since) in predefinedRoles where since <= major { roles[name] = Role() }
  for name in roles.keys { roles[name]?.password = PasswordState.none }
  return roles
}

/// By the major version that brought them.
private let predefinedRoles = [
  ("pg_monitor", 13), ("pg_read_all_settings", 13), ("pg_read_all_stats", 13), ("pg_stat_scan_tables", 13),
  ("pg_read_server_files", 13), ("pg_write_server_files", 13), ("pg_execute_server_program", 13),
  ("pg_signal_backend", 13), ("pg_database_owner", 14), ("pg_read_all_data", 14), ("pg_write_all_data", 14),
  ("pg_checkpoint", 15), ("pg_use_reserved_connections", 16), ("pg_create_subscription", 16),
  ("pg_maintain", 17),
  ("pg_signal_autovacuum_worker", 18),
]

private func pristineDatabases(version: ServerVersion, owner: String) -> [String: Database] {
  let template = ACL([
    ACLEntry(grantee: .everybody, grantor: owner, privileges: .connect),
    ACLEntry(
      grantee: .role(owner), grantor: owner, privileges: ObjectKind.database.allPrivileges(version: version)),
  ])
  var maintenance = Database(owner: owner, acl: .initial(kind: .database, owner: owner, version: version))
  maintenance.extensions["plpgsql"] = "1.0"
  let (isNew, publicOwner) = (version.major >= 15, version.major >= 15 ? "pg_database_owner" : owner)
  maintenance.schemas["public"] = Schema(
    owner: publicOwner,
    acl: ACL([
      ACLEntry(grantee: .everybody, grantor: publicOwner, privileges: isNew ? .usage : [.usage, .create]),
      ACLEntry(grantee: .role(publicOwner), grantor: publicOwner, privileges: [.usage, .create]),
    ]))
  var first = maintenance
  first.acl = template
  return [
    "postgres": maintenance, "template1": first,
    "template0": Database(owner: owner, acl: template, isRead: false),
  ]
}

private func pristineCapabilities(of user: String, roles: [String: Role]) -> Capabilities {
  var may = Capabilities()
  may.user = user
  guard roles[user] != nil else { return may }
  (may.isSuperuser, may.mayCreateRoles, may.mayCreateDatabases) = (true, true, true)
  (may.maySignalBackends, may.mayAlterSystem) = (true, true)
  (may.actsAs, may.administers) = (roles.keys.sorted(), roles.keys.sorted())
  return may
}
