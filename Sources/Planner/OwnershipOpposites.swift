import Model

/// A change of owner rewrites lists: the new owner takes the old one's place, and what both held melts into one entry. So
/// the way back is the owner's way back and then whatever the lists still differ in.
func oppositeOfOwnership(_ edit: Edit, _ before: Observed, _ after: Observed) -> Opposite {
  switch edit {
  case .setDatabaseOwner(let name, let owner):
    guard let old = before.databases[name] else { return Opposite() }
    let edits = [Edit.setDatabaseOwner(database: name, owner: old.owner)]
    let given = after.databases[name]?.acl
    return Opposite(
      edits: edits + corrections(.database(name), wanted: old.acl, owner: old.owner, given: given, by: owner),
      lost: old.acl.lost(owner: old.owner))
  case .setSchemaOwner(let database, let name, let owner):
    guard let old = before.databases[database]?.schemas[name] else { return Opposite() }
    let group = ObjectGroup(database: database, kind: .schema, names: [name])
    let edits = [Edit.setSchemaOwner(database: database, schema: name, owner: old.owner)]
    let given = after.databases[database]?.schemas[name]?.acl
    return Opposite(
      edits: edits + corrections(group, wanted: old.acl, owner: old.owner, given: given, by: owner),
      lost: old.acl.lost(owner: old.owner))
  case .setOwner(let group, let owner): return oppositeOfOwner(of: group, owner, before, after)
  case .reassignOwned(let database, let old, let new):
    return before.reassignsAnything(in: database, from: old)
      ? .never("what \(old) owned in \(database) stays with \(new)") : Opposite()
  default: preconditionFailure("\(edit) moves no ownership")
  }
}

/// The group has one owner and one list; what goes with a table has a list of its own.
private func oppositeOfOwner(of group: ObjectGroup, _ owner: String, _ before: Observed, _ after: Observed) -> Opposite
{
  guard let first = group.names.first, let old = before.object(first, of: group),
    let database = before.databases[group.database]
  else { return Opposite() }
  let own = corrections(
    group, wanted: old.acl, owner: old.owner, given: after.object(first, of: group)?.acl, by: owner)
  var (hanging, followers, lost): ([Edit], [Edit], [String?]) = ([], [], [old.acl.lost(owner: old.owner)])
  for follower in database.followers(of: group) {
    guard let state = database.objects.states[follower] else { continue }
    let one = follower.group(in: group.database)
    var given = after.object(follower.name, of: one)?.acl ?? ACL()
    given.changeOwner(from: owner, to: state.owner)
    let around = columnEdits(
      on: one, state.owner, from: given, to: state.acl, around: follower.kind == .column ? own : [])
    hanging += around.first
    followers += around.then.map { $0.possible(in: state.acl, owner: state.owner) }
    lost.append(state.acl.circular(owner: state.owner, isColumn: follower.kind == .column))
  }
  return Opposite(
    edits: [.setOwner(of: group, owner: old.owner)] + hanging + own + followers,
    lost: lost.compactMap { $0 }.removingRepeats().joinedOrNil)
}

private func corrections(_ group: ObjectGroup, wanted: ACL, owner: String, given: ACL?, by newOwner: String) -> [Edit] {
  var back = given ?? ACL()
  back.changeOwner(from: newOwner, to: owner)
  return transition(on: group, owner: owner, from: back, to: wanted).map { $0.possible(in: wanted, owner: owner) }
}

extension Edit {
  /// The same, from the owner where the server lets the grantor not give the right to grant on.
  fileprivate func possible(in wanted: ACL, owner: String) -> Edit {
    guard case .grant(let group, let grantee, let grantor, let privileges, true) = self, grantor != owner,
      !wanted.mayReturn(privileges, from: grantor, to: grantee, owner: owner, isColumn: group.kind == .column)
    else { return self }
    return .grant(on: group, to: grantee, grantor: owner, privileges: privileges, grantable: true)
  }
}

extension ACL {
  /// What doesn't come back by its grantor; `nil` where there is none.
  fileprivate func lost(owner: String) -> String? {
    [outlived(owner: owner), circular(owner: owner)].compactMap { $0 }.removingRepeats().joinedOrNil
  }

  /// The right to grant on that somebody has from himself, or from one whom he gave it.
  fileprivate func circular(owner: String, isColumn: Bool = false) -> String? {
    entries.filter {
      $0.grantor != owner
        && !mayReturn($0.grantable, from: $0.grantor, to: $0.grantee, owner: owner, isColumn: isColumn)
    }
    .map { "what \($0.grantor) granted \($0.grantee)" }.joinedOrNil
  }

  /// What grants outlive their grantor's option, so that they may not come back; `nil` where there is none.
  private func outlived(owner: String) -> String? {
    let options = entries.reduce(into: [String: PrivilegeSet]()) { options, entry in
      if let role = entry.grantee.role, role != entry.grantor { options[role, default: []].formUnion(entry.grantable) }
    }
    let lost = entries.filter { $0.grantor != owner && !(options[$0.grantor] ?? []).isSuperset(of: $0.privileges) }
    return lost.map { "what \($0.grantor) granted \($0.grantee)" }.joinedOrNil
  }
}
