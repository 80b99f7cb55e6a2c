/// Names one value of one instance. A fact is what plans depend on, what steps achieve, and what a revert puts back.
///
/// Sizes, times, OIDs and verifiers are in no fact: they move without anybody's doing.
package enum FactKey: Hashable, Sendable, Codable {
  /// There is an instance, whether it runs or not.
  case exists
  /// `running` or `stopped`.
  case presence
  case majorVersion
  case layerIsIncluded
  /// Everything the layer says, as one digest: a step that rewrites the file depends on all of it.
  case layer
  case layerParameter(name: String)
  /// The value in force, which follows the layer at once or after a restart.
  case runningParameter(name: String)
  case role(name: String)
  case roleAttribute(role: String, field: RoleAttributes.Field)
  case roleComment(role: String)
  case rolePassword(role: String)
  case membership(role: String, member: String)
  case setting(scope: SettingScope, name: String)
  case database(name: String)
  case databaseOwner(name: String)
  case `extension`(database: String, name: String)
  case schema(database: String, name: String)
  case schemaOwner(database: String, name: String)
  case owner(of: ObjectGroup)
  case privileges(on: ObjectGroup, grantee: Grantee, grantor: String)
  case defaultPrivileges(database: String, of: DefaultPrivileges, grantee: Grantee)
  /// Whether row security is on, and for the owner too.
  case rowSecurity(on: ProtectedTable)
  case policy(on: ProtectedTable, name: String)
  case policyField(on: ProtectedTable, name: String, field: Policy.Field)
  /// How many objects the role owns in the database: none before it can be dropped.
  case ownedObjects(database: String, role: String)
  case backupFile
  case stanza
  /// Whether a backup of the kind was finished after that moment.
  case backup(kind: BackupKind, after: Timestamp)
  /// What the cloud was last asked for, in force or not.
  case managed(member: String?, field: ManagedField)
  /// The value in force of what the cloud was asked for.
  case managedInForce(member: String?, field: ManagedField)
  /// The cloud is done with all that it was asked for: `yes`.
  case settled
  case identifier
  case tag(name: String)
  case member(name: String)
  case parameterGroup(name: String)
  /// Whether something waits for a restart: `no` once it is done.
  case awaitsRestart(member: String?)
  case backupCopy(region: String)
  /// A backup that retention takes away.
  case keptBackup(label: String)
  /// A finished copy of a snapshot that was taken after the moment.
  case snapshotCopy(target: CopyTarget, after: Timestamp)
  /// A copy that retention takes away.
  case keptCopy(label: String, target: CopyTarget)
  /// Whether an account may copy a snapshot that Holdfast took: `yes`, or nothing.
  case snapshotShare(account: String)
}

/// One value, `nil` where the thing that the key names does not exist.
package struct Fact: Hashable, Sendable, Codable {
  package var key: FactKey
  package var value: String?

  package init(key: FactKey, value: String?) { (self.key, self.value) = (key, value) }
}

/// Objects of one kind in one schema that share what is said of them.
package struct ObjectGroup: Hashable, Sendable {
  package var database: String
  package var kind: ObjectKind
  /// Empty for all kinds that lie in no schema; so is `database` for tablespaces and parameters.
  package var schema: String
  /// Sorted. For a database or a schema its own name.
  package var names: [String]

  package init(database: String, kind: ObjectKind, schema: String = "", names: [String]) {
    (self.database, self.kind, self.schema, self.names) = (database, kind, schema, names)
  }

  package static func database(_ name: String) -> ObjectGroup {
    ObjectGroup(database: name, kind: .database, names: [name])
  }

  package var members: [ObjectID] { names.map { ObjectID(kind: kind, schema: schema, name: $0) } }
}

extension ObjectID {
  /// The object alone.
  package func group(in database: String) -> ObjectGroup {
    ObjectGroup(database: database, kind: kind, schema: schema, names: [name])
  }
}

