import Diagnostics
import Model

/// Privileges in one database: objects with the same list and the same wishes are compared once and changed together.
extension PlanBuilder {
  mutating func comparePrivileges(in database: String) {
    let version = state.version ?? ServerVersion(major: 15)
    guard let existing = state.databases[database] else { return }
    let wanted = WantedPrivileges(
      rules: desired.access.rules, database: database, existing: existing, version: version)
    guard checkNames(wanted, database, existing) else { return }
    var lists: [ComparedList] = [
      ComparedList(
        group: .database(database), owner: existing.owner, acl: existing.acl, grants: wanted.onDatabase)
    ]
    for (name, schema) in existing.schemas.sorted(by: { $0.key < $1.key }) {
      let group = ObjectGroup(database: database, kind: .schema, names: [name])
      lists.append(
        ComparedList(group: group, owner: schema.owner, acl: schema.acl, grants: wanted.onSchemas[name] ?? [:]))
    }
    lists += groupedObjects(of: existing, in: database, wanted)
    for list in lists { compare(list) }
    compareDefaults(wanted, in: database, existing)
  }

  private func groupedObjects(of existing: Database, in database: String, _ wanted: WantedPrivileges) -> [ComparedList]
  {
    struct Key: Hashable {
      var kind: ObjectKind
      var schema: String
      var state: ObjectState
      var grants: WantedPrivileges.Grants
    }
    // First those that share their list in memory, which costs nothing to see.
    struct Shared: Hashable {
      var kind: ObjectKind
      var schema: String
      var owner: String
      var list: Int
      /// An object that rules name has wishes of its own.
      var named: ObjectID?
    }
    var shared: [Shared: [ObjectID]] = [:]
    for (id, state) in existing.objects.states {
      let named = wanted.onNamed[id] == nil ? nil : id
      let key = Shared(kind: id.kind, schema: id.schema, owner: state.owner, list: state.acl.place, named: named)
      shared[key, default: []].append(id)
    }
    var groups: [Key: [String]] = [:]
    for ids in shared.values {
      guard let first = ids.first, let state = existing.objects.states[first] else { continue }
      let key = Key(kind: first.kind, schema: first.schema, state: state, grants: wanted.grants(on: first))
      groups[key, default: []] += ids.map(\.name)
    }
    return groups.map { key, names in
      let group = ObjectGroup(database: database, kind: key.kind, schema: key.schema, names: names.sorted())
      return ComparedList(group: group, owner: key.state.owner, acl: key.state.acl, grants: key.grants)
    }.sorted {
      ($0.group.schema, $0.group.kind, $0.group.names[0]) < ($1.group.schema, $1.group.kind, $1.group.names[0])
    }
  }

  struct ComparedList {
    var group: ObjectGroup
    var owner: String
    var acl: ACL
    var grants: WantedPrivileges.Grants
  }

  private mutating func compare(_ list: ComparedList) {
    var outcomes = list.acl.entries.map { outcome(of: $0, list) }
    dropLoose(&outcomes, owner: list.owner, leaving: isToBeRemoved)
    let order = list.acl.deepestFirst(owner: list.owner)
    let byEntry = Dictionary(uniqueKeysWithValues: outcomes.map { ($0.entry, $0) })
    var missing: [(Grantee, PrivilegeSet, WantedPrivileges.Want)] = []
    for (grantee, want) in list.grants.sorted(by: { $0.key < $1.key })
    where grantee != .role(list.owner) && !isToBeRemoved(grantee) {
      let kept = outcomes.reduce(into: PrivilegeSet()) {
        if $1.entry.grantee == grantee { $0.formUnion($1.rest.privileges) }
      }
      let lacks = want.privileges.subtracting(kept)
      if !lacks.isEmpty { missing.append((grantee, lacks, want)) }
    }
    let granted = missing.filter { $0.2.mode != .audit }
      .map { ACLEntry(grantee: $0.0, grantor: list.owner, privileges: $0.1) }
    let inTheEnd = ACL(outcomes.map(\.rest) + granted)
    for entry in order {
      guard let outcome = byEntry[entry] else { continue }
      let isOwners = entry.grantor == list.owner
      let index = missing.firstIndex { isOwners && $0.0 == entry.grantee && $0.2.mode != .audit }
      change(list, outcome, adding: index.map { missing.remove(at: $0) }, held: inTheEnd.privileges(of: entry.grantee))
    }
    for (grantee, lacks, want) in missing { grant(lacks, to: grantee, want, list) }
  }

  private mutating func outcome(of entry: ACLEntry, _ list: ComparedList) -> EntryOutcome {
    var outcome = EntryOutcome(entry)
    // DROP OWNED takes only what the owner granted.
    if entry.grantor != list.owner, isToBeRemoved(entry.grantee) || isToBeRemoved(.role(entry.grantor)) {
      outcome.keep([], grantable: [])
      outcome.reason = "\(isToBeRemoved(entry.grantee) ? entry.grantee.description : entry.grantor) is removed"
      return outcome
    }
    guard entry.grantee != .role(list.owner), !isToBeRemoved(entry.grantee) else { return outcome }
    let want = list.grants[entry.grantee]
    guard let mode = revokingMode(entry, want) else { return outcome }
    outcome.keep(want?.privileges ?? [], grantable: [])
    guard mode == .audit, outcome.rest != entry else { return outcome }
    let wanted = want.map { "\($0.privileges)" } ?? "nothing"
    notes.append(
      Note(
        address: address(entry.grantee, list),
        message: "audit only: \(entry.grantee) holds \(entry.fact), the specs grant \(wanted)", isDifference: true))
    return EntryOutcome(entry)
  }

