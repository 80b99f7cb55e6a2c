import Model

extension ACL {
  /// The entries, those that others hang on last: what somebody passed on comes before the grant that let him.
  fileprivate func deepestFirst(owner: String) -> [ACLEntry] {
    guard entries.contains(where: { $0.grantor != owner }) else { return entries }
    var chains = GrantChains(entries, owner: owner)
    return entries.map { (entry: $0, depth: chains.depth(of: $0)) }.enumerated()
      .sorted { (-$0.element.depth, $0.offset) < (-$1.element.depth, $1.offset) }.map(\.element.entry)
  }

  /// The entries in an order in which the server lets each lose what it has beyond `rest`. Where roles passed different
  /// privileges on to each other an entry comes in parts; where nothing may go first, as it comes.
  ///
  /// - Source: `recursive_revoke()` in PostgreSQL's `acl.c`: refused is what leaves a grantor without the option for something
  ///   that he granted, whatever way he had it.
  func revocations(owner: String, keeping rest: (ACLEntry) -> ACLEntry?) -> [Revocation] {
    let parts = deepestFirst(owner: owner).map {
      Revocation(entry: $0, from: $0, to: rest($0) ?? $0.limited(to: PrivilegeSet()))
    }
    guard entries.contains(where: { $0.grantor != owner }) else { return parts }
    var list = RevokedList(parts, owner: owner)
    while list.takeWhole() || list.takeOneOfACircle() || list.takePart() {}
    return list.taken
  }
}

/// What one entry loses at once.
struct Revocation {
  /// The entry as the list has it.
  var entry: ACLEntry
  var from: ACLEntry
  /// What stays of it; it may have no privileges.
  var to: ACLEntry
}

/// A list whose entries lose what they are to lose, one after the other.
private struct RevokedList {
  private(set) var taken: [Revocation] = []
  /// Of each entry what is there by now, and what is to stay.
  private var entries: [Revocation]
  private var pending: [Int]
  private let byGrantor: [String: [Int]]
  private let byGrantee: [String: [Int]]
  private let owner: String

  init(_ entries: [Revocation], owner: String) {
    (self.entries, self.owner) = (entries, owner)
    pending = Array(entries.indices)
    byGrantor = Dictionary(grouping: entries.indices) { entries[$0].from.grantor }
    byGrantee = Dictionary(grouping: entries.indices) { entries[$0].from.grantee.role ?? "" }
  }

  /// Takes all from the entries that may lose it now; `false` where there is none. What would leave a circle of roles with
  /// nothing but what they passed on to each other waits: the server would let it go, and then nothing of the circle.
  mutating func takeWhole() -> Bool {
    let left = pending.filter { index in
      guard heldByOwner(index).isEmpty else { return true }
      taken.append(entries[index])
      entries[index].from = entries[index].to
      return false
    }
    defer { pending = left }
    return left.count < pending.count
  }

  /// The same of the first entry that the server lets go; `false` where there is none.
  mutating func takeOneOfACircle() -> Bool {
    guard let place = pending.firstIndex(where: { held($0).isEmpty }) else { return false }
    let index = pending.remove(at: place)
    taken.append(entries[index])
    entries[index].from = entries[index].to
    return true
  }

  /// Takes what may go of the first entry of which anything may. What nothing can go of is taken as it comes.
  mutating func takePart() -> Bool {
    for index in pending {
      let (entry, held) = (entries[index], held(index))
      var rest = entry.to
      rest.privileges.formUnion(held.intersection(entry.from.privileges))
      rest.grantable.formUnion(held)
      guard rest != entry.from else { continue }
      taken.append(Revocation(entry: entry.entry, from: entry.from, to: rest))
      entries[index].from = rest
      return true
    }
    taken += pending.map { entries[$0] }
    pending = []
    return false
  }

  /// For what the entry's grantee granted something and, without the entry, has no other option.
  private func held(_ index: Int) -> PrivilegeSet {
    let used = used(index)
    guard !used.isEmpty else { return used }
    return used.subtracting(otherOptions(index) { _ in true })
  }

  /// For what he granted something and, without the entry, has no other option that comes from the owner.
  private func heldByOwner(_ index: Int) -> PrivilegeSet {
    let used = used(index)
    guard !used.isEmpty else { return used }
    let held = used.subtracting(otherOptions(index) { $0.grantor == owner })
    guard !held.isEmpty, !otherOptions(index, { _ in true }).isDisjoint(with: held) else { return held }
    let others = entries.indices.filter { $0 != index }.map { entries[$0].from }
    return held.subtracting(others.optionsFromOwner(owner)[entries[index].from.grantee.role ?? ""] ?? [])
  }

