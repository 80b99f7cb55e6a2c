extension Observed {
  /// The value of one fact, as plans keep it; `nil` where the thing does not exist.
  package func value(of key: FactKey) -> String? {
    switch key {
    case .exists: presence == .absent ? nil : "present"
    case .presence: presence == .absent ? nil : presence.rawValue
    case .majorVersion: version.map { "\($0.major)" }
    case .layerIsIncluded: host.map { $0.includesLayer ? "yes" : "no" }
    case .layer: layer.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\n")
    case .layerParameter(let name): layer[name]
    case .runningParameter(let name):
      parameters[name].flatMap { state in state.running.map(state.definition.readable) }
    case .role(let name): roles[name].map { _ in "present" }
    case .roleAttribute(let role, let field): roles[role]?.attributes.text(of: field)
    case .roleComment(let role): roles[role]?.comment
    case .rolePassword(let role): roles[role]?.password.fact
    case .membership(let role, let member): membershipOptions(of: member, in: role)?.fact
    case .setting(let scope, let name): settings.first { $0.scope == scope && $0.name == name }?.value
    case .database(let name): databases[name].map { _ in "present" }
    case .databaseOwner(let name): databases[name]?.owner
    case .extension(let database, let name): databases[database]?.extensions[name].map { _ in "present" }
    case .schema(let database, let name): databases[database]?.schemas[name].map { _ in "present" }
    case .schemaOwner(let database, let name): databases[database]?.schemas[name]?.owner
    case .owner(let group): ownerFact(group)
    case .privileges(let group, let grantee, let grantor): privilegesFact(group, grantee, grantor)
    case .defaultPrivileges(let database, let list, let grantee):
      defaultList(list, in: database)?.entry(grantee, grantor: list.owner)?.fact
    case .rowSecurity(let table): rowSecurity(of: table)?.enforcement.rawValue
    case .policy(let table, let name): policy(name, on: table).map { _ in "present" }
    case .policyField(let table, let name, let field): policy(name, on: table)?.text(of: field)
    case .ownedObjects(let database, let role): databases[database].map { "\($0.countOwned(by: role))" }
    case .backupFile: backup.flatMap { $0.file == .absent ? nil : $0.file.rawValue }
    case .stanza: backup?.stanza == .ready ? "ready" : nil
    case .backup(let kind, let after): (backup?.newest(kind)?.finished).flatMap { $0 > after ? "present" : nil }
    case .managed(let member, let field): managed?.settings(of: member)?.asked(field)
    case .managedInForce(let member, let field): managed?.settings(of: member)?.values[field]
    case .settled: managed.map { $0.isSettled ? "yes" : "no" }
    case .identifier: managed?.identifier
    case .tag(let name): managed?.tags[name]
    case .member(let name): managed?.members?[name].map { _ in "present" }
    case .parameterGroup(let name): holds(group: name) ? "present" : nil
    case .awaitsRestart(let member): (managed?.settings(of: member)?.awaitsRestart).map { $0 ? "yes" : "no" }
    case .backupCopy(let region): managed?.backupCopies.contains(region) == true ? "present" : nil
    case .snapshotCopy(let target, let after): managed?.hasCopy(in: target, after: after) == true ? "present" : nil
    case .keptCopy(let label, let target):
      managed?.snapshotCopies?.contains { $0.label == label && $0.target == target } == true ? "present" : nil
    case .snapshotShare(let account):
      managed?.snapshotShares.contains { $0.account == account } == true ? "yes" : nil
    case .keptBackup(let label): backup?.backups.contains { $0.label == label } == true ? "present" : nil
    }
  }

  /// Whether the fact holds. A parameter is one value in all its spellings: who may not read the server's files sees
  /// `9216` for an entry that is written `9MB`. So is an expression, which the server keeps in a spelling of its own.
  package func holds(_ fact: Fact) -> Bool { isSame(value(of: fact.key), fact.value, for: fact.key) }

  /// Whether two values of one fact say the same.
  package func isSame(_ one: String?, _ other: String?, for key: FactKey) -> Bool {
    if one == other { return true }
    if case .policyField(let table, _, let field) = key, field == .using || field == .check {
      return readings(of: table).compare(one, other) == .same
    }
    guard case .layerParameter(let name) = key, let one, let other, let definition = parameters[name]?.definition
    else { return false }
    return definition.canonical(one) == definition.canonical(other)
  }

  private func holds(group name: String) -> Bool {
    managed?.holds(group: name) == true || preparedGroup?.name == name || leftGroups?.contains(name) == true
  }

  private func ownerFact(_ group: ObjectGroup) -> String? {
    let owners = Set(group.names.map { object($0, of: group)?.owner })
    return owners.count > 1 ? "differs from object to object" : owners.first ?? nil
  }

  private func privilegesFact(_ group: ObjectGroup, _ grantee: Grantee, _ grantor: String) -> String? {
    var values: Set<String?> = []
    var last: ACL?
    for name in group.names {
      let acl = object(name, of: group)?.acl
      if let acl, acl.place == last?.place { continue }
      values.insert(acl?.entry(grantee, grantor: grantor)?.fact)
      if values.count > 1 { return "differs from object to object" }
      last = acl
    }
    return values.first ?? nil
  }
}