  /// One entry of a list is one fact, and so one change, whatever is taken from it and added to it.
  private mutating func change(
    _ list: ComparedList, _ outcome: EntryOutcome,
    adding missing: (grantee: Grantee, privileges: PrivilegeSet, want: WantedPrivileges.Want)?,
    held: PrivilegeSet
  ) {
    let entry = outcome.entry
    var after = outcome.rest
    var edits = revokeEdits(on: list.group, entry, keeping: outcome.rest)
    var hazards = revokingHazards(entry, outcome.rest, held, list)
    if let missing {
      after.privileges.formUnion(missing.privileges)
      edits.append(grantEdit(missing.privileges, to: entry.grantee, list))
      hazards += wideningHazards(entry.grantee, missing.privileges.subtracting(entry.privileges), list)
    }
    guard after != entry else { return }
    let key = FactKey.privileges(on: list.group, grantee: entry.grantee, grantor: entry.grantor)
    let change = Change(
      address: key.address(in: desired.name),
      action: after.privileges.isEmpty
        ? .remove : after.privileges.isStrictSuperset(of: entry.privileges) ? .add : .change,
      facts: [FactChange(key, from: entry.fact, to: after.privileges.isEmpty ? nil : after.fact)],
      source: missing.flatMap { source($0.want.rule) },
      reason: outcome.rest == entry ? nil : outcome.reason ?? revokeReason(entry, list))
    var piece = Piece(phase: .grants, group: list.group.database, change: change, edits: edits, hazards: hazards)
    piece.followsItsGrantor = outcome.isLoose
    add(piece)
  }

  private mutating func grant(
    _ privileges: PrivilegeSet, to grantee: Grantee, _ want: WantedPrivileges.Want, _ list: ComparedList
  ) {
    let before = list.acl.entry(grantee, grantor: list.owner)
    var after = before ?? ACLEntry(grantee: grantee, grantor: list.owner, privileges: [])
    after.privileges.formUnion(privileges)
    let key = FactKey.privileges(on: list.group, grantee: grantee, grantor: list.owner)
    let change = Change(
      address: key.address(in: desired.name), action: .add,
      facts: [FactChange(key, from: before?.fact, to: after.fact)], source: source(want.rule))
    let piece = Piece(
      phase: .grants, group: list.group.database, change: change, edits: [grantEdit(privileges, to: grantee, list)],
      hazards: wideningHazards(grantee, privileges, list))
    plan(piece, mode: want.mode)
  }

  private func grantEdit(_ privileges: PrivilegeSet, to grantee: Grantee, _ list: ComparedList) -> Edit {
    .grant(on: list.group, to: grantee, grantor: list.owner, privileges: privileges, grantable: false)
  }

  /// Where a change of privileges stands: below who holds them, so that one address allows all that concerns a role.
  private func address(_ grantee: Grantee, _ list: ComparedList) -> Address {
    grantee.address(in: desired.name).appending(list.group.path)
  }

  private func wideningHazards(_ grantee: Grantee, _ privileges: PrivilegeSet, _ list: ComparedList) -> [Hazard] {
    guard grantee == .everybody, !privileges.isEmpty else { return [] }
    return [
      Hazard(.accessWidening, address(grantee, list), "everybody who can connect gains \(privileges)")
    ]
  }

  private func revokingHazards(
    _ entry: ACLEntry, _ rest: ACLEntry, _ held: PrivilegeSet, _ list: ComparedList
  ) -> [Hazard] {
    // What somebody holds in the end by another grant is no loss.
    let lost = entry.privileges.subtracting(held)
    let option = entry.grantable.subtracting(rest.grantable).subtracting(lost)
    let place = address(entry.grantee, list)
    return [(lost, "\(lost)"), (option, "the right to grant \(option)")].filter { !$0.0.isEmpty }
      .map { Hazard(.accessLoss, place, "\(entry.grantee) loses \($0.1)") }
  }

  func isToBeRemoved(_ grantee: Grantee) -> Bool {
    grantee.role.flatMap { desired.access.roles[$0] }?.isToBeRemoved ?? false
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

  private func revokeReason(_ entry: ACLEntry, _ list: ComparedList) -> String {
    let isDeclared = entry.grantee.role.map { desired.access.roles[$0] != nil } ?? true
    let by = entry.grantor == list.owner ? "" : "granted by \(entry.grantor), and "
    return isDeclared ? "\(by)no document grants it" : "\(entry.grantee) is not declared, and \(entry.grantor) is"
  }
}
