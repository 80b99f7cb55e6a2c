import Model

extension ACL {
  /// The entries, those that others hang on last: what somebody passed on comes before the grant that let him.
  func deepestFirst(owner: String) -> [ACLEntry] {
    guard entries.contains(where: { $0.grantor != owner }) else { return entries }
    var chains = GrantChains(entries, owner: owner)
    return sortedByDepth(entries.map { ($0, chains.depth(of: $0)) })
  }

  /// The same for each privilege by itself, so that two roles that passed different privileges on to each other are no
  /// circle. An entry whose privileges lie at several depths comes in parts.
  fileprivate func partsDeepestFirst(owner: String) -> [ACLEntry] {
    guard entries.contains(where: { $0.grantor != owner }) else { return entries }
    var byDepth: [[Int: PrivilegeSet]] = entries.map { _ in [:] }
    for (privilege, _, _) in PrivilegeSet.table {
      let limited = entries.map { $0.limited(to: privilege) }
      var chains = GrantChains(limited, owner: owner)
      for (index, entry) in limited.enumerated() where !entry.privileges.isEmpty {
        byDepth[index][chains.depth(of: entry), default: []].formUnion(privilege)
      }
    }
    let parts = zip(entries, byDepth).flatMap { entry, depths in
      depths.sorted { $0.key < $1.key }.map { (entry.limited(to: $0.value), $0.key) }
    }
    return sortedByDepth(parts)
  }

  private func sortedByDepth(_ entries: [(entry: ACLEntry, depth: Int)]) -> [ACLEntry] {
    entries.enumerated().sorted { (-$0.element.depth, $0.offset) < (-$1.element.depth, $1.offset) }.map(\.element.entry)
  }
}

extension ACLEntry {
  fileprivate func limited(to privileges: PrivilegeSet) -> ACLEntry {
    var entry = self
    entry.privileges.formIntersection(privileges)
    entry.grantable.formIntersection(privileges)
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

/// The edits that take a list from one content to another. First is revoked all that is too much, then granted what is
/// missing.
func transition(on group: ObjectGroup, owner: String, from given: ACL, to wanted: ACL) -> [Edit] {
  let revokes = given.partsDeepestFirst(owner: owner).flatMap { entry in
    let rest = wanted.entry(entry.grantee, grantor: entry.grantor)
    return revokeEdits(on: group, entry, keeping: rest)
  }
  let grants = wanted.partsDeepestFirst(owner: owner).reversed().flatMap { entry in
    grantEdits(on: group, entry, beside: given.entry(entry.grantee, grantor: entry.grantor))
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