extension ACLEntry {
  /// `SELECT, INSERT*`; the star marks what may be granted on.
  package var fact: String {
    PrivilegeSet.table.filter { privileges.contains($0.privilege) }
      .map { $0.keyword + (grantable.contains($0.privilege) ? "*" : "") }.joined(separator: ", ")
  }
}

extension PasswordState {
  /// `nil` for no password. The word `unknown` never equals what a step achieves.
  package var fact: String? {
    switch self {
    case .none: nil
    case .present: "set"
    case .matches(let reference): "as \(reference)"
    case .differs(let reference): "other than \(reference)"
    case .unknown: "unknown"
    }
  }
}

extension Observed {
  /// The owner and the list of one object of the group; `nil` where it doesn't exist.
  package func object(_ name: String, of group: ObjectGroup) -> ObjectState? {
    object(group.kind, database: group.database, schema: group.schema, name: name)
  }

  package func object(_ kind: ObjectKind, database: String, schema: String, name: String) -> ObjectState? {
    switch kind {
    case .database: databases[name].map { ObjectState(owner: $0.owner, acl: $0.acl) }
    case .tablespace: shared.states[ObjectID(kind: kind, schema: "", name: name)]
    case .parameter: shared.states[ObjectID(kind: kind, schema: "", name: name)] ?? untouchedParameter
    case .schema: databases[database]?.schemas[name].map { ObjectState(owner: $0.owner, acl: $0.acl) }
    case .column:
      databases[database]?.objects.column(ObjectID(kind: kind, schema: schema, name: name))
    case .table, .sequence, .function, .type, .language, .foreignDataWrapper, .foreignServer, .largeObject:
      databases[database]?.objects.states[ObjectID(kind: kind, schema: schema, name: name)]
    }
  }

  package func object(_ id: ObjectID, in database: String) -> ObjectState? {
    object(id.kind, database: database, schema: id.schema, name: id.name)
  }

  /// What of the privileges a role has no grant option for in its own name, on an object or on the table of a column.
  package func optionsLost(
    _ privileges: PrivilegeSet, on id: ObjectID, of database: String, grantor: String
  ) -> PrivilegeSet {
    guard let whole = object(id.lendingTarget, in: database), grantor != whole.owner else { return [] }
    let ofColumn = id.kind == .column ? object(id, in: database)?.acl.entries ?? [] : []
    return privileges.subtracting((whole.acl.entries + ofColumn).grantable { $0 == .role(grantor) })
  }

  /// A parameter on which nothing was granted: it belongs to the bootstrap superuser.
  package var untouchedParameter: ObjectState {
    let owner = bootstrapSuperuser ?? ""
    return ObjectState(
      owner: owner, acl: .initial(kind: .parameter, owner: owner, version: version ?? ServerVersion(major: 15)))
  }
}

extension Observed {
  /// Whether there is anything for `REASSIGN OWNED` in the database to act on.
  package func reassignsAnything(in database: String, from old: String) -> Bool {
    databases[database]?.countOwned(by: old) ?? 0 > 0 || databases.values.contains { $0.owner == old }
      || shared.states.values.contains { $0.owner == old }
  }
}

extension Database {
  package func countOwned(by role: String) -> Int {
    if let known = owned[role] { return known }
    return (owner == role ? 1 : 0) + schemas.values.filter { $0.owner == role }.count
      + objects.states.values.filter { $0.owner == role }.count
  }
}

extension Observed {
  /// The list that holds, stored or built in; `nil` where there is no such database.
  package func defaultList(_ list: DefaultPrivileges, in database: String) -> ACL? {
    databases[database].map { $0.defaultPrivileges[list] ?? list.builtIn(version: version) }
  }
}
