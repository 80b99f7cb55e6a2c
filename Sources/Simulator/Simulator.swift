import Model

extension Observed {
  /// Whether something stands above the layer: the file that the server reads last, or a setting of the role whose session
  /// looks, or of a database.
  package func hidesLayer(_ name: String) -> Bool {
    masks[name] != nil
      || settings.contains { $0.name == name && ($0.scope.role ?? capabilities.user) == capabilities.user }
  }
}

/// Applies edits to an observed instance by the server's rules. It never sees the change that an edit came from, so that
/// what it ends with can be held against the specs.
package struct Simulator: Sendable {
  package internal(set) var observed: Observed
  /// What creating the instance gives.
  private let pristine: Observed
  private let now: Timestamp
  /// By parameter, the value that its other files and the server itself give it: what it falls back to when it leaves the layer.
  private var fallbacks: [String: String]

  package init(_ observed: Observed, pristine: Observed, now: Timestamp, fallbacks: [String: String] = [:]) {
    (self.observed, self.pristine, self.now) = (observed, pristine, now)
    self.fallbacks = fallbacks
  }

  package mutating func apply(_ edits: [Edit]) {
    for edit in edits { apply(edit) }
  }

  package mutating func apply(_ edit: Edit) {
    switch edit {
    case .createInstance(let version): create(version)
    case .startInstance: start()
    case .stopInstance: observed.presence = .stopped
    case .removeInstance:
      let left = observed.leftGroups
      observed = Observed(presence: .absent)
      observed.leftGroups = left
    case .includeLayer: observed.host?.includesLayer = true
    case .setParameter(let name, let value): setParameter(name, value)
    case .reload: putLayerInForce(restarting: false)
    case .restart: observed.managed == nil ? putLayerInForce(restarting: true) : observed.restart(nil)
    case .createRole(let name, let attributes): createRole(name, attributes)
    case .alterRole(let name, let attributes, let fields):
      for field in fields { observed.roles[name]?.attributes.copy(field, from: attributes) }
    case .renameRole(let old, let new): renameRole(old, to: new)
    case .dropRole(let name): dropRole(name)
    case .comment(let role, let text): observed.roles[role]?.comment = text
    case .setPassword(let role, let reference): observed.roles[role]?.password = .matches(reference: reference)
    case .removePassword(let role): observed.roles[role]?.password = .none
    case .grantMembership(let membership): grant(membership)
    case .revokeMembership(let membership):
      observed.memberships.removeAll { $0.isSameEdge(as: membership, version: observed.version) }
    case .setSetting(let scope, let name, let value): set(scope, name, value)
    case .createDatabase(let name, let owner): createDatabase(name, owner: owner)
    case .renameDatabase(let old, let new): observed.renameDatabase(old, to: new)
    case .setDatabaseOwner(let name, let owner): observed.databases[name]?.changeOwner(to: owner)
    case .createExtension(let database, let name): observed.databases[database]?.extensions[name] = ""
    case .dropExtension(let database, let name): observed.databases[database]?.extensions[name] = nil
    case .createSchema(let database, let name, let owner): createSchema(database, name, owner: owner)
    case .dropSchema(let database, let name): observed.databases[database]?.schemas[name] = nil
    case .setSchemaOwner(let database, let schema, let owner):
      observed.databases[database]?.schemas[schema]?.changeOwner(to: owner)
    case .setOwner(let group, let owner): observed.databases[group.database]?.changeOwner(of: group, to: owner)
    case .grant(let group, let grantee, let grantor, let privileges, let grantable):
      let entry = ACLEntry(
        grantee: grantee, grantor: grantor, privileges: privileges, grantable: grantable ? privileges : [])
      observed.changeACLs(of: group) { $0.add(entry) }
    case .revoke(let group, let grantee, let grantor, let privileges, let optionOnly):
      observed.changeACLs(of: group) {
        $0.remove(privileges, from: grantee, grantor: grantor, grantOptionOnly: optionOnly)
      }
      observed.changeColumns(of: group) {
        $0.remove(privileges, from: grantee, grantor: grantor, grantOptionOnly: optionOnly)
      }
    case .grantDefault(let database, let list, let grantee, let privileges, let grantable):
      let entry = ACLEntry(
        grantee: grantee, grantor: list.owner, privileges: privileges, grantable: grantable ? privileges : [])
      changeDefaults(database, list) { $0.add(entry) }
    case .revokeDefault(let database, let list, let grantee, let privileges, let optionOnly):
      changeDefaults(database, list) {
        $0.remove(privileges, from: grantee, grantor: list.owner, grantOptionOnly: optionOnly)
      }
    case .reassignOwned(let database, let old, let new): observed.reassign(in: database, from: old, to: new)
    case .setRowSecurity(let table, let enforcement): observed.setRowSecurity(table, enforcement)
    case .createPolicy(let table, let name, let policy): observed.createPolicy(name, on: table, policy)
    case .alterPolicy(let table, let name, let policy, let fields):
      observed.alterPolicy(name, on: table, policy, fields)
    case .dropPolicy(let table, let name): observed.dropPolicy(name, on: table)
    case .configureBackup: configureBackup()
    case .createStanza: observed.backup?.stanza = .ready
    case .takeBackup(let kind):
      if observed.managed != nil, observed.backup == nil {
        observed.backup = BackupState(file: .matches, stanza: .ready)
      }
      let finished = now + TimeSpan(seconds: 1)
      let label = observed.managed.map { DesiredManaged.snapshotPrefix(of: $0.identifier) + finished.compact }
      observed.backup?.backups.append(Backup(label: label ?? "(new)", kind: kind, finished: finished))
    case .deleteBackup(let label): observed.backup?.backups.removeAll { $0.label == label }
    case .copyBackups(let region, let copied): observed.managed?.copyBackups(to: region, copied)
    case .copySnapshot(let label, let target): observed.copySnapshot(label, to: target)
    case .deleteSnapshotCopy(let label, let target):
      observed.managed?.snapshotCopies?.removeAll { $0.label == label && $0.target == target }
    case .endSharing(let label, let account): observed.endSharing(label, with: account)
    case .setManaged(let member, let values, let moment): observed.setManaged(values, of: member, moment)
    case .renameInstance(_, let new): observed.managed?.identifier = new
    case .setTag(let name, let value): observed.managed?.tags[name] = value
    case .addMember(let name, let values): observed.managed?.addMember(name, values)
    case .removeMember(let name): observed.managed?.removeMember(name)
    case .restartMember(let name): observed.restart(name)
    case .createParameterGroup(let group): observed.createGroup(group)
    case .removeParameterGroup(let name): observed.removeGroup(name)
    }
  }

  private mutating func create(_ version: ServerVersion) {
    let before = observed
    let (staysBehind, known) = (observed.backup, observed.parameters)
    observed = pristine
    if observed.parameters.isEmpty { observed.parameters = known }
    if observed.managed != nil {
      observed.layer = before.layer
      observed.managed?.group = before.preparedGroup
      observed.managed?.settings.values[.version] = "\(version)"
    }
    // A cloud's instance runs as soon as it is there.
    observed.presence = pristine.managed == nil ? .stopped : .running
    observed.version = version
    if let staysBehind { observed.backup = staysBehind }
  }

  private mutating func start() {
    observed.presence = .running
    guard let managed = observed.managed else { return putLayerInForce(restarting: true) }
    for member in [nil] + (managed.members ?? [:]).keys.map(Optional.some) { observed.restart(member) }
  }

  private mutating func setParameter(_ name: String, _ value: String?) {
    // A cloud's group: what is dynamic is in force wherever it is attached.
    guard observed.managed == nil, observed.preparedGroup == nil else { return observed.setInGroup(name, value) }
    if observed.layer[name] == nil, fallbacks[name] == nil, let state = observed.parameters[name], !state.pendingRestart
    {
      fallbacks[name] = state.running
    }
    // A restart will show what it falls back to.
    if value == nil, observed.layer[name] != nil, fallbacks[name] == nil,
      observed.parameters[name]?.definition.context.needsRestart == true
    {
      observed.parameters[name]?.pendingRestart = true
    }
    observed.layer[name] = value
  }

  /// A value that another layer hides doesn't come into force. What leaves the layer falls back to a value that only the
  /// server's other files know: where it was never seen, nothing is said of it.
  private mutating func putLayerInForce(restarting: Bool) {
    for (name, text) in fallbacks.merging(observed.layer, uniquingKeysWith: { $1 }) where !observed.hidesLayer(name) {
      guard let state = observed.parameters[name] else { continue }
      let isSame = state.running.map(state.definition.canonical) == state.definition.canonical(text)
      if state.definition.context.needsRestart && !restarting {
        observed.parameters[name]?.pendingRestart = !isSame
      } else {
        if !isSame { observed.parameters[name]?.running = state.definition.canonical(text) }
        observed.parameters[name]?.pendingRestart = false
      }
    }
    guard restarting else { return }
    for name in observed.parameters.keys { observed.parameters[name]?.pendingRestart = false }
  }

  private mutating func configureBackup() {
    if observed.backup == nil { observed.backup = BackupState(file: .absent, stanza: .absent) }
    observed.backup?.file = .matches
  }
}

