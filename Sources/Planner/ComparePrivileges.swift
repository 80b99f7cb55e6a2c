import Diagnostics
import Model

/// Privileges in one database: objects with the same list and the same wishes are compared once and changed together.
extension PlanBuilder {
  mutating func comparePrivileges(in database: String) {
    let version = state.version ?? ServerVersion(major: 15)
    guard let existing = state.databases[database] else { return }
    let wanted = WantedPrivileges(
      rules: desired.access.rules, database: database, existing: existing, version: version, now: context.now)
    guard checkNames(wanted, database, existing) else { return }
    noteUnmatched(wanted, in: address.appending("database", database))
    var lists: [ComparedList] = [
      ComparedList(
        group: .database(database), owner: existing.owner, acl: existing.acl, grants: wanted.onDatabase)
    ]
    for (name, schema) in existing.schemas.sorted(by: { $0.key < $1.key }) {
      let group = ObjectGroup(database: database, kind: .schema, names: [name])
      lists.append(
        ComparedList(
          group: group, owner: schema.owner, acl: schema.acl, grants: wanted.onSchemas[name] ?? [:],
          spared: wanted.spared(on: ObjectID(kind: .schema, schema: "", name: name))))
    }
    lists += groupedObjects(existing.objects, in: database, wanted)
    let columns = columnOutcomes(lists, wanted)
    let before = pieces.count
    for list in lists { compare(list, wanted, columns) }
    addHazards(from: before) { $1.columnLoss.map($0.hazards) ?? [] }
    compareDefaults(wanted, in: database, existing)
  }

  /// Tablespaces and parameters: once for all databases.
  mutating func compareSharedPrivileges() {
    guard !desired.access.roles.isEmpty || !desired.access.rules.isEmpty else { return }
    let version = state.version ?? ServerVersion(major: 15)
    var table = state.shared
    let wanted = WantedPrivileges(
      rules: desired.access.rules, shared: table, version: version, now: context.now)
    guard checkShared(wanted) else { return }
    noteUnmatched(wanted, in: address)
    for id in wanted.onNamed.keys where table.states[id] == nil { table.states[id] = state.untouchedParameter }
    for list in groupedObjects(table, in: "", wanted) { compare(grantedByHolders(list), wanted) }
  }

  /// Parameters belong to the bootstrap superuser, which on a managed service is nobody's to act as: there who holds the
  /// grant option grants, such as `rds_superuser`.
  private func grantedByHolders(_ list: ComparedList) -> ComparedList {
    let may = state.capabilities
    guard list.group.kind == .parameter, !may.isSuperuser, !may.actsAs.contains(list.owner) else { return list }
    let wanted = list.grants.values.reduce(into: PrivilegeSet()) { $0.formUnion($1.privileges) }
    var list = list
    list.otherGrantor =
      list.acl.entries.first { entry in
        entry.grantee.role.map(may.actsAs.contains) ?? false && entry.grantable.isSuperset(of: wanted)
      }?.grantee.role
    return list
  }

  private mutating func noteUnmatched(_ wanted: WantedPrivileges, in place: Address) {
    for one in wanted.unmatched {
      note(place, "`\(one.pattern)` in \(one.rule) fits no \(one.kind.words) that is there")
    }
  }

  private func groupedObjects(_ objects: ObjectTable, in database: String, _ wanted: WantedPrivileges) -> [ComparedList]
  {
    struct Key: Hashable {
      var kind: ObjectKind
      var schema: String
      var state: ObjectState
      var grants: WantedPrivileges.Grants
      var spared: [Grantee: SparedPrivileges]
      var lender: ObjectID?
      /// Where not all is taken, what else would have become of an object must not bring it to others.
      var selected: Set<ObjectGroup>
    }
    // First those that share their list in memory, which costs nothing to see.
    struct Shared: Hashable {
      var kind: ObjectKind
      var schema: String
      var owner: String
      var list: Int
      /// An object that rules name, or in which an extension had a say, has wishes of its own.
      var named: ObjectID?
      var lender: ObjectID?
      var selected: Set<ObjectGroup>
    }
    let selected = selectedGroups(in: database)
    var shared: [Shared: [ObjectID]] = [:]
    for (id, state) in objects.states {
      let named = wanted.isSpecial(id) ? id : nil
      let key = Shared(
        kind: id.kind, schema: id.schema, owner: state.owner, list: state.acl.place, named: named,
        lender: objects.lender(to: id), selected: selected.isEmpty ? [] : selected[id] ?? [])
      shared[key, default: []].append(id)
    }
    var groups: [Key: [String]] = [:]
    for (one, ids) in shared {
      guard let first = ids.first, let state = objects.states[first] else { continue }
      let key = Key(
        kind: first.kind, schema: first.schema, state: state, grants: wanted.grants(on: first),
        spared: wanted.spared(on: first), lender: one.lender, selected: one.selected)
      groups[key, default: []] += ids.map(\.name)
    }
    return groups.map { key, names in
      let group = ObjectGroup(database: database, kind: key.kind, schema: key.schema, names: names.sorted())
      return ComparedList(
        group: group, owner: key.state.owner, acl: key.state.acl, grants: key.grants, spared: key.spared,
        lender: key.lender.flatMap { lender in objects.states[lender].map { (lender, $0) } })
    }.sorted {
      ($0.group.schema, $0.group.kind, $0.group.names[0]) < ($1.group.schema, $1.group.kind, $1.group.names[0])
    }
  }

