import Model

extension ACL {
  /// The entries, those that others hang on last: what somebody passed on comes before the grant that let him.
  func deepestFirst(owner: String) -> [ACLEntry] {
    let depths = depths(owner: owner)
    return entries.enumerated()
      .sorted { (-(depths[$0.element.grantor] ?? 0), $0.offset) < (-(depths[$1.element.grantor] ?? 0), $1.offset) }
      .map(\.element)
  }

  /// How many grants lie between the owner and each role that passes privileges on.
  private func depths(owner: String) -> [String: Int] {
    var depths = [owner: 0]
    var queue = [owner]
    while let grantor = queue.first {
      queue.removeFirst()
      for entry in entries where entry.grantor == grantor && !entry.grantable.isEmpty {
        guard let role = entry.grantee.role, depths[role] == nil else { continue }
        depths[role] = (depths[grantor] ?? 0) + 1
        queue.append(role)
      }
    }
    return depths
  }
}

/// The edits that take a list from one content to another.
func transition(on group: ObjectGroup, owner: String, from given: ACL, to wanted: ACL) -> [Edit] {
  let revokes = given.deepestFirst(owner: owner).flatMap { entry in
    let rest = wanted.entry(entry.grantee, grantor: entry.grantor)
    return revokeEdits(on: group, entry, keeping: rest)
  }
  let grants = wanted.deepestFirst(owner: owner).reversed().flatMap { entry in
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