extension Simulator {
  fileprivate mutating func createRole(_ name: String, _ attributes: RoleAttributes) {
    var role = Role(attributes: attributes)
    role.password = .none
    observed.roles[name] = role
    // By the automatic ADMIN edge of 16 and later, by CREATEROLE alone before.
    guard !observed.capabilities.isSuperuser else { return }
    grantToMaker(of: name)
    observed.capabilities.administers.append(name)
    observed.capabilities.administers.sort()
  }

  /// - Source: PostgreSQL 16 documentation, "CREATE ROLE", Notes.
  private mutating func grantToMaker(of role: String) {
    guard (observed.version?.major ?? 15) >= 16, let grantor = observed.bootstrapSuperuser else { return }
    let maker = observed.capabilities.user
    grant(Membership(role: role, member: maker, grantor: grantor, admin: true, inherit: false, set: false))
  }

  /// The server refuses while the role's own grants of memberships stand between others; before 16 it didn't look.
  ///
  /// - Source: PostgreSQL 16 release notes, "role grantors"; seen on 16.14.
  fileprivate mutating func dropRole(_ name: String) {
    let stands = observed.memberships.contains { $0.grantor == name && $0.role != name && $0.member != name }
    guard !stands || (observed.version?.major ?? 15) < 16 else { return }
    observed.roles[name] = nil
    observed.capabilities.administers.removeAll { $0 == name }
    observed.memberships.removeAll { $0.role == name || $0.member == name }
    observed.settings.removeAll { $0.scope.role == name }
    observed.departures?[name] = nil
  }

