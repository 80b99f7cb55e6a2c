import Model

/// The pieces that can't do without any of those that `refused` holds: each with the index of the refused one that it needs.
func dependents(
  of refused: [Piece], among pieces: [Piece], observed: Observed
) -> [(piece: Piece, cause: Int)] {
  var found: [(piece: Piece, cause: Int)] = []
  var causes = refused.enumerated().map { (piece: $0.element, cause: $0.offset) }
  var left = Dictionary(pieces.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  for piece in refused { left[piece.id] = nil }
  var order = pieces.map(\.id).filter { left[$0] != nil }
  while let (cause, index) = causes.popLast() {
    let provides = cause.provides
    order.removeAll { id in
      guard let piece = left[id], piece.needs(cause, thatProvides: provides, observed) else { return false }
      left[id] = nil
      found.append((piece, index))
      causes.append((piece, index))
      return true
    }
  }
  return found
}

/// The pieces that `--only` asks for, and those that they can't do without.
func select(_ pieces: [Piece], scope: [Address], observed: Observed) -> Set<PieceID> {
  var chosen = pieces.indices.filter { index in scope.contains { $0.contains(pieces[index].change.address) } }
  var selected = Set(chosen)
  while let index = chosen.popLast() {
    for other in pieces.indices where pieces[other].completes(pieces[index]) && selected.insert(other).inserted {
      chosen.append(other)
    }
    for other in pieces.indices where pieces[other].precedesRemoval(in: pieces[index], observed) {
      if selected.insert(other).inserted { chosen.append(other) }
    }
    let needs = pieces[index].needs(observed)
    for other in pieces.indices where !selected.contains(other) && !needs.isDisjoint(with: pieces[other].provides) {
      selected.insert(other)
      chosen.append(other)
    }
  }
  return Set(selected.map { pieces[$0].id })
}

extension Piece {
  /// What must be there before it can be done. A role isn't removed before its heir is there, and objects that go together
  /// have come to one owner before.
  fileprivate func needs(_ observed: Observed) -> Set<FactKey> {
    var needs = Set(edits.flatMap(\.needs))
    if let heir = removal?.heir { needs.insert(.role(name: heir)) }
    for case .setOwner(let group, _) in edits {
      let owners = Set(group.names.compactMap { observed.object($0, of: group)?.owner })
      for fact in change.facts where fact.key == .owner(of: group) && owners != Set([fact.before].compactMap { $0 }) {
        needs.formUnion(fact.before.map { [.ownedObjects(database: group.database, role: $0)] } ?? [])
      }
    }
    return needs
  }

  fileprivate func needs(_ other: Piece, thatProvides provided: Set<FactKey>, _ observed: Observed) -> Bool {
    other.completes(self) || other.precedesRemoval(in: self, observed)
      || !provided.isEmpty && !needs(observed).isDisjoint(with: provided)
  }

  /// The server drops no role that still holds or owns something, and from one that is to stay nothing is taken.
  fileprivate func precedesRemoval(in other: Piece, _ observed: Observed) -> Bool {
    guard let role = other.removal?.role else { return false }
    let isDropped = other.edits == [.dropRole(name: role)]
    return edits.contains { isDropped && $0.frees(role, observed) || $0.letsGo(of: role, observed) }
  }

  /// What is written is also put in force, with a restart where it needs one.
  fileprivate func completes(_ other: Piece) -> Bool {
    if phase == .grants, other.phase == .grants {
      return revokesWhatHangs(on: other) || other.followsItsGrantor && other.revokesWhatHangs(on: self)
    }
    // An instance is made with all its parameters, whatever it is made for.
    if other.phase == .create, phase == .create || phase == .prepare { return true }
    if completesInGroup(other) { return true }
    guard other.phase == .parameters || other.phase == .prepare, other.edits != [.reload] else { return false }
    if edits == [.reload] { return true }
    return phase == .restart
      && other.edits.contains { edit in
        guard case .setParameter(let name, _) = edit else { return false }
        return restartsFor.contains(name)
      }
  }

  /// A parameter group is made before it is written, and restarted for where it is swapped.
  private func completesInGroup(_ other: Piece) -> Bool {
    if edits.contains(where: \.makesGroup), other.edits.contains(where: \.setsParameter) { return true }
    return phase == .restart && other.edits.contains(where: \.attachesGroup)
  }

  /// Whether it takes away what the other piece's grantee passed on. What a revoke on a table has to take away on columns first
  /// is taken away by pieces of their own too, or comes back.
  private func revokesWhatHangs(on other: Piece) -> Bool {
    edits.contains { edit in
      guard case .revoke(let group, let grantee, let grantor, _, _) = edit,
        change.facts.contains(where: { $0.key == .privileges(on: group, grantee: grantee, grantor: grantor) })
      else { return false }
      return other.edits.contains {
        if case .revoke(group, .role(grantor), _, _, _) = $0 { true } else { false }
      }
    }
  }

  /// The things that are there once it is done, and weren't before.
  var provides: Set<FactKey> {
    Set(change.facts.filter { $0.before == nil }.map(\.key)).union(edits.flatMap(\.provides)).union(handedOver)
  }

  /// What all databases share goes to an heir from within any of them.
  private var handedOver: [FactKey] {
    edits.flatMap { edit in
      guard case .reassignOwned(_, let owner, let heir) = edit else { return [FactKey]() }
      return change.facts.compactMap {
        if case .ownedObjects(let database, owner) = $0.key {
          .ownedObjects(database: database, role: heir)
        } else {
          nil
        }
      }
    }
  }
}

extension Edit {
  /// Whether it takes something from the role, or takes back what the role gave.
  fileprivate func frees(_ role: String, _ observed: Observed) -> Bool {
    switch self {
    case .setDatabaseOwner(let name, _): observed.databases[name]?.owner == role
    case .setSchemaOwner(let database, let name, _): observed.databases[database]?.schemas[name]?.owner == role
    case .setOwner(let group, _): group.names.contains { observed.object($0, of: group)?.owner == role }
    case .revoke(_, let grantee, let grantor, _, _): grantee == .role(role) || grantor == role
    case .revokeDefault(_, let list, let grantee, _, _): grantee == .role(role) || list.owner == role
    case .reassignOwned(_, let owner, _): owner == role
    default: false  // Nothing else of what lists say has to be gone before a role can be dropped.
    }
  }

  /// Whether it takes away a membership that the role granted, or may take the role out of a policy: neither is part of its
  /// removal.
  fileprivate func letsGo(of role: String, _ observed: Observed) -> Bool {
    switch self {
    case .revokeMembership(let membership): membership.grantor == role
    case .dropPolicy(let table, let name), .alterPolicy(let table, let name, _, _):
      observed.policy(name, on: table)?.roles.contains(.role(role)) ?? false
    default: false  // Nothing else names a role that isn't its own.
    }
  }

  fileprivate var makesGroup: Bool { if case .createParameterGroup = self { true } else { false } }

  fileprivate var attachesGroup: Bool {
    if case .setManaged(nil, let values, _) = self { values[.parameterGroup] != nil } else { false }
  }

  fileprivate var setsParameter: Bool { if case .setParameter = self { true } else { false } }

  fileprivate var provides: [FactKey] {
    switch self {
    case .setManaged(let member, let values, _):
      values.keys.filter { $0 == .parameterGroup || $0 == .deletionProtection }
        .map { .managed(member: member, field: $0) }
    case .startInstance: [.presence]
    case .createInstance, .setParameter: [.layer]
    case .createStanza: [.stanza]
    case .configureBackup: [.backupFile]
    case .createParameterGroup(let group): [.parameterGroup(name: group.name)]
    case .addMember(let name, _): [.member(name: name)]
    // Privileges are granted in the name of the owner, so that he has to be the owner by then.
    case .setDatabaseOwner(let database, _): [.databaseOwner(name: database)]
    case .setSchemaOwner(let database, let schema, _): [.schemaOwner(database: database, name: schema)]
    case .setOwner(let group, let owner): [.ownedObjects(database: group.database, role: owner)]
    case .reassignOwned(let database, _, let heir): [.ownedObjects(database: database, role: heir)]
    default: []
    }
  }

  /// What must be there before it can be done.
  fileprivate var needs: [FactKey] {
    switch self {
    case .createInstance, .includeLayer, .configureBackup: []
    case .removeInstance: [.managed(member: nil, field: .deletionProtection)]
    case .removeParameterGroup: [.exists, .managed(member: nil, field: .parameterGroup)]
    case .startInstance, .stopInstance: [.exists]
    case .setParameter, .restart: [.exists, .presence]
    case .reload: [.exists, .presence]
    case .createRole, .alterRole, .renameRole, .dropRole, .comment, .setPassword, .removePassword: [.exists, .presence]
    case .grantMembership(let edge), .revokeMembership(let edge):
      [.exists, .presence, .role(name: edge.role), .role(name: edge.member)]
    case .setSetting(let scope, _, _):
      [.exists, .presence] + (scope.role.map { [.role(name: $0)] } ?? [])
        + (scope.database.map { [.database(name: $0)] } ?? [])
    case .createDatabase(_, let owner): [.exists, .presence] + (owner.map { [.role(name: $0)] } ?? [])
    case .renameDatabase: [.exists, .presence]
    case .setDatabaseOwner(let name, let owner): [.exists, .presence, .database(name: name), .role(name: owner)]
    case .createExtension(let database, _), .dropExtension(let database, _), .dropSchema(let database, _):
      [.exists, .presence, .database(name: database)]
    case .createSchema(let database, _, let owner):
      [.exists, .presence, .database(name: database)] + (owner.map { [.role(name: $0)] } ?? [])
    case .setSchemaOwner(let database, let schema, let owner):
      [.exists, .presence, .database(name: database), .schema(database: database, name: schema), .role(name: owner)]
    case .setOwner(let group, let owner):
      [.exists, .presence, .role(name: owner), .database(name: group.database)]
        + group.schemas.map { .schema(database: group.database, name: $0) }
    case .grant(let group, let grantee, let grantor, _, _), .revoke(let group, let grantee, let grantor, _, _):
      [.exists, .presence, .role(name: grantor)] + group.ownership(by: grantor)
        + (group.database.isEmpty ? [] : [.database(name: group.database)])
        + (grantee.role.map { [.role(name: $0)] } ?? [])
        + group.schemas.map { .schema(database: group.database, name: $0) }
    case .grantDefault(let database, let list, let grantee, _, _),
      .revokeDefault(let database, let list, let grantee, _, _):
      [.exists, .presence, .database(name: database), .role(name: list.owner)]
        + (grantee.role.map { [.role(name: $0)] } ?? [])
        + (list.schema.map { [.schema(database: database, name: $0)] } ?? [])
    case .reassignOwned(_, _, let heir): [.role(name: heir)]
    case .setRowSecurity(let table, _), .dropPolicy(let table, _):
      [.exists, .presence, .database(name: table.database)]
    case .createPolicy(let table, _, let policy), .alterPolicy(let table, _, let policy, _):
      [.exists, .presence, .database(name: table.database)] + policy.roles.compactMap(\.role).map { .role(name: $0) }
    case .setManaged(let member, let values, _):
      [.exists] + (member.map { [.member(name: $0)] } ?? [])
        + (values[.parameterGroup].map { [.parameterGroup(name: $0)] } ?? [])
    case .renameInstance, .setTag, .addMember, .removeMember, .restartMember, .deleteBackup,
      .copyBackups, .copySnapshot, .deleteSnapshotCopy, .endSharing:
      [.exists]
    case .createParameterGroup: []
    case .createStanza: [.exists, .presence, .backupFile, .layer]
    case .takeBackup: [.exists, .presence, .backupFile, .layer, .stanza]
    }
  }
}

extension ObjectGroup {
  fileprivate func ownership(by grantor: String) -> [FactKey] {
    let moved = FactKey.ownedObjects(database: database, role: grantor)
    return switch kind {
    case .database: [.databaseOwner(name: database), moved]
    case .schema: names.map { .schemaOwner(database: database, name: $0) } + [moved]
    case .table, .column, .sequence, .function, .type, .language, .foreignDataWrapper, .foreignServer, .largeObject:
      [moved]
    case .tablespace, .parameter: []
    }
  }

  fileprivate var schemas: [String] {
    switch kind {
    case .schema: names
    case .table, .column, .sequence, .function, .type: [schema]
    case .database, .language, .foreignDataWrapper, .foreignServer, .largeObject, .tablespace, .parameter: []
    }
  }
}
