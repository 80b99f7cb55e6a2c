import Diagnostics
import Model

/// Privileges in one database: objects with the same list and the same wishes are compared once and changed together.
extension PlanBuilder {
  mutating func comparePrivileges(in database: String) {
    let version = state.version ?? ServerVersion(major: 15)
    let wanted = WantedPrivileges(rules: desired.access.rules, database: database, version: version)
    guard let existing = state.databases[database], checkNames(wanted, database, existing) else { return }
    var lists: [ComparedList] = [
      ComparedList(
        group: .database(database), owner: existing.owner, acl: existing.acl, grants: wanted.onDatabase)
    ]
    for (name, schema) in existing.schemas.sorted(by: { $0.key < $1.key }) {
      let group = ObjectGroup(database: database, kind: .schema, names: [name])
      lists.append(ComparedList(group: group, owner: schema.owner, acl: schema.acl, grants: wanted.onSchemas[name] ?? [:]))
    }
    lists += groupedObjects(of: existing, in: database, wanted)
    var (revokes, grants): ([PlannedPiece], [PlannedPiece]) = ([], [])
    for list in lists { compare(list, &revokes, &grants) }
    for planned in ordered(revokes) + grants { plan(planned.piece, mode: planned.mode) }
    compareDefaults(wanted, in: database, existing)
  }

  struct PlannedPiece {
    var piece: Piece
    var mode: AccessMode
  }

  /// Grants that somebody passed on go before the grant that they hang on.
  private func ordered(_ revokes: [PlannedPiece]) -> [PlannedPiece] {
    let isPassedOn = { (planned: PlannedPiece) in
      if case .revoke(let group, _, let grantor, _, _) = planned.piece.edits.first { self.owner(of: group) != grantor } else { false }
    }
    return revokes.filter(isPassedOn) + revokes.filter { !isPassedOn($0) }
  }

  private func owner(of group: ObjectGroup) -> String? {
    guard let database = state.databases[group.database], let name = group.names.first else { return nil }
    return switch group.kind {
    case .database: database.owner
    case .schema: database.schemas[name]?.owner
    case .table, .sequence, .function:
      database.objects.states[ObjectID(kind: group.kind, schema: group.schema, name: name)]?.owner
    }
  }

  private func groupedObjects(of existing: Database, in database: String, _ wanted: WantedPrivileges) -> [ComparedList] {
    struct Key: Hashable {
      var kind: ObjectKind
      var schema: String
      var state: ObjectState
      var grants: WantedPrivileges.Grants
    }
    var groups: [Key: [String]] = [:]
    for (id, state) in existing.objects.states {
      groups[Key(kind: id.kind, schema: id.schema, state: state, grants: wanted.grants(on: id)), default: []].append(id.name)
    }
    return groups.map { key, names in
      let group = ObjectGroup(database: database, kind: key.kind, schema: key.schema, names: names.sorted())
      return ComparedList(group: group, owner: key.state.owner, acl: key.state.acl, grants: key.grants)
    }.sorted { ($0.group.schema, $0.group.kind, $0.group.names[0]) < ($1.group.schema, $1.group.kind, $1.group.names[0]) }
  }

  struct ComparedList {
    var group: ObjectGroup
    var owner: String
    var acl: ACL
    var grants: WantedPrivileges.Grants
  }

  private mutating func compare(_ list: ComparedList, _ revokes: inout [PlannedPiece], _ grants: inout [PlannedPiece]) {
    let grantees = Set(list.grants.keys).union(list.acl.entries.map(\.grantee)).subtracting([.role(list.owner)])
    for grantee in grantees.sorted() where !isToBeRemoved(grantee) {
      let want = list.grants[grantee]
      let missing = (want?.privileges ?? []).subtracting(list.acl.privileges(of: grantee))
      if let want, !missing.isEmpty { grants.append(grantPiece(missing, to: grantee, want, list)) }
      for entry in list.acl.entries where entry.grantee == grantee {
        guard let mode = revokingMode(entry, want) else { continue }
        let extra = entry.privileges.subtracting(want?.privileges ?? [])
        if !extra.isEmpty { revokes.append(revokePiece(extra, entry, list, mode, optionOnly: false)) }
        let option = entry.grantable.subtracting(extra)
        if !option.isEmpty, want != nil || !extra.isEmpty {
          revokes.append(revokePiece(option, entry, list, mode, optionOnly: true))
        }
      }
    }
  }

