import Model
import PostgresCatalog

/// A cluster as `initdb` makes it.
///
/// - Parameter superuser: the name that `initdb --username` was given.
/// - Parameter applyUser: who applies; the superuser where the spec names nobody.
/// - Source: the catalogs of fresh clusters of 15, 16 and 18, held against this in a live test.
func pristineCluster(version: ServerVersion, superuser: String, applyUser: String?) -> Observed {
  var cluster = Observed(presence: .stopped, version: version)
  cluster.isAssumed = true
  cluster.clientConnections = 0
  cluster.parameters = pristineParameters(major: version.major)
  cluster.roles = pristineRoles(major: version.major, superuser: superuser)
  cluster.memberships = predefinedMemberships(major: version.major, superuser: superuser)
  cluster.initialSuperuser = superuser
  cluster.databases = pristineDatabases(version: version, owner: superuser)
  cluster.capabilities = pristineCapabilities(of: applyUser ?? superuser, roles: cluster.roles)
  return cluster
}

private func pristineRoles(major: Int, superuser: String) -> [String: Role] {
  var owner = RoleAttributes()
  (owner.login, owner.superuser, owner.createDatabase, owner.createRole) = (true, true, true, true)
  (owner.replication, owner.bypassRowSecurity) = (true, true)
  var roles = [superuser: Role(attributes: owner)]
  for name in predefinedRoles(major: major) { roles[name] = Role() }
  for name in roles.keys { roles[name]?.password = PasswordState.none }
  return roles
}

private func pristineDatabases(version: ServerVersion, owner: String) -> [String: Database] {
  let maintenance = freshDatabase(version: version, owner: owner, superuser: owner)
  var first = maintenance
  first.acl = templateACL(version: version, owner: owner)
  return [
    "postgres": maintenance, "template1": first,
    "template0": Database(owner: owner, acl: first.acl, isRead: false),
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
