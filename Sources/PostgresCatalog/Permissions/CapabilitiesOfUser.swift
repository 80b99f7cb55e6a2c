import Model

extension Capabilities {
  /// What a user may do, from the catalogs. A user that doesn't exist may do nothing.
  ///
  /// - Parameter memberships: the automatic ones of 16 and later too: by them a creator administers what it made.
  /// - Parameter allowsAlterSystem: the server's `allow_alter_system` (17 and later).
  package init(
    of user: String, roles: [String: Role], memberships: [Membership], version: ServerVersion,
    allowsAlterSystem: Bool
  ) {
    self.init()
    self.user = user
    guard let attributes = roles[user]?.attributes else { return }
    let graph = RoleGraph(roles: roles, memberships: memberships, version: version)
    let held = graph.inherited(by: user)
    isSuperuser = attributes.superuser
    mayCreateRoles = attributes.superuser || attributes.createRole
    mayCreateDatabases = attributes.superuser || attributes.createDatabase
    maySignalBackends = held.contains("pg_signal_backend")
    mayAlterSystem = attributes.superuser && allowsAlterSystem
    actsAs = held.sorted()
    administers = graph.lendable(by: user).sorted()
  }
}