  private func isToBeRemoved(_ grantee: Grantee) -> Bool {
    grantee.role.flatMap { desired.access.roles[$0]?.state }.map { $0 != .present } ?? false
  }

  /// Whether what the entry has too much is to go, and by which mode: the grantee is declared, or named by a rule for this
  /// very object, or holds it from a declared role. `nil` where it is none of the specs' business.
  private func revokingMode(_ entry: ACLEntry, _ want: WantedPrivileges.Want?) -> AccessMode? {
    let declared = entry.grantee.role.flatMap { desired.access.roles[$0] }
    let lender = desired.access.roles[entry.grantor]
    let mode: AccessMode
    if let declared {
      mode = declared.mode
    } else if let want {
      mode = want.mode
    } else if let lender, entry.grantee != .everybody, lender.state == .present {
      mode = lender.mode
    } else {
      return nil
    }
    return mode == .additive ? nil : mode
  }

  private func grantPiece(
    _ privileges: PrivilegeSet, to grantee: Grantee, _ want: WantedPrivileges.Want, _ list: ComparedList
  ) -> PlannedPiece {
    let key = FactKey.privileges(on: list.group, grantee: grantee, grantor: list.owner)
    var entry = list.acl.entry(grantee, grantor: list.owner) ?? ACLEntry(grantee: grantee, grantor: list.owner, privileges: [])
    let before = entry.privileges.isEmpty ? nil : entry.fact
    entry.privileges.formUnion(privileges)
    let change = Change(
      address: key.address(in: desired.name), action: .add, facts: [FactChange(key, from: before, to: entry.fact)],
      source: source(want.rule))
    let edit = Edit.grant(on: list.group, to: grantee, grantor: list.owner, privileges: privileges, grantable: false)
    let hazards =
      grantee == .everybody
      ? [Hazard(.accessWidening, change.address, "everybody who can connect gains \(privileges)")] : []
    let mode: AccessMode = want.mode == .audit ? .audit : .authoritative
    return PlannedPiece(
      piece: Piece(phase: .grants, group: list.group.database, change: change, edits: [edit], hazards: hazards), mode: mode)
  }

  private func revokePiece(
    _ privileges: PrivilegeSet, _ entry: ACLEntry, _ list: ComparedList, _ mode: AccessMode, optionOnly: Bool
  ) -> PlannedPiece {
    let key = FactKey.privileges(on: list.group, grantee: entry.grantee, grantor: entry.grantor)
    var after = entry
    after.grantable.subtract(privileges)
    if !optionOnly { after.privileges.subtract(privileges) }
    let change = Change(
      address: key.address(in: desired.name), action: .remove,
      facts: [FactChange(key, from: entry.fact, to: after.privileges.isEmpty ? nil : after.fact)], source: nil,
      reason: revokeReason(entry, list))
    let edit = Edit.revoke(
      on: list.group, from: entry.grantee, grantor: entry.grantor, privileges: privileges, grantOptionOnly: optionOnly)
    let lost = optionOnly ? "the right to grant \(privileges) on" : "\(privileges)"
    let hazard = Hazard(.accessLoss, change.address, "\(entry.grantee) loses \(lost)")
    return PlannedPiece(
      piece: Piece(phase: .grants, group: list.group.database, change: change, edits: [edit], hazards: [hazard]), mode: mode)
  }

  private func revokeReason(_ entry: ACLEntry, _ list: ComparedList) -> String {
    let isDeclared = entry.grantee.role.map { desired.access.roles[$0] != nil } ?? true
    let by = entry.grantor == list.owner ? "" : ", granted by \(entry.grantor)"
    return isDeclared ? "no document grants it\(by)" : "\(entry.grantee) is not declared, and \(entry.grantor) is"
  }
}
