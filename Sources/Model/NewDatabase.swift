extension Database {
  /// The trusted languages that every new database has.
  ///
  /// - Source: `pg_language` of 15, 16 and 18 after `CREATE DATABASE`; both belong to the bootstrap superuser.
  package mutating func addLanguages(owner: String, version: ServerVersion) {
    for name in ["plpgsql", "sql"] {
      objects.states[ObjectID(kind: .language, schema: "", name: name)] = ObjectState(
        owner: owner, acl: .initial(kind: .language, owner: owner, version: version))
    }
  }
}
