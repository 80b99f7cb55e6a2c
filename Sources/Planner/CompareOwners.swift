import Diagnostics
import Model

/// To whom the objects of one database belong. An object that is named outdoes a pattern, and a pattern all of a kind.
extension PlanBuilder {
  mutating func compareOwners(in database: String) {
    guard let existing = state.databases[database] else { return }
    let rules = desired.access.owners.filter { $0.database == database }
    guard !rules.isEmpty else { return }
    let errors = diagnostics.count
    var wanted = WantedOwners()
    for rule in rules where roleExists(rule.owner, place: rule.address) {
      for item in rule.items { add(item, rule, to: &wanted, database, existing) }
    }
    guard diagnostics.count == errors else { return }
    refuseFollowers(wanted, existing)
    for conflict in wanted.conflicts.sorted(by: { $0.id < $1.id }) {
      fail(
        .conflict,
        "\(conflict.id.kind.words) `\(conflict.id.text)` belongs to \(conflict.second.owner) here and to "
          + "\(conflict.first.owner) by \(conflict.first.address)",
        at: conflict.second.address, hint: "take one of the two out, or name the object")
    }
    guard diagnostics.count == errors else { return }
    for group in groups(wanted, existing, in: database) { change(group) }
    for (id, rule) in wanted.overruled.sorted(by: { ($0.id, $0.rule.address) < ($1.id, $1.rule.address) }) {
      guard let other = wanted.owners[id]?.rule, other.owner != rule.owner else { continue }
      let place = FactKey.owner(of: id.group(in: database)).address(in: desired.name)
      notes.append(
        Note(
          address: place,
          message: "\(rule.mode.rawValue) only: it belongs to \(other.owner) by \(named(other.address)), and "
            + "\(named(rule.address)) says \(rule.owner)",
          isDifference: true))
    }
  }

  private mutating func add(
    _ item: OwnerRule.Item, _ rule: OwnerRule, to wanted: inout WantedOwners, _ database: String, _ existing: Database
  ) {
    guard let name = item.names?.exact, let schema = item.schema.exact else {
      let fitting = existing.objects.states.keys.filter { id in
        id.kind == item.kind && item.schema.matches(id.schema) && item.names?.matches(id.name) ?? true
          && !existing.isOfExtension(id) && existing.leader(of: id) == nil
      }
      if fitting.isEmpty, let names = item.names {
        note(
          address.appending("database", database),
          "`\(names.text)` in \(rule.address) fits no \(item.kind.words) that is there")
      }
      return wanted.add(fitting.sorted(), rule, rank: item.names == nil ? 0 : 1)
    }
    let id = ObjectID(kind: item.kind, schema: schema, name: name)
    if existing.isOfExtension(id) {
      return fail(
        .conflict, "\(id.kind.words) `\(id.text)` came with an extension, and belongs to who made that",
        at: rule.address, hint: "take it out")
    }
    if existing.objects.states[id] == nil {
      return reportMissing(id, at: rule.address, in: database, existing, because: "gets its owner")
    }
    wanted.add([id], rule, rank: 2)
  }

  /// A sequence of a column is named in vain: the server gives it the owner of its table and refuses any other.
  private mutating func refuseFollowers(_ wanted: WantedOwners, _ existing: Database) {
    for (id, want) in wanted.owners.sorted(by: { $0.key < $1.key }) {
      guard let leader = existing.leader(of: id) else { continue }
      let owner = wanted.owners[leader]?.rule.owner ?? existing.objects.states[leader]?.owner
      guard owner != want.rule.owner else { continue }
      fail(
        .conflict,
        "\(id.kind.words) `\(id.text)` has the owner of its table `\(leader.text)`, and can't be given to another alone",
        at: want.rule.address, hint: "name the table instead")
    }
  }
}

/// Who is to own each object, and by which rule.
private struct WantedOwners {
  struct Want {
    var rule: OwnerRule
    /// 2 for an object that is named, 1 for one that a pattern fits, 0 for all of a kind.
    var rank: Int
  }

  struct Conflict {
    var id: ObjectID
    var first: OwnerRule
    var second: OwnerRule
    var rank: Int
  }

  private(set) var owners: [ObjectID: Want] = [:]
  /// What rules say that only report, of objects of which another one decides.
  private(set) var overruled: [(id: ObjectID, rule: OwnerRule)] = []
  private var found: [ObjectID: Conflict] = [:]

  /// Those that no more exact rule settles.
  var conflicts: [Conflict] { found.values.filter { $0.rank == owners[$0.id]?.rank } }

  mutating func add(_ ids: [ObjectID], _ rule: OwnerRule, rank: Int) {
    for id in ids {
      let want = Want(rule: rule, rank: rank)
      guard let known = owners[id] else {
        owners[id] = want
        continue
      }
      if rule.decides != known.rule.decides {
        overruled.append((id, rule.decides ? known.rule : rule))
        if rule.decides { owners[id] = want }
        continue
      }
      guard known.rank >= rank else {
        owners[id] = want
        continue
      }
      guard known.rank == rank, known.rule.owner != rule.owner else { continue }
      found[id] = Conflict(id: id, first: known.rule, second: rule, rank: rank)
    }
  }
}

extension OwnerRule {
  fileprivate var decides: Bool { mode == .authoritative }
}

/// Objects of one list that go from one owner to another.
private struct OwnerGroup {
  var objects: ObjectGroup
  var from: String
  var rule: OwnerRule
}

extension PlanBuilder {
  private func groups(_ wanted: WantedOwners, _ existing: Database, in database: String) -> [OwnerGroup] {
    struct Key: Hashable {
      var kind: ObjectKind
      var schema: String
      var state: ObjectState
      var rule: OwnerRule
    }
    var names: [Key: [String]] = [:]
    for (id, want) in wanted.owners where existing.leader(of: id) == nil {
      guard let state = existing.objects.states[id], state.owner != want.rule.owner else { continue }
      names[Key(kind: id.kind, schema: id.schema, state: state, rule: want.rule), default: []].append(id.name)
    }
    return names.map { key, names in
      let objects = ObjectGroup(database: database, kind: key.kind, schema: key.schema, names: names.sorted())
      return OwnerGroup(objects: objects, from: key.state.owner, rule: key.rule)
    }.sorted {
      ($0.objects.schema, $0.objects.kind, $0.objects.names[0])
        < ($1.objects.schema, $1.objects.kind, $1.objects.names[0])
    }
  }

  private mutating func change(_ group: OwnerGroup) {
    let key = FactKey.owner(of: group.objects)
    let (place, owner) = (key.address(in: desired.name), group.rule.owner)
    guard group.rule.mode == .authoritative else {
      notes.append(
        Note(
          address: place,
          message: "\(group.rule.mode.rawValue) only: it belongs to \(group.from), the specs say \(owner)",
          isDifference: true))
      return
    }
    let change = Change(
      address: place, action: .change, facts: [FactChange(key, from: group.from, to: owner)],
      source: source(group.rule.address))
    let edit = Edit.setOwner(of: group.objects, owner: owner)
    add(
      Piece(
        phase: .contents, group: group.objects.database, change: change, edits: [edit],
        hazards: hazards(of: edit, before: state, instance: desired.name)))
  }
}
