import Model

/// The hazards of one edit, judged from the instance as it is just before: the same whoever asks for it, specs or revert.
func hazards(of edit: Edit, before: Observed, instance: String) -> [Hazard] {
  let root = Address.instance(instance)
  let role = { (name: String) in Grantee.role(name).address(in: instance) }
  switch edit {
  case .restart: return [Hazard(.restart, root, before.connectionsCut)]
  case .stopInstance: return [Hazard(.stop, root, before.connectionsCut)]
  case .removeInstance: return [Hazard(.dataLoss, root, "all its data is deleted")]
  case .createInstance: return [Hazard(.createInstance, root, "a new, empty instance is made")]
  case .setParameter(let name, nil):
    let address = root.appending("parameter", name)
    return [Hazard(.parameterReset, address, before.resetOutcome(of: name))]
  case .createRole(let name, let attributes):
    return attributeHazards(of: name, at: role(name), from: RoleAttributes(), to: attributes)
      .filter { $0.kind == .accessWidening }
  case .alterRole(let name, let attributes, let fields):
    guard let old = before.roles[name]?.attributes else { return [] }
    return attributeHazards(of: name, at: role(name), from: old, to: attributes, fields: fields)
  case .renameRole(let old, let new):
    return [Hazard(.accessLoss, role(new), "nobody can log in as \(old) any more")]
  case .renameDatabase(let old, let new):
    let address = root.appending("database", new)
    return [
      Hazard(.accessLoss, address, "nobody can connect to \(old) by that name any more"),
      Hazard(.lock, address, "a database can only be renamed while nobody is connected to it"),
    ]
  case .dropRole(let name): return [Hazard(.accessLoss, role(name), "\(name) is removed with all its access")]
  case .setPassword(let name, _): return passwordHazards(name, at: role(name), before)
  case .removePassword(let name):
    let message = "\(name)'s password is removed; nobody can log in with it any more"
    return [Hazard(.credentialChange, role(name), message)]
  case .grantMembership(let edge): return membershipHazards(edge, before: before, instance: instance)
  case .revokeMembership(let edge):
    return [Hazard(.accessLoss, role(edge.member), "\(edge.member) is no longer a member of \(edge.role)")]
  case .setDatabaseOwner(let database, _):
    let address = root.appending("database", database)
    return [Hazard(.accessLoss, address, "\(before.databases[database]?.owner ?? "its owner") no longer owns it")]
  case .setSchemaOwner(let database, let schema, _):
    let owner = before.databases[database]?.schemas[schema]?.owner ?? "its owner"
    return [Hazard(.accessLoss, root.appending("database", database, "schema", schema), "\(owner) no longer owns it")]
  case .setOwner(let group, _): return ownerHazards(of: group, before: before, instance: instance)
  case .reassignOwned(let database, let old, _):
    return [Hazard(.accessLoss, role(old), "\(old) no longer owns anything in \(database)")]
  case .dropExtension(let database, let name):
    let address = root.appending("database", database, "extension", name)
    return [Hazard(.dataLoss, address, "what the extension keeps in tables of its own is deleted")]
  case .grant(let group, .everybody, let grantor, let privileges, _):
    let key = FactKey.privileges(on: group, grantee: .everybody, grantor: grantor)
    return [Hazard(.accessWidening, key.address(in: instance), "everybody who can connect gains \(privileges)")]
  case .revoke(let group, let grantee, let grantor, let privileges, let optionOnly):
    let key = FactKey.privileges(on: group, grantee: grantee, grantor: grantor)
    let lost = optionOnly ? "the right to grant \(privileges)" : "\(privileges)"
    return [Hazard(.accessLoss, key.address(in: instance), "\(grantee) loses \(lost)")]
  case .grantDefault(let database, let list, .everybody, let privileges, _):
    let key = FactKey.defaultPrivileges(database: database, of: list, grantee: .everybody)
    let what = "everybody gains \(privileges) on \(list.owner)'s new \(list.kind.plural)"
    return [Hazard(.accessWidening, key.address(in: instance), what)]
  case .revokeDefault(let database, let list, let grantee, let privileges, let optionOnly):
    let key = FactKey.defaultPrivileges(database: database, of: list, grantee: grantee)
    let lost = optionOnly ? "the right to grant \(privileges)" : "\(privileges)"
    let what = "\(grantee) no longer gets \(lost) on \(list.owner)'s new \(list.kind.plural)"
    return [Hazard(.accessLoss, key.address(in: instance), what)]
  case .setRowSecurity, .createPolicy, .alterPolicy, .dropPolicy:
    return rowSecurityHazards(of: edit, before: before, instance: instance)
  case .startInstance, .includeLayer, .setParameter, .reload, .comment, .setSetting, .createDatabase, .createExtension,
    .createSchema, .dropSchema, .grant, .grantDefault, .configureBackup, .createStanza, .takeBackup, .setTag,
    .createParameterGroup, .removeParameterGroup, .copyBackups(_, true), .copySnapshot, .endSharing, .setManaged:
    return []
  case .addMember(let name, _):
    return [Hazard(.createInstance, root.appending("members", name), "a new member is made")]
  case .copyBackups(let region, false):
    return [Hazard(.dataLoss, root.appending("backup"), "the copies of its backups in \(region) are deleted")]
  case .deleteBackup(let label):
    return [Hazard(.dataLoss, root.appending("backup"), "the snapshot \(label) is deleted")]
  case .deleteSnapshotCopy(let label, let target):
    return [Hazard(.dataLoss, root.appending("backup"), "the copy of \(label) in \(target) is deleted")]
  case .renameInstance(let old, _):
    return [Hazard(.restart, root, "it restarts, and its address changes: nobody reaches it as \(old) any more")]
  case .removeMember(let name):
    return [Hazard(.stop, root.appending("members", name), "connections to \(name) are cut")]
  case .restartMember(let name):
    return [Hazard(.restart, root.appending("members", name), "connections to \(name) are cut")]
  }
}

