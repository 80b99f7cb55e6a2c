import Model

/// A change of owner rewrites lists: the new owner takes the old one's place, and what both held melts into one entry. So
/// the way back is the owner's way back and then whatever the lists still differ in.
func oppositeOfOwnership(_ edit: Edit, _ before: Observed, _ after: Observed) -> Opposite {
  switch edit {
  case .setDatabaseOwner(let name, let owner):
    guard let old = before.databases[name] else { return Opposite() }
    let edits = [Edit.setDatabaseOwner(database: name, owner: old.owner)]
    let given = after.databases[name]?.acl
    return Opposite(edits: edits + corrections(.database(name), wanted: old.acl, owner: old.owner, given: given, by: owner))
  case .setSchemaOwner(let database, let name, let owner):
    guard let old = before.databases[database]?.schemas[name] else { return Opposite() }
    let group = ObjectGroup(database: database, kind: .schema, names: [name])
    let edits = [Edit.setSchemaOwner(database: database, schema: name, owner: old.owner)]
    let given = after.databases[database]?.schemas[name]?.acl
    return Opposite(edits: edits + corrections(group, wanted: old.acl, owner: old.owner, given: given, by: owner))
  case .reassignOwned(let database, let old, let new):
    let ownsNothing = before.databases[database]?.countOwned(by: old) ?? 0 == 0 && !before.databases.values.contains { $0.owner == old }
    return ownsNothing ? Opposite() : .never("what \(old) owned in \(database) stays with \(new)")
  case .dropOwned(let database, _): return regrant(database, before, after)
  default: preconditionFailure("\(edit) moves no ownership")
  }
}

private func corrections(_ group: ObjectGroup, wanted: ACL, owner: String, given: ACL?, by newOwner: String) -> [Edit] {
  var back = given ?? ACL()
  back.changeOwner(from: newOwner, to: owner)
  return transition(on: group, owner: owner, from: back, to: wanted)
}

/// What `DROP OWNED` took, given back: on all databases, since their lists are shared, and on what lies in this one.
private func regrant(_ name: String, _ before: Observed, _ after: Observed) -> Opposite {
  var edits: [Edit] = []
  for (other, database) in before.databases.sorted(by: { $0.key < $1.key }) {
    edits += transition(on: .database(other), owner: database.owner, from: after.databases[other]?.acl ?? ACL(), to: database.acl)
  }
  guard let database = before.databases[name], let now = after.databases[name] else { return Opposite(edits: edits) }
  for (schema, value) in database.schemas.sorted(by: { $0.key < $1.key }) {
    let group = ObjectGroup(database: name, kind: .schema, names: [schema])
    edits += transition(on: group, owner: value.owner, from: now.schemas[schema]?.acl ?? ACL(), to: value.acl)
  }
  edits += regrantObjects(name, database, now)
  let lists = Set(database.defaultPrivileges.keys).union(now.defaultPrivileges.keys).sorted()
  let version = before.version ?? ServerVersion(major: 15)
  for list in lists { edits += regrantDefaults(name, list, database, now, version) }
  return Opposite(edits: edits)
}

private func regrantObjects(_ name: String, _ database: Database, _ now: Database) -> [Edit] {
  struct Key: Hashable {
    var kind: ObjectKind
    var schema: String
    var before: ObjectState
    var after: ACL
  }
  var groups: [Key: [String]] = [:]
  for (id, state) in database.objects.states {
    guard let acl = now.objects.states[id]?.acl, acl != state.acl else { continue }
    groups[Key(kind: id.kind, schema: id.schema, before: state, after: acl), default: []].append(id.name)
  }
  return groups.map { ($0.key, $0.value.sorted()) }
    .sorted { ($0.0.schema, $0.0.kind, $0.1[0]) < ($1.0.schema, $1.0.kind, $1.1[0]) }
    .flatMap { key, names in
      let group = ObjectGroup(database: name, kind: key.kind, schema: key.schema, names: names)
      return transition(on: group, owner: key.before.owner, from: key.after, to: key.before.acl)
    }
}

private func regrantDefaults(
  _ name: String, _ list: DefaultPrivileges, _ before: Database, _ after: Database, _ version: ServerVersion
) -> [Edit] {
  let builtIn = list.schema == nil ? ACL.initial(kind: list.kind, owner: list.owner, version: version) : ACL()
  let (wanted, given) = (before.defaultPrivileges[list] ?? builtIn, after.defaultPrivileges[list] ?? builtIn)
  let grantees = Set((wanted.entries + given.entries).map(\.grantee)).sorted()
  return grantees.flatMap { grantee -> [Edit] in
    let (want, have) = (wanted.privileges(of: grantee), given.privileges(of: grantee))
    return [
      Edit.revokeDefault(database: name, of: list, from: grantee, privileges: have.subtracting(want)),
      Edit.grantDefault(database: name, of: list, to: grantee, privileges: want.subtracting(have)),
    ].filter { edit in
      switch edit {
      case .revokeDefault(_, _, _, let some), .grantDefault(_, _, _, let some): !some.isEmpty
      default: false
      }
    }
  }
}