  /// What the entry is to lose of the right to grant on, and its grantee granted.
  private func used(_ index: Int) -> PrivilegeSet {
    let (from, to) = (entries[index].from, entries[index].to)
    let lost = from.grantable.subtracting(to.grantable)
    guard !lost.isEmpty, let role = from.grantee.role else { return [] }
    return lost.intersection(
      (byGrantor[role] ?? []).reduce(into: PrivilegeSet()) {
        if $1 != index { $0.formUnion(entries[$1].from.privileges) }
      })
  }

  private func otherOptions(_ index: Int, _ isMeant: (ACLEntry) -> Bool) -> PrivilegeSet {
    (byGrantee[entries[index].from.grantee.role ?? ""] ?? []).reduce(into: []) {
      if $1 != index, isMeant(entries[$1].from) { $0.formUnion(entries[$1].from.grantable) }
    }
  }
}

extension Sequence<ACLEntry> {
  /// By role, what it may grant on by a way that begins with the owner.
  func optionsFromOwner(_ owner: String) -> [String: PrivilegeSet] {
    var options: [String: PrivilegeSet] = [:]
    var isDone = false
    while !isDone {
      isDone = true
      for entry in self {
        guard let role = entry.grantee.role, !entry.grantable.isEmpty else { continue }
        let may = entry.grantor == owner ? entry.grantable : entry.grantable.intersection(options[entry.grantor] ?? [])
        if (options[role] ?? []).isSuperset(of: may) { continue }
        options[role, default: []].formUnion(may)
        isDone = false
      }
    }
    return options
  }
}

extension ACLEntry {
  fileprivate func limited(to privileges: PrivilegeSet) -> ACLEntry {
    var entry = self
    entry.privileges.formIntersection(privileges)
    entry.grantable.formIntersection(privileges)
    return entry
  }

  fileprivate func without(_ other: ACLEntry) -> ACLEntry {
    var entry = self
    entry.privileges.subtract(other.privileges)
    entry.grantable.subtract(other.grantable)
    return entry
  }
}

/// How many grants lie between the owner and a grant, by the longest way: it has to be taken back before all of them.
private struct GrantChains {
  private let owner: String
  /// By grantee, the entries that let him grant.
  private let options: [String: [ACLEntry]]
  private var known: [ACLEntry: Int] = [:]

  init(_ entries: [ACLEntry], owner: String) {
    self.owner = owner
    options = Dictionary(grouping: entries.filter { !$0.grantable.isEmpty }) { $0.grantee.role ?? "" }
  }

  mutating func depth(of entry: ACLEntry) -> Int {
    guard entry.grantor != owner else { return 0 }
    if let depth = known[entry] { return depth }
    // A circle of grants ends where it began.
    known[entry] = 0
    var depth = 1
    for option in options[entry.grantor] ?? [] where !option.grantable.isDisjoint(with: entry.privileges) {
      depth = max(depth, 1 + self.depth(of: option))
    }
    known[entry] = depth
    return depth
  }
}

/// The edits that take a list from one content to another. First is revoked all that is too much, and what hangs on it; then
/// granted what is missing.
func transition(on group: ObjectGroup, owner: String, from given: ACL, to wanted: ACL) -> [Edit] {
  var outcomes = given.entries.map { entry in
    EntryOutcome(entry, keeping: wanted.entry(entry.grantee, grantor: entry.grantor))
  }
  dropLoose(&outcomes, owner: owner, isColumn: true) { _ in false }
  let left = ACL(outcomes.map(\.rest))
  let revokes = given.revocations(owner: owner) { left.entry($0.grantee, grantor: $0.grantor) }
    .flatMap { revokeEdits(on: group, $0.from, keeping: $0.to) }
  // What could be taken away last is granted first.
  let grants = wanted.revocations(owner: owner) { _ in nil }.reversed().flatMap { part in
    grantEdits(on: group, part.from.without(part.to), beside: left.entry(part.from.grantee, grantor: part.from.grantor))
  }
  return revokes + grants
}

func revokeEdits(on group: ObjectGroup, _ entry: ACLEntry, keeping rest: ACLEntry?) -> [Edit] {
  let extra = entry.privileges.subtracting(rest?.privileges ?? [])
  let option = entry.grantable.subtracting(rest?.grantable ?? []).subtracting(extra)
  return [(extra, false), (option, true)].filter { !$0.0.isEmpty }.map {
    .revoke(on: group, from: entry.grantee, grantor: entry.grantor, privileges: $0.0, grantOptionOnly: $0.1)
  }
}

func grantEdits(on group: ObjectGroup, _ entry: ACLEntry, beside given: ACLEntry? = nil) -> [Edit] {
  let option = entry.grantable.subtracting(given?.grantable ?? [])
  let plain = entry.privileges.subtracting(given?.privileges ?? []).subtracting(option)
  return [(plain, false), (option, true)].filter { !$0.0.isEmpty }.map {
    .grant(on: group, to: entry.grantee, grantor: entry.grantor, privileges: $0.0, grantable: $0.1)
  }
}
