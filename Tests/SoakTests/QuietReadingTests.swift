import Model
import PlatformKit
import PostgresCatalog
import SQL
import TestServers
import Testing

/// What a plan reads it leaves alone.
@Suite(.serialized) struct QuietReadingTests {
  @Test(arguments: [15, 16, 18]) func readingLeavesTheCatalogsAsTheyAre(major: Int) async throws {
    let server = try await SoakServer.start(major: major)
    _ = try server.cluster.psql(
      "CREATE ROLE r; CREATE TABLE t (i int); GRANT SELECT ON t TO r; CREATE VIEW v AS SELECT * FROM t", database: "app"
    )
    let before = try await fingerprint(server)
    _ = try await server.observe(instance)
    #expect(try await fingerprint(server) == before)
    await server.close()
  }

  @Test(arguments: [15, 16, 18]) func readingTakesNoLockBeyondAccessShare(major: Int) async throws {
    let server = try await SoakServer.start(major: major)
    _ = try server.cluster.psql("CREATE ROLE r; CREATE TABLE t (i int); GRANT SELECT ON t TO r", database: "app")
    let seen = LockLog()
    _ = try await observeCluster(
      over: LockWatching(connection: try await server.connect("postgres"), seen: seen),
      connect: { name async throws(SQLFailure) in
        LockWatching(connection: try await server.connect(name), seen: seen)
      }, instance: instance, judge: NobodysPasswords(), now: Timestamp(seconds: 0))
    let modes = await seen.modes
    #expect(modes == ["AccessShareLock"])
    await server.close()
  }

  /// Whoever holds a table for itself keeps nobody from planning.
  @Test func aLockedTableHoldsUpNoPlan() async throws {
    let server = try await SoakServer.start(major: 15)
    _ = try server.cluster.psql(
      "CREATE TABLE t (i int); CREATE VIEW v AS SELECT * FROM t; CREATE SEQUENCE q", database: "app")
    let holder = try await server.connect("app")
    _ = try await holder.script(["BEGIN", "LOCK TABLE t, v IN ACCESS EXCLUSIVE MODE"])
    let observed = try await server.observe(instance)
    #expect(observed.databases["app"]?.objects.states.count { $0.key.kind.place == .schema } == 3)
    await holder.close()
    await server.close()
  }

  private var instance: DesiredInstance {
    var instance = DesiredInstance(name: "quiet", platform: DesiredPlatform(name: "here", kind: .server))
    instance.databases["app"] = DesiredDatabase()
    return instance
  }

  /// Every row of the catalogs with the transaction that wrote it and the place where it lies.
  private func fingerprint(_ server: SoakServer) async throws -> [String?] {
    try await server.session("app").query(
      """
      SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
        SELECT concat(ctid, xmin, c) AS line FROM pg_class c UNION ALL
        SELECT concat(ctid, xmin, c) FROM pg_attribute c UNION ALL SELECT concat(ctid, xmin, c) FROM pg_namespace c
        UNION ALL SELECT concat(ctid, xmin, c) FROM pg_proc c UNION ALL SELECT concat(ctid, xmin, c) FROM pg_authid c
        UNION ALL SELECT concat(ctid, xmin, c) FROM pg_auth_members c
        UNION ALL SELECT concat(ctid, xmin, c) FROM pg_default_acl c
        UNION ALL SELECT concat(ctid, xmin, c) FROM pg_shdepend c
        UNION ALL SELECT concat(ctid, xmin, c) FROM pg_db_role_setting c
        UNION ALL SELECT concat(ctid, xmin, c) FROM pg_database c) rows
      """
    ).map { $0[0] }
  }
}

private actor LockLog {
  private(set) var modes: Set<String> = []

  func add(_ found: [String]) { modes.formUnion(found) }
}

/// Asks, before a transaction ends, which locks on relations it holds.
private struct LockWatching: SQLConnection {
  let connection: any SQLConnection
  let seen: LockLog

  var serverVersion: Int { get async { await connection.serverVersion } }
  var isUsable: Bool { get async { await connection.isUsable } }

  func query(_ statement: SQLText) async throws(SQLFailure) -> SQLRows { try await connection.query(statement) }

  func script(_ statements: [SQLText]) async throws(SQLFailure) -> [SQLRows] {
    guard statements.last == "COMMIT" else { return try await connection.script(statements) }
    let locks: SQLText = "SELECT DISTINCT mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'"
    var results = try await connection.script(statements.dropLast() + [locks, "COMMIT"])
    await seen.add(results.remove(at: results.count - 2).compactMap { $0[0] })
    return results
  }

  func setPassword(role: String, password: Secret, protecting: Bool) async throws(SQLFailure) {
    try await connection.setPassword(role: role, password: password, protecting: protecting)
  }

  func close() async { await connection.close() }
}

private struct NobodysPasswords: PasswordJudge {
  func judge(verifier: String?, reference: SecretRef) async -> PasswordState { .unknown(because: "nobody asks") }
}