/// What a role loses by its attributes, and what powers it gains.
func attributeHazards(
  of name: String, at address: Address, from old: RoleAttributes, to new: RoleAttributes,
  fields: [RoleAttributes.Field] = RoleAttributes.Field.allCases
) -> [Hazard] {
  let lost = fields.filter { new.loses($0, beside: old) }.map { FactKey.roleAttribute(role: name, field: $0).label }
  let gained = fields.filter { new.gainsPower($0, beside: old) }.map {
    FactKey.roleAttribute(role: name, field: $0).label
  }
  return (lost.isEmpty ? [] : [Hazard(.accessLoss, address, "\(name) loses \(lost.joined(separator: ", "))")])
    + gained.map { Hazard(.accessWidening, address, "\(name) becomes \($0)") }
}

private func passwordHazards(_ name: String, at address: Address, _ before: Observed) -> [Hazard] {
  var hazards: [Hazard] = []
  if case .differs = before.roles[name]?.password {
    hazards.append(Hazard(.credentialChange, address, "\(name)'s password changes; the old one stops working"))
  }
  guard !before.capabilities.isSuperuser else { return hazards }
  let user = before.capabilities.user
  let message = "\(user) can't switch statement logging off: the server's log may show \(name)'s verifier"
  return hazards + [Hazard(.secretInServerLog, address, message)]
}

private func membershipHazards(_ edge: Membership, before: Observed, instance: String) -> [Hazard] {
  let old = before.memberships.first { $0.isSameEdge(as: edge, version: before.version) }
  return optionHazards(of: edge.member, in: edge.role, from: old?.options, to: edge.options, before, instance: instance)
}

/// What a member loses and gains by the options of its membership.
///
/// - Parameter old: `nil` where it is no member yet.
func optionHazards(
  of member: String, in role: String, from old: MembershipOptions?, to new: MembershipOptions, _ before: Observed,
  instance: String
) -> [Hazard] {
  let address = Grantee.role(member).address(in: instance)
  var hazards: [Hazard] = []
  if let old {
    if old.admin, !new.admin { hazards.append(Hazard(.accessLoss, address, "\(member) loses ADMIN on \(role)")) }
    if old.inherit != false, new.inherit == false {
      hazards.append(Hazard(.accessLoss, address, "\(member) has what \(role) may do only after SET ROLE"))
    }
    if old.set != false, new.set == false {
      hazards.append(Hazard(.accessLoss, address, "\(member) may not SET ROLE \(role) any more"))
    }
    if old.union(new) == old { return hazards }
  }
  guard let power = before.power(of: role) else { return hazards }
  return hazards + [Hazard(.accessWidening, address, "\(member) gains what \(power) may do, through \(role)")]
}

extension RoleAttributes {
  /// Whether the field takes something away that `old` gave.
  func loses(_ field: Field, beside old: RoleAttributes) -> Bool {
    switch field {
    case .login: old.login && !login
    case .superuser: old.superuser && !superuser
    case .createDatabase: old.createDatabase && !createDatabase
    case .createRole: old.createRole && !createRole
    case .inherit: old.inherit && !inherit
    case .replication: old.replication && !replication
    case .bypassRowSecurity: old.bypassRowSecurity && !bypassRowSecurity
    case .connectionLimit: (connectionLimit ?? .max) < (old.connectionLimit ?? .max)
    case .passwordValidUntil: (passwordValidUntil?.seconds ?? .max) < (old.passwordValidUntil?.seconds ?? .max)
    }
  }

  fileprivate func gainsPower(_ field: Field, beside old: RoleAttributes) -> Bool {
    switch field {
    case .superuser: superuser && !old.superuser
    case .createRole: createRole && !old.createRole
    case .replication: replication && !old.replication
    case .bypassRowSecurity: bypassRowSecurity && !old.bypassRowSecurity
    case .login, .createDatabase, .inherit, .connectionLimit, .passwordValidUntil: false
    }
  }
}

extension Observed {
  /// The role with power over everything that a member of `role` reaches; `nil` where there is none.
  ///
  /// - Source: PostgreSQL documentation, "Predefined Roles".
  fileprivate func power(of role: String) -> String? {
    var (seen, queue): (Set<String>, [String]) = ([role], [role])
    while let next = queue.popLast() {
      if Self.powerfulRoles.contains(next) || roles[next]?.attributes.isPowerful == true { return next }
      for edge in memberships where edge.member == next && seen.insert(edge.role).inserted { queue.append(edge.role) }
    }
    return nil
  }

  private static let powerfulRoles: Set<String> = [
    "pg_execute_server_program", "pg_read_all_data", "pg_read_server_files", "pg_write_all_data",
    "pg_write_server_files",
    "rds_superuser", "cloudsqlsuperuser", "azure_pg_admin",
  ]

  var connectionsCut: String {
    switch clientConnections {
    case nil: "client connections are cut"
    case 0: "no client is connected now"
    case 1: "1 client connection is cut"
    case let count?: "\(count) client connections are cut"
    }
  }
}

extension RoleAttributes {
  fileprivate var isPowerful: Bool { superuser || createRole || bypassRowSecurity || replication }
}
