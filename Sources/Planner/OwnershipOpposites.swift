import Model

/// A change of owner rewrites lists: the new owner takes the old one's place, and what both held melts into one entry. So
/// the way back is the owner's way back and then whatever the lists still differ in.
func oppositeOfOwnership(_ edit: Edit, _ before: Observed, _ after: Observed) -> Opposite {
  switch edit {
  case .setDatabaseOwner(let name, let owner):
    guard let old = before.databases[name] else { return Opposite() }
    let edits = [Edit.setDatabaseOwner(database: name, owner: old.owner)]
    return Opposite(edits: edits + corrections(.database(name), wanted: old.acl, owner: old.owner, given: after.databases[name]?.acl, by: owner))
  case .setSchemaOwner(let database, let name, let owner):
    guard let old = before.databases[database]?.schemas[name] else { return Opposite() }
    let group = ObjectGroup(database: database, kind: .schema, names: [name])
    let edits = [Edit.setSchemaOwner(database: database, schema: name, owner: old.owner)]
    let given = after.databases[database]?.schemas[name]?.acl
    return Opposite(edits: edits + corrections(group, wanted: old.acl, owner: old.owner, given: given, by: owner))
  case .reassignOwned(let database, let old, let new):
    let owned = before.databases[database]?.countOwned(by: old) ?? 0
    return owned == 0 ? Opposite() : .never("what \(old) owned in \(database) stays with \(new)")
  case .dropOwned(let database, let role): return regrant(database, role, before)
  default: preconditionFailure("\(edit) moves no ownership")
  }
}

private func corrections(_ group: ObjectGroup, wanted: ACL, owner: String, given: ACL?, by newOwner: String) -> [Edit] {
  var back = given ?? ACL()
  back.changeOwner(from: newOwner, to: owner)
  var edits: [Edit] = []
  for entry in back.entries {
    let extra = entry.privileges.subtracting(wanted.entry(entry.grantee, grantor: entry.grantor)?.privileges ?? [])
    if !extra.isEmpty {
      edits.append(.revoke(on: group, from: entry.grantee, grantor: entry.grantor, privileges: extra, grantOptionOnly: false))
    }
  }
  for entry in wanted.entries {
    let missing = entry.privileges.subtracting(back.entry(entry.grantee, grantor: entry.grantor)?.privileges ?? [])
    if !missing.isEmpty {
      let grantable = !entry.grantable.isDisjoint(with: missing)
      edits.append(.grant(on: group, to: entry.grantee, grantor: entry.grantor, privileges: missing, grantable: grantable))
    }
  }
  return edits
}

/// What `DROP OWNED` took from the role in this database, given back group by group.
private func regrant(_ name: String, _ role: String, _ before: Observed) -> Opposite {
  guard let database = before.databases[name] else { return Opposite() }
  var edits = entries(of: role, database.acl).flatMap { grant(.database(name), $0) }
  for (schema, value) in database.schemas.sorted(by: { $0.key < $1.key }) where value.owner != role {
    let group = ObjectGroup(database: name, kind: .schema, names: [schema])
    edits += entries(of: role, value.acl).flatMap { grant(group, $0) }
  }
  var groups: [ObjectGrant: [String]] = [:]
  for (id, state) in database.objects.states where state.owner != role {
    for entry in entries(of: role, state.acl) {
      groups[ObjectGrant(kind: id.kind, schema: id.schema, entry: entry), default: []].append(id.name)
    }
  }
  for (key, names) in groups.sorted(by: { ($0.key.schema, $0.key.kind, $0.value.min()!) < ($1.key.schema, $1.key.kind, $1.value.min()!) }) {  // Never empty.
    edits += grant(ObjectGroup(database: name, kind: key.kind, schema: key.schema, names: names.sorted()), key.entry)
  }
  for (list, acl) in database.defaultPrivileges.sorted(by: { $0.key < $1.key }) {
    for entry in acl.entries where list.owner == role || entry.grantee == .role(role) {
      guard entry.grantee != .role(list.owner) else { continue }
      edits.append(.grantDefault(database: name, of: list, to: entry.grantee, privileges: entry.privileges))
    }
  }
  return Opposite(edits: edits)
}

private struct ObjectGrant: Hashable {
  var kind: ObjectKind
  var schema: String
  var entry: ACLEntry
}

private func entries(of role: String, _ acl: ACL) -> [ACLEntry] {
  acl.entries.filter { $0.grantee == .role(role) && $0.grantor != role }
}

private func grant(_ group: ObjectGroup, _ entry: ACLEntry) -> [Edit] {
  let without = entry.privileges.subtracting(entry.grantable)
  return [(without, false), (entry.grantable, true)].filter { !$0.0.isEmpty }.map {
    .grant(on: group, to: entry.grantee, grantor: entry.grantor, privileges: $0.0, grantable: $0.1)
  }
}
