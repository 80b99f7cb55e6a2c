import Model
import SQL

/// What is asked only where a role is to be removed.
enum DepartureQueries {
  static func all(_ roles: [String]) -> [SQLText] { [blockers(roles), sessions(roles)] }

  /// Dependents that neither a reassignment nor a revoke takes away. Memberships granted by the role are dealt with by
  /// themselves, and a database counts among the objects that lie in it.
  private static func blockers(_ roles: [String]) -> SQLText {
    """
    SELECT r.rolname::text, d.datname::text, s.classid::regclass::text, s.deptype, count(*)
    FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid LEFT JOIN pg_database d ON d.oid = s.dbid
    WHERE s.refclassid = 'pg_authid'::regclass AND r.rolname::text IN (\(literals: roles))
      AND (s.deptype IN ('r', 'i') OR s.classid = 'pg_user_mapping'::regclass
        OR s.dbid = 0 AND s.classid NOT IN ('pg_database'::regclass, 'pg_auth_members'::regclass))
    GROUP BY 1, 2, 3, 4
    """
  }

  private static func sessions(_ roles: [String]) -> SQLText {
    """
    SELECT usename::text, count(*) FROM pg_stat_activity
    WHERE usename::text IN (\(literals: roles)) AND pid <> pg_backend_pid() GROUP BY 1
    """
  }
}

/// Looks at what keeps roles from being dropped, and who is connected as one of them.
///
/// - Shape: an entry for each of the roles that is there.
/// - Source: PostgreSQL documentation, "System Catalogs", `pg_shdepend`; what it calls `a` and `o` is counted elsewhere.
func readDepartures(of roles: [String], over connection: any SQLConnection) async throws(SQLFailure)
  -> [String: Departure]
{
  guard !roles.isEmpty else { return [:] }
  let results = try await readTransaction(over: connection, DepartureQueries.all(roles))
  var departures: [String: Departure] = [:]
  for row in results[0] {
    guard let role = row[0], let kind = blockerKind(of: row[2] ?? "", row[3] ?? "") else { continue }
    let blocker = Departure.Blocker(kind, database: row[1], count: row[4].flatMap { Int($0) } ?? 1)
    departures[role, default: Departure()].blockers.append(blocker)
  }
  for row in results[1] {
    departures[row[0] ?? "", default: Departure()].openSessions = row[1].flatMap { Int($0) } ?? 0
  }
  for role in departures.keys { departures[role]?.blockers.sort() }
  return departures
}

private func blockerKind(of catalog: String, _ dependency: String) -> Departure.Blocker.Kind? {
  switch (catalog, dependency) {
  case (_, "r"): .policy
  case (_, "i"): .initialPrivileges
  case ("pg_user_mapping", _): .userMapping
  case ("pg_tablespace", "o"): .tablespace
  case ("pg_tablespace", _): .tablespacePrivileges
  case ("pg_parameter_acl", _): .parameterPrivileges
  default: nil  // What a later version keeps here is counted with the lists and the owned objects.
  }
}
