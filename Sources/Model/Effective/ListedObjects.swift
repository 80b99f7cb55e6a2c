extension Observed {
  /// Every observed object that has an owner and a list, with its database, in no particular order. A database is in
  /// itself; what lies in no database is in `""`.
  package func forEachListedObject(_ body: (_ database: String, ObjectID, ObjectState) -> Void) {
    for (id, state) in shared.states { body("", id, state) }
    for (name, database) in databases {
      body(
        name, ObjectID(kind: .database, schema: "", name: name), ObjectState(owner: database.owner, acl: database.acl))
      for (schema, state) in database.schemas {
        body(
          name, ObjectID(kind: .schema, schema: "", name: schema), ObjectState(owner: state.owner, acl: state.acl))
      }
      for (id, state) in database.objects.states { body(name, id, state) }
    }
  }
}
