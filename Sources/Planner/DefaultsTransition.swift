import Model

/// The edits that take a list of default privileges from one content to another.
func transition(
  of list: DefaultPrivileges, in database: String, from given: ACL, to wanted: ACL
) -> [Edit] {
  let grantees = Set((wanted.entries + given.entries).map(\.grantee)).sorted()
  return grantees.flatMap { grantee -> [Edit] in
    let (want, have) = (wanted.privileges(of: grantee), given.privileges(of: grantee))
    let (extra, missing) = (have.subtracting(want), want.subtracting(have))
    let revoke = Edit.revokeDefault(database: database, of: list, from: grantee, privileges: extra)
    let grant = Edit.grantDefault(database: database, of: list, to: grantee, privileges: missing)
    return (extra.isEmpty ? [] : [revoke]) + (missing.isEmpty ? [] : [grant])
  }
}
