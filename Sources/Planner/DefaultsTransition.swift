import Model

/// The edits that take a list of default privileges from one content to another.
func transition(
  of list: DefaultPrivileges, in database: String, from given: ACL, to wanted: ACL
) -> [Edit] {
  let grantees = Set((wanted.entries + given.entries).map(\.grantee)).sorted()
  return grantees.flatMap { grantee -> [Edit] in
    let none = ACLEntry(grantee: grantee, grantor: list.owner, privileges: [])
    let have = given.entry(grantee, grantor: list.owner) ?? none
    let want = wanted.entry(grantee, grantor: list.owner) ?? none
    return revokes(of: list, in: database, have, keeping: want) + grants(of: list, in: database, want, beside: have)
  }
}

private func revokes(
  of list: DefaultPrivileges, in database: String, _ have: ACLEntry, keeping want: ACLEntry
) -> [Edit] {
  let extra = have.privileges.subtracting(want.privileges)
  let option = have.grantable.subtracting(want.grantable).subtracting(extra)
  return [(extra, false), (option, true)].filter { !$0.0.isEmpty }.map {
    .revokeDefault(database: database, of: list, from: have.grantee, privileges: $0.0, grantOptionOnly: $0.1)
  }
}

private func grants(
  of list: DefaultPrivileges, in database: String, _ want: ACLEntry, beside have: ACLEntry
) -> [Edit] {
  let option = want.grantable.subtracting(have.grantable)
  let plain = want.privileges.subtracting(have.privileges).subtracting(option)
  return [(plain, false), (option, true)].filter { !$0.0.isEmpty }.map {
    .grantDefault(database: database, of: list, to: want.grantee, privileges: $0.0, grantable: $0.1)
  }
}
