import Model

/// The roles named `pg_…` that the server makes by itself.
///
/// - Source: the catalogs of fresh clusters of 15, 16 and 18; those of 13, 14 and 17 are from the documentation,
///   "Predefined Roles".
package func predefinedRoles(major: Int) -> [String] {
  predefined.filter { $0.since <= major }.map(\.name)
}

/// By the major version that brought them.
private let predefined: [(name: String, since: Int)] = [
  ("pg_monitor", 13), ("pg_read_all_settings", 13), ("pg_read_all_stats", 13), ("pg_stat_scan_tables", 13),
  ("pg_read_server_files", 13), ("pg_write_server_files", 13), ("pg_execute_server_program", 13),
  ("pg_signal_backend", 13), ("pg_database_owner", 14), ("pg_read_all_data", 14), ("pg_write_all_data", 14),
  ("pg_checkpoint", 15), ("pg_use_reserved_connections", 16), ("pg_create_subscription", 16),
  ("pg_maintain", 17),
  ("pg_signal_autovacuum_worker", 18),
]

/// What the server itself grants to the predefined roles.
///
/// - Parameter superuser: the bootstrap superuser, who is recorded as the grantor.
package func predefinedMemberships(major: Int, superuser: String) -> [Membership] {
  let states: Bool? = major >= 16 ? true : nil
  return ["pg_read_all_settings", "pg_read_all_stats", "pg_stat_scan_tables"].map { role in
    Membership(role: role, member: "pg_monitor", grantor: superuser, inherit: states, set: states)
  }
}

/// A database as `initdb` makes `postgres`.
///
/// - Parameter superuser: the bootstrap superuser: the schema `public` is its own before 15.
package func freshDatabase(version: ServerVersion, owner: String, superuser: String) -> Database {
  Database(newOn: version, owner: owner, superuser: superuser, publicOwner: superuser, plpgsql: "1.0")
}

/// The privileges on `template0` and `template1`.
package func templateACL(version: ServerVersion, owner: String) -> ACL {
  ACL([
    ACLEntry(grantee: .everybody, grantor: owner, privileges: .connect),
    ACLEntry(grantee: .role(owner), grantor: owner, privileges: ObjectKind.database.allPrivileges(version: version)),
  ])
}