extension FactKey {
  /// Where the fact belongs, for messages and for `--only`.
  package func address(in instance: String) -> Address {
    let root = Address.instance(instance)
    switch self {
    case .exists, .presence, .majorVersion, .layerIsIncluded, .layer: return root
    case .layerParameter(let name), .runningParameter(let name): return root.appending("parameter", name)
    case .role(let name), .roleAttribute(let name, _), .roleComment(let name), .rolePassword(let name):
      return root.appending("access", "role", name)
    case .membership(let role, let member): return root.appending("access", "role", member, "member-of", role)
    case .setting(let scope, let name):
      let role = scope.role.map { ["access", "role", $0] } ?? []
      let database = scope.database.map { ["database", $0] } ?? []
      return root.appending(role + database + ["setting", name])
    case .database(let name), .databaseOwner(let name): return root.appending("database", name)
    case .extension(let database, let name): return root.appending("database", database, "extension", name)
    case .schema(let database, let name), .schemaOwner(let database, let name):
      return root.appending("database", database, "schema", name)
    case .owner(let group): return root.appending(group.path)
    case .privileges(let group, let grantee, _): return grantee.address(in: instance).appending(group.path)
    case .defaultPrivileges(let database, let key, let grantee):
      let schema = key.schema.map { ["schema", $0] } ?? []
      return grantee.address(in: instance)
        .appending(["database", database] + schema + ["default-privileges", key.owner, key.kind.plural])
    case .rowSecurity(let table): return root.appending(table.path).appending("row-security")
    case .policy(let table, let name), .policyField(let table, let name, _):
      return root.appending(table.path).appending("policy", name)
    case .ownedObjects(_, let role): return root.appending("access", "role", role)
    case .backupFile, .stanza, .backup, .backupCopy, .keptBackup, .snapshotCopy, .keptCopy, .snapshotShare:
      return root.appending("backup")
    case .managed(let member, let field), .managedInForce(let member, let field):
      return field.address(in: instance, member: member)
    case .settled, .identifier, .awaitsRestart(nil): return root
    case .tag(let name): return root.appending("labels", name)
    case .member(let name), .awaitsRestart(let name?): return root.appending("members", name)
    case .parameterGroup: return root.appending("parameter")
    }
  }

  /// What of the address it is, in the words of the plan: `login`, `password`, `SELECT for orders_ro`.
  package var label: String {
    switch self {
    case .exists: "exists"
    case .presence: "state"
    case .majorVersion: "version"
    case .layerIsIncluded: "includes holdfast.conf"
    case .layer: "parameter layer"
    case .layerParameter: "value"
    case .runningParameter: "value in force"
    case .role, .database, .extension, .schema, .policy: "exists"
    case .roleAttribute(_, let field): field.key
    case .roleComment: "comment"
    case .rolePassword: "password"
    case .membership(let role, _): "member of \(role)"
    case .setting(_, let name): name
    case .databaseOwner, .schemaOwner, .owner: "owner"
    case .privileges(_, let grantee, _): "privileges of \(grantee)"
    case .defaultPrivileges(_, let key, let grantee): "default privileges of \(grantee) on \(key.kind.plural)"
    case .rowSecurity: "row security"
    case .policyField(_, _, let field): field.label
    case .ownedObjects(let database, _): "objects owned in \(database)"
    case .backupFile: "configuration"
    case .stanza: "stanza"
    case .backup(let kind, _): "\(kind.rawValue) backup"
    case .managed(_, let field): field.label
    case .managedInForce(_, let field): "\(field.label) in force"
    case .settled: "settled"
    case .identifier: "identifier"
    case .tag(let name): name
    case .member, .parameterGroup: "exists"
    case .awaitsRestart: "awaits a restart"
    case .backupCopy(let region): "copies in \(region)"
    case .keptBackup(let label): "snapshot \(label)"
    case .snapshotCopy(let target, _): "copy in \(target)"
    case .keptCopy(let label, let target): "copy \(label) in \(target)"
    case .snapshotShare(let account): "shared with \(account)"
    }
  }
}

extension Grantee {
  /// Everything that concerns one grantee stands below one address.
  package func address(in instance: String) -> Address {
    let access = Address.instance(instance).appending("access")
    return role.map { access.appending("role", $0) } ?? access.appending("public")
  }
}

extension ObjectGroup {
  package func address(in instance: String) -> Address { Address.instance(instance).appending(path) }

  /// The segments below an instance: `database/app/schema/public/tables`.
  package var path: [String] {
    switch kind {
    case .database: ["database", database]
    case .schema: ["database", database, "schema", names.first ?? ""]
    case .table, .sequence, .function, .type: ["database", database, "schema", schema] + ownPath
    case .column: ["database", database, "schema", schema] + columnPath
    case .language, .foreignDataWrapper, .foreignServer, .largeObject: ["database", database] + ownPath
    case .tablespace, .parameter: ownPath
    }
  }

  private var ownPath: [String] { names.count == 1 ? [kind.rawValue, names[0]] : [kind.plural] }

  private var columnPath: [String] {
    guard names.count == 1, let name = ColumnName(names[0]) else { return ownPath }
    return [ObjectKind.table.rawValue, name.table, kind.rawValue, name.column]
  }
}