  /// The groups whose privileges the selection is about, by their objects.
  private func selectedGroups(in database: String) -> [ObjectID: Set<ObjectGroup>] {
    var found: [ObjectID: Set<ObjectGroup>] = [:]
    for piece in selection ?? [] {
      for case .privileges(let group, _, _) in piece.keys where group.database == database {
        for id in group.members { found[id, default: []].insert(group) }
      }
    }
    return found
  }

  struct ComparedList {
    var group: ObjectGroup
    var owner: String
    var acl: ACL
    var grants: WantedPrivileges.Grants
    /// What may stay without being asked for.
    var spared: [Grantee: SparedPrivileges] = [:]
    /// Of columns, the table on whose list their entries depend too, as it was when comparing began.
    var lender: (id: ObjectID, state: ObjectState)?
    /// In whose name it is granted, where that isn't the owner's.
    var otherGrantor: String?

    var grantor: String { otherGrantor ?? owner }
  }

  private struct Missing {
    var grantee: Grantee
    var privileges: PrivilegeSet
    /// What he is to be able to grant on, held already or not.
    var option: PrivilegeSet
    var want: Want
  }

  /// What is to become of the entries on each column.
  typealias ColumnOutcomes = [ObjectID: [EntryOutcome]]

  private func columnOutcomes(_ lists: [ComparedList], _ wanted: WantedPrivileges) -> ColumnOutcomes {
    var found: ColumnOutcomes = [:]
    // What there is to note is noted where the column itself is compared.
    var unheard = self
    for list in lists where list.group.kind == .column {
      let outcomes = unheard.outcomes(list, wanted)
      for name in list.group.names {
        found[ObjectID(kind: .column, schema: list.group.schema, name: name)] = outcomes
      }
    }
    return found
  }

  private mutating func outcomes(_ list: ComparedList, _ wanted: WantedPrivileges) -> [EntryOutcome] {
    var outcomes = list.acl.entries.map { outcome(of: $0, list) }
    dropLoose(
      &outcomes, owner: list.owner, isColumn: list.group.kind == .column, lent: lent(to: list, wanted),
      leaving: isToBeRemoved)
    return outcomes
  }

  private mutating func compare(_ list: ComparedList, _ wanted: WantedPrivileges, _ columns: ColumnOutcomes = [:]) {
    let outcomes = outcomes(list, wanted)
    let byEntry = Dictionary(uniqueKeysWithValues: outcomes.map { ($0.entry, $0) })
    let order = list.acl.revocations(owner: list.owner) { byEntry[$0]?.rest }
    var missing = missing(list, outcomes)
    let granted = missing.filter { $0.want.mode != .audit }
      .map { ACLEntry(grantee: $0.grantee, grantor: list.grantor, privileges: $0.privileges.union($0.option)) }
    let inTheEnd = ACL(outcomes.map(\.rest) + granted)
    guard fits(inTheEnd, list) else { return }
    for (grantee, want) in list.grants.sorted(by: { $0.key < $1.key }) where grantee != .role(list.owner) {
      noteAudited(want, of: grantee, holding: inTheEnd.privileges(of: grantee), at: address(grantee, list.group))
    }
    for part in order {
      let entry = part.entry
      guard let outcome = byEntry[entry]?.part(part) else { continue }
      let mayGrow = entry.grantor == list.grantor && part.to == byEntry[entry]?.rest
      let index = missing.firstIndex { mayGrow && $0.grantee == entry.grantee && $0.want.mode != .audit }
      change(
        list, outcome, adding: index.map { missing.remove(at: $0) }, held: inTheEnd.privileges(of: entry.grantee),
        columns)
    }
    for one in missing { grant(one, list) }
  }

  /// Tells what rules find that only audit, where others decide what becomes of the list.
  mutating func noteAudited(_ want: Want, of grantee: Grantee, holding held: PrivilegeSet, at place: Address) {
    guard !isToBeRemoved(grantee) else { return }
    let lacks = want.auditedGrant.privileges.subtracting(held)
    let holds = want.auditedAbsence.privileges.intersection(held)
    for (verb, privileges, rule, says) in [
      ("lacks", lacks, want.auditedGrant.rule, "grants it"),
      ("holds", holds, want.auditedAbsence.rule, "says it is absent"),
    ] where !privileges.isEmpty {
      guard let rule else { continue }
      notes.append(
        Note(
          address: place, message: "audit only: \(grantee) \(verb) \(privileges), and \(named(rule)) \(says)",
          isDifference: true))
    }
  }

