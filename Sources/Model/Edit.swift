/// One act on one instance, as data: the simulator applies it to an `Observed` by the server's rules, a platform renders
/// it to operations, and its opposite undoes it. It says what is done, never why.
package enum Edit: Hashable, Sendable, Codable {
  // The instance.
  case createInstance(version: ServerVersion)
  case startInstance
  case stopInstance
  case removeInstance
  case includeLayer

  // Its parameters: `nil` takes the entry out of the layer.
  case setParameter(name: String, value: String?)
  case reload
  case restart

  // What all databases share.
  case createRole(name: String, attributes: RoleAttributes)
  case alterRole(name: String, attributes: RoleAttributes, fields: [RoleAttributes.Field])
  case renameRole(from: String, to: String)
  case dropRole(name: String)
  case comment(role: String, text: String?)
  case setPassword(role: String, reference: SecretRef)
  case removePassword(role: String)
  case grantMembership(Membership)
  case revokeMembership(Membership)
  case setSetting(scope: SettingScope, name: String, value: String?)
  case createDatabase(name: String, owner: String?)
  case renameDatabase(from: String, to: String)
  case setDatabaseOwner(database: String, owner: String)

  // What lies in one database.
  case createExtension(database: String, name: String)
  case dropExtension(database: String, name: String)
  case createSchema(database: String, name: String, owner: String?)
  case dropSchema(database: String, name: String)
  case setSchemaOwner(database: String, schema: String, owner: String)
  /// Tables, sequences, functions or types that had one owner before. What belongs to a table goes with it.
  case setOwner(of: ObjectGroup, owner: String)
  case grant(on: ObjectGroup, to: Grantee, grantor: String, privileges: PrivilegeSet, grantable: Bool)
  case revoke(on: ObjectGroup, from: Grantee, grantor: String, privileges: PrivilegeSet, grantOptionOnly: Bool)
  case grantDefault(
    database: String, of: DefaultPrivileges, to: Grantee, privileges: PrivilegeSet, grantable: Bool = false)
  case revokeDefault(
    database: String, of: DefaultPrivileges, from: Grantee, privileges: PrivilegeSet, grantOptionOnly: Bool = false)
  case reassignOwned(database: String, from: String, to: String)
  case setRowSecurity(on: ProtectedTable, to: RowSecurity.Enforcement)
  case createPolicy(on: ProtectedTable, name: String, policy: Policy)
  case alterPolicy(on: ProtectedTable, name: String, policy: Policy, fields: [Policy.Field])
  case dropPolicy(on: ProtectedTable, name: String)

  // Its backups.
  case configureBackup(BackupConfiguration)
  case createStanza
  case takeBackup(kind: BackupKind)
  case deleteBackup(label: String)
  case copyBackups(region: String, copied: Bool)
  /// Shares a snapshot with the account, which copies it. Without a label it is the newest that Holdfast took.
  case copySnapshot(label: String?, to: CopyTarget)
  case deleteSnapshotCopy(label: String, in: CopyTarget)
  case endSharing(label: String?, with: String)

  // What a cloud keeps of it.
  case setManaged(member: String?, values: [ManagedField: String], moment: ManagedMoment)
  case renameInstance(from: String, to: String)
  /// `nil` takes the tag away.
  case setTag(name: String, value: String?)
  case addMember(name: String, values: [ManagedField: String])
  case removeMember(name: String)
  case restartMember(name: String)
  case createParameterGroup(ParameterGroup)
  case removeParameterGroup(name: String)
}

extension Edit {
  /// The database that it is done in; `nil` for what all databases share and for what is no SQL.
  package var database: String? {
    switch self {
    case .createExtension(let database, _), .dropExtension(let database, _), .createSchema(let database, _, _),
      .dropSchema(let database, _), .setSchemaOwner(let database, _, _), .grantDefault(let database, _, _, _, _),
      .revokeDefault(let database, _, _, _, _), .reassignOwned(let database, _, _):
      database
    case .setRowSecurity(let table, _), .createPolicy(let table, _, _), .alterPolicy(let table, _, _, _),
      .dropPolicy(let table, _):
      table.database
    case .setOwner(let group, _): group.database
    case .grant(let group, _, _, _, _), .revoke(let group, _, _, _, _):
      group.kind.place == .cluster ? nil : group.database
    case .createInstance, .startInstance, .stopInstance, .removeInstance, .includeLayer, .setParameter, .reload,
      .restart,
      .createRole, .alterRole, .renameRole, .dropRole, .comment, .setPassword, .removePassword, .grantMembership,
      .revokeMembership,
      .setSetting, .createDatabase, .renameDatabase, .setDatabaseOwner, .configureBackup, .createStanza,
      .takeBackup, .deleteBackup, .copyBackups, .copySnapshot, .deleteSnapshotCopy, .endSharing,
      .setManaged, .renameInstance, .setTag, .addMember, .removeMember, .restartMember, .createParameterGroup,
      .removeParameterGroup:
      nil
    }
  }
}