  fileprivate mutating func grant(_ membership: Membership) {
    let index = observed.memberships.firstIndex { $0.isSameEdge(as: membership, version: observed.version) }
    guard let index else {
      observed.memberships.append(membership)
      return observed.memberships.sort()
    }
    // Before 16 an edge that already says as much is left alone, its grantor too.
    if observed.memberships[index].inherit == nil, observed.memberships[index].admin == membership.admin { return }
    observed.memberships[index] = membership
    observed.memberships.sort()
  }

  fileprivate mutating func set(_ scope: SettingScope, _ name: String, _ value: String?) {
    observed.settings.removeAll { $0.scope == scope && $0.name == name }
    if let value {
      observed.settings.append(ScopedSetting(scope: scope, name: name, value: value))
      observed.settings.sort()
    }
  }

  fileprivate mutating func renameRole(_ old: String, to new: String) {
    observed.roles[new] = observed.roles.removeValue(forKey: old)
    observed.capabilities.rename(old, to: new)
    for index in observed.memberships.indices { observed.memberships[index].rename(old, to: new) }
    observed.memberships.sort()
    if observed.initialSuperuser == old { observed.initialSuperuser = new }
    for index in observed.settings.indices where observed.settings[index].scope.role == old {
      observed.settings[index].scope.role = new
    }
    observed.settings.sort()
    for name in observed.databases.keys { observed.databases[name]?.renameRole(old, to: new) }
    observed.shared.renameRole(old, to: new)
    observed.capabilities.renameRole(old, to: new)
  }
}

extension Capabilities {
  fileprivate mutating func rename(_ old: String, to new: String) {
    for index in administers.indices where administers[index] == old { administers[index] = new }
    for index in actsAs.indices where actsAs[index] == old { actsAs[index] = new }
  }
}

extension Membership {
  fileprivate mutating func rename(_ old: String, to new: String) {
    if role == old { role = new }
    if member == old { member = new }
    if grantor == old { grantor = new }
  }
}

extension Capabilities {
  fileprivate mutating func renameRole(_ old: String, to new: String) {
    actsAs = actsAs.map { $0 == old ? new : $0 }
    administers = administers.map { $0 == old ? new : $0 }
    if user == old { user = new }
  }
}

extension RoleAttributes {
  fileprivate mutating func copy(_ field: Field, from other: RoleAttributes) {
    switch field {
    case .login: login = other.login
    case .superuser: superuser = other.superuser
    case .createDatabase: createDatabase = other.createDatabase
    case .createRole: createRole = other.createRole
    case .inherit: inherit = other.inherit
    case .replication: replication = other.replication
    case .bypassRowSecurity: bypassRowSecurity = other.bypassRowSecurity
    case .connectionLimit: connectionLimit = other.connectionLimit
    case .passwordValidUntil: passwordValidUntil = other.passwordValidUntil
    }
  }
}