  private func lent(to list: ComparedList, _ wanted: WantedPrivileges) -> LentOptions {
    guard let (table, state) = list.lender else { return LentOptions() }
    let group = table.group(in: list.group.database)
    let whole = ComparedList(
      group: group, owner: state.owner, acl: state.acl, grants: wanted.grants(on: table),
      spared: wanted.spared(on: table))
    // What there is to note is noted where the table itself is compared.
    var unheard = self
    var outcomes = whole.acl.entries.map { unheard.outcome(of: $0, whole) }
    dropLoose(&outcomes, owner: whole.owner, leaving: isToBeRemoved)
    return LentOptions(outcomes, leaving: isToBeRemoved)
  }

  private func missing(_ list: ComparedList, _ outcomes: [EntryOutcome]) -> [Missing] {
    list.grants.sorted(by: { $0.key < $1.key }).compactMap { grantee, want in
      guard grantee != .role(list.owner), !isToBeRemoved(grantee) else { return nil }
      var (kept, option): (PrivilegeSet, PrivilegeSet) = ([], [])
      for outcome in outcomes where outcome.entry.grantee == grantee {
        kept.formUnion(outcome.rest.privileges)
        option.formUnion(outcome.rest.grantable)
      }
      let lacks = want.privileges.subtracting(kept)
      let lacksOption = want.grantable.subtracting(option)
      guard !lacks.isEmpty || !lacksOption.isEmpty else { return nil }
      return Missing(grantee: grantee, privileges: lacks, option: lacksOption, want: want)
    }
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
    let isDeclared = entry.grantee.role.map { desired.access.roles[$0] != nil } ?? false
    let spared = list.spared[entry.grantee]?.without(want?.absent ?? []) ?? SparedPrivileges()
    if let want, !isDeclared {
      let rest = want.rest(of: entry.privileges).union(spared.privileges)
      outcome.keep(rest, grantable: (want.isComplete ? want.allowedGrantable : entry.grantable).union(spared.grantable))
    } else {
      outcome.keep(
        (want?.allowed ?? []).union(spared.privileges),
        grantable: (want?.allowedGrantable ?? []).union(spared.grantable))
    }
    guard mode == .audit, outcome.rest != entry else { return outcome }
    let wanted = want.map { "\($0.privileges)" } ?? "nothing"
    notes.append(
      Note(
        address: address(entry.grantee, list.group),
        message: "audit only: \(entry.grantee) holds \(entry.fact), the specs grant \(wanted)", isDifference: true))
    return EntryOutcome(entry)
  }

  /// One entry of a list is one fact, and so one change, whatever is taken from it and added to it.
  private mutating func change(
    _ list: ComparedList, _ outcome: EntryOutcome,
    adding missing: Missing?, held: PrivilegeSet, _ columns: ColumnOutcomes
  ) {
    let entry = outcome.entry
    var after = outcome.rest
    var edits = revokeEdits(on: list.group, entry, keeping: outcome.rest)
    let around = aroundColumns(list, entry, edits, columns)
    edits = around.first + edits + around.then
    let loss = EntryLoss(entry, keeping: outcome.rest, held: held, on: list.group)
    var hazards = list.group.kind == .column ? [] : hazards(loss)
    if let missing {
      after.privileges.formUnion(missing.privileges.union(missing.option))
      after.grantable.formUnion(missing.option)
      edits += grantEdits(on: list.group, after, beside: outcome.rest)
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
      reason: outcome.rest == entry ? nil : outcome.reason ?? revokeReason(entry, outcome.rest, list))
    var piece = Piece(phase: .grants, group: list.group.database, change: change, edits: edits, hazards: hazards)
    let lost = entry.privileges.subtracting(after.privileges)
    let expired = list.grants[entry.grantee]?.expired ?? []
    piece.isDueByTime =
      missing == nil && !lost.isEmpty
      && expired.isSuperset(of: lost.union(entry.grantable.subtracting(after.grantable)))
    piece.followsItsGrantor = outcome.isLoose
    if list.group.kind == .column { piece.columnLoss = loss }
    add(piece)
  }

  /// A revoke on a table takes the same from its columns: what is to stay on those is granted anew. What is to go there by
  /// itself has gone before: that is revoked before anything on tables.
  private func aroundColumns(
    _ list: ComparedList, _ entry: ACLEntry, _ revokes: [Edit], _ columns: ColumnOutcomes
  ) -> (first: [Edit], then: [Edit]) {
    guard !revokes.isEmpty else { return ([], []) }
    return columnEdits(onColumnsOf: list.group, in: state, around: revokes, of: entry.grantee, by: entry.grantor) {
      column, held in columns[column].map { ACL($0.map(\.rest)) } ?? held
    }
  }

