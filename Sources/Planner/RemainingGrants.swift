import Model

/// What a role holds in a database, by facts, with the edits that take it back. `DROP OWNED` would do it in one word, and
/// would also delete what the role owns of kinds that the model doesn't know.
func remainingGrants(of role: String, in name: String, _ database: Database) -> [(fact: FactChange, edit: Edit)] {
  var found = entries(of: role, database.acl).map { take(back: $0, .database(name)) }
  for (schema, value) in database.schemas.sorted(by: { $0.key < $1.key }) {
    let group = ObjectGroup(database: name, kind: .schema, names: [schema])
    found += entries(of: role, value.acl).map { take(back: $0, group) }
  }
  found += objectGrants(of: role, in: name, database)
  for (list, acl) in database.defaultPrivileges.sorted(by: { $0.key < $1.key }) {
    for entry in acl.entries
    where entry.grantee != .role(list.owner) && (entry.grantee == .role(role) || list.owner == role) {
      let key = FactKey.defaultPrivileges(database: name, of: list, grantee: entry.grantee)
      let edit = Edit.revokeDefault(database: name, of: list, from: entry.grantee, privileges: entry.privileges)
      found.append((FactChange(key, from: entry.fact, to: nil), edit))
    }
  }
  return found
}

private struct GrantOnObjects: Hashable {
  var kind: ObjectKind
  var schema: String
  var entry: ACLEntry
}

private func objectGrants(of role: String, in name: String, _ database: Database) -> [(fact: FactChange, edit: Edit)] {
  var names: [GrantOnObjects: [String]] = [:]
  for (id, state) in database.objects.states {
    for entry in entries(of: role, state.acl) {
      names[GrantOnObjects(kind: id.kind, schema: id.schema, entry: entry), default: []].append(id.name)
    }
  }
  let groups = names.map { key, names in
    (key.entry, ObjectGroup(database: name, kind: key.kind, schema: key.schema, names: names.sorted()))
  }
  return groups.sorted { ($0.1.schema, $0.1.kind, $0.1.names[0], $0.0) < ($1.1.schema, $1.1.kind, $1.1.names[0], $1.0) }
    .map { take(back: $0, $1) }
}

private func entries(of role: String, _ acl: ACL) -> [ACLEntry] { acl.entries.filter { $0.grantee == .role(role) } }

private func take(back entry: ACLEntry, _ group: ObjectGroup) -> (fact: FactChange, edit: Edit) {
  let key = FactKey.privileges(on: group, grantee: entry.grantee, grantor: entry.grantor)
  let edit = Edit.revoke(
    on: group, from: entry.grantee, grantor: entry.grantor, privileges: entry.privileges, grantOptionOnly: false)
  return (FactChange(key, from: entry.fact, to: nil), edit)
}
