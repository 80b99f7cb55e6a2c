extension Database {
  /// What `template1` gives a new database: the schema `public`, PL/pgSQL, and the trusted languages.
  ///
  /// - Parameter plpgsql: the version of the extension; empty where it can't be known.
  /// - Parameter superuser: the bootstrap superuser, whose the languages are.
  /// - Parameter publicOwner: whose the schema `public` is before 15.
  /// - Source: from 15 on `public` belongs to `pg_database_owner` and only USAGE is everybody's; release notes of 15.
  ///   `pg_language` of 15, 16 and 18 after `CREATE DATABASE`.
  package init(
    newOn version: ServerVersion, owner: String, superuser: String, publicOwner: String, plpgsql: String
  ) {
    self.init(owner: owner, acl: .initial(kind: .database, owner: owner, version: version))
    extensions["plpgsql"] = plpgsql
    for name in ["plpgsql", "sql"] {
      objects.states[ObjectID(kind: .language, schema: "", name: name)] = ObjectState(
        owner: superuser, acl: .initial(kind: .language, owner: superuser, version: version))
    }
    let isNew = version.major >= 15
    let publicOwner = isNew ? "pg_database_owner" : publicOwner
    schemas["public"] = Schema(
      owner: publicOwner,
      acl: ACL([
        ACLEntry(grantee: .everybody, grantor: publicOwner, privileges: isNew ? .usage : [.usage, .create]),
        ACLEntry(grantee: .role(publicOwner), grantor: publicOwner, privileges: [.usage, .create]),
      ]))
  }
}