  private mutating func grant(_ missing: Missing, _ list: ComparedList) {
    let (grantee, want) = (missing.grantee, missing.want)
    let before = list.acl.entry(grantee, grantor: list.grantor)
    var after = before ?? ACLEntry(grantee: grantee, grantor: list.grantor, privileges: [])
    after.privileges.formUnion(missing.privileges.union(missing.option))
    after.grantable.formUnion(missing.option)
    let key = FactKey.privileges(on: list.group, grantee: grantee, grantor: list.grantor)
    let change = Change(
      address: key.address(in: desired.name), action: .add,
      facts: [FactChange(key, from: before?.fact, to: after.fact)], source: source(want.rule))
    let piece = Piece(
      phase: .grants, group: list.group.database, change: change,
      edits: grantEdits(on: list.group, after, beside: before),
      hazards: wideningHazards(grantee, missing.privileges, list))
    plan(piece, mode: want.mode)
  }

  /// Where a change of privileges stands: below who holds them, so that one address allows all that concerns a role.
  private func address(_ grantee: Grantee, _ group: ObjectGroup) -> Address {
    grantee.address(in: desired.name).appending(group.path)
  }

  private func wideningHazards(_ grantee: Grantee, _ privileges: PrivilegeSet, _ list: ComparedList) -> [Hazard] {
    guard grantee == .everybody, !privileges.isEmpty else { return [] }
    return [
      Hazard(.accessWidening, address(grantee, list.group), "everybody who can connect gains \(privileges)")
    ]
  }

  private func hazards(_ loss: EntryLoss) -> [Hazard] {
    let (privileges, option) = loss.beside(state)
    let place = address(loss.grantee, loss.group)
    return [(privileges, "\(privileges)"), (option, "the right to grant \(option)")].filter { !$0.0.isEmpty }
      .map { Hazard(.accessLoss, place, "\(loss.grantee) loses \($0.1)") }
  }

  func isToBeRemoved(_ grantee: Grantee) -> Bool {
    grantee.role.flatMap { desired.access.roles[$0] }?.isToBeRemoved ?? false
  }

  /// Whether what the entry has too much is to go, and by which mode: the grantee is declared, or named by a rule for this
  /// very object, or holds it from a declared role. `nil` where it is none of the specs' business.
  private func revokingMode(_ entry: ACLEntry, _ want: Want?) -> AccessMode? {
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

  private func revokeReason(_ entry: ACLEntry, _ rest: ACLEntry, _ list: ComparedList) -> String {
    let isDeclared = entry.grantee.role.map { desired.access.roles[$0] != nil } ?? true
    let by = entry.grantor == list.owner ? "" : "granted by \(entry.grantor), and "
    let lost = entry.privileges.subtracting(rest.privileges)
    if let want = list.grants[entry.grantee], !lost.isEmpty {
      if want.expired.isSuperset(of: lost) { return "\(by)what granted it has expired" }
      if want.absent.isSuperset(of: lost) { return "\(by)the specs say it is absent" }
    }
    return isDeclared ? "\(by)no document grants it" : "\(entry.grantee) is not declared, and \(entry.grantor) is"
  }
}

/// What a grantee no longer has by one entry of a list.
struct EntryLoss {
  var group: ObjectGroup
  var grantee: Grantee
  private var privileges: PrivilegeSet
  private var option: PrivilegeSet

  /// - Parameter held: what it holds in the end by all entries of the list: no loss, whoever granted it.
  fileprivate init(_ entry: ACLEntry, keeping rest: ACLEntry, held: PrivilegeSet, on group: ObjectGroup) {
    (self.group, grantee) = (group, entry.grantee)
    privileges = entry.privileges.subtracting(held)
    option = entry.grantable.subtracting(rest.grantable)
  }

  /// What is really lost, without what the tables of columns give by themselves.
  fileprivate func beside(_ state: Observed) -> (privileges: PrivilegeSet, option: PrivilegeSet) {
    var (lost, lostOption) = (privileges, option)
    if group.kind == .column {
      let tables = Set(group.members.map(\.tableOfColumn)).map { table -> ACL in
        table.flatMap { state.databases[group.database]?.objects.states[$0]?.acl } ?? ACL()
      }
      lost = tables.reduce(into: []) { $0.formUnion(privileges.subtracting($1.privileges(of: grantee))) }
      lostOption = tables.reduce(into: []) { $0.formUnion(option.subtracting($1.entries.grantable { $0 == grantee })) }
    }
    return (lost, lostOption.subtracting(lost))
  }
}
