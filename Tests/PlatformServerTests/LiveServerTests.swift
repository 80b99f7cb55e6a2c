import Model
import NativeClients
import Planner
import PlatformKit
import PlatformServer
import PostgresCatalog
import SQL
import TestServers
import Testing

@Suite(.serialized) struct LiveServerTests {
  @Test func aServerIsObserved() async throws {
    let cluster = try await TestCluster.start(major: 15)
    let observed = try await observer.observe(instance(cluster), at: now)
    #expect(observed.presence == .running)
    #expect(observed.databases["postgres"] != nil)
    var pinned = instance(cluster)
    pinned.server = ServerSettings()
    pinned.server?.systemIdentifier = observed.systemIdentifier
    _ = try await observer.observe(pinned, at: now)
    pinned.server?.systemIdentifier = "1"
    let failure = await observationFailure(pinned)
    #expect(failure?.message.contains("not the pinned server") == true)
    #expect(failure?.isTransient == false)
    await #expect(throws: LockFailure.self) { _ = try await source.lockAndOpen(pinned, run: "r1") }
  }

  @Test func eachWayOfNotGettingInHasItsHint() async throws {
    let cluster = try await TestCluster.start(major: 15)
    try _ = cluster.psql("CREATE ROLE app LOGIN PASSWORD 'right'")
    var wrong = instance(cluster)
    (wrong.connect.host, wrong.connect.user) = ("127.0.0.1", "app")
    wrong.connect.password = .environment(variable: "WRONG")
    #expect(await observationFailure(wrong)?.hint.contains("connect.password") == true)
    wrong.connect.password = .environment(variable: "ABSENT")
    #expect(await observationFailure(wrong)?.message.contains("env ABSENT") == true)
    var elsewhere = instance(cluster)
    elsewhere.connect.database = "nowhere"
    #expect(await observationFailure(elsewhere)?.hint.contains("it is nowhere now") == true)
    try cluster.stop()
    let down = await observationFailure(instance(cluster))
    #expect(down?.hint.contains("is the server running") == true)
    #expect(down?.isTransient == true)
    #expect(await observationFailure(nameless)?.message.contains("connect.host") == true)
  }

  @Test func aFullServerSaysSo() async throws {
    let cluster = try await TestCluster.start(
      major: 15,
      settings: ["max_connections": "4", "superuser_reserved_connections": "1", "max_wal_senders": "0"])
    try _ = cluster.psql("CREATE ROLE app LOGIN")
    var full = instance(cluster)
    full.connect.user = "app"
    var held: [any SQLConnection] = []
    for _ in 0..<3 { held.append(try await LibPQConnector().connect(to: endpoint(cluster, "app"))) }
    let failure = await observationFailure(full)
    #expect(failure?.hint.contains("all connections are taken") == true)
    #expect(failure?.isTransient == true)
    for connection in held { await connection.close() }
  }

  @Test func theSecondRunIsToldWhoHasTheLock() async throws {
    let cluster = try await TestCluster.start(major: 15)
    let first = try await source.lockAndOpen(instance(cluster), run: "2026-1")
    let refused = await #expect(throws: LockFailure.self) {
      _ = try await source.lockAndOpen(instance(cluster), run: "2026-2")
    }
    let message = if case .held(let message)? = refused { message } else { "" }
    #expect(message.contains("holdfast run 2026-1 as postgres"))
    await first.finish()
    let second = try await source.lockAndOpen(instance(cluster), run: "2026-3")
    await second.finish()
  }

  @Test func batchesGoToTheirDatabases() async throws {
    let cluster = try await TestCluster.start(major: 15)
    let applier = try await source.lockAndOpen(instance(cluster), run: "r")
    try await applier.perform(sql("postgres", ["CREATE DATABASE d"], isTransaction: false))
    try await applier.perform(sql("d", ["CREATE SCHEMA s"]))
    try await applier.perform(sql("postgres", ["ALTER DATABASE d RENAME TO e"]))
    try await applier.perform(
      sql(
        "postgres", ["ALTER SYSTEM SET work_mem TO '5MB'", "SELECT pg_reload_conf()"], isTransaction: false))
    #expect(try cluster.psql("SELECT count(*) FROM pg_namespace WHERE nspname = 's'", database: "e") == "1")
    try _ = cluster.psql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'holdfast run%'")
    let failure = await #expect(throws: ApplyFailure.self) {
      try await applier.perform(sql("postgres", ["CREATE ROLE a"]))
    }
    #expect(failure?.message.contains("the lock is lost") == true)
    #expect(failure?.leftNothing == true)
    await applier.finish()
  }

  /// The sessions of a run's looks are used again, are opened anew when the server ended them, and are in nobody's way.
  @Test func looksShareTheirSessions() async throws {
    let cluster = try await TestCluster.start(major: 15)
    try _ = cluster.psql("CREATE DATABASE d")
    let looks = KeptSessions(LibPQConnector())
    let observer = ServerObserver(connector: looks, secrets: Secrets(), judge: NoJudge())
    let source = ServerApplierSource(connector: LibPQConnector(), secrets: Secrets(), looks: looks)
    var both = instance(cluster)
    both.databases["d"] = DesiredDatabase()
    let sessions = {
      try cluster.psql("SELECT datname, pid FROM pg_stat_activity WHERE application_name = 'holdfast' ORDER BY 1")
    }

    let applier = try await source.lockAndOpen(both, run: "r")
    _ = try await observer.observe(both, at: now)
    let first = try sessions()
    #expect(first.split(separator: "\n").map { $0.prefix { $0 != "|" } } == ["d", "postgres"])
    _ = try await observer.observe(both, at: now)
    #expect(try sessions() == first)

    try _ = cluster.psql(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'holdfast'")
    let observed = try await observer.observe(both, at: now)
    #expect(observed.databases["d"]?.isRead == true)

    let again = try sessions()
    try await applier.perform(sql("postgres", ["CREATE ROLE a"]))
    #expect(try sessions() == again && again != first)
    try await applier.perform(sql("postgres", ["ALTER DATABASE d RENAME TO e"]))
    #expect(try sessions().hasPrefix("postgres|"))
    await applier.finish()
    #expect(try sessions() == "")
  }

  @Test func aStandbyIsObservedAndNotWrittenTo() async throws {
    let cluster = try await TestCluster.start(major: 15)
    try _ = cluster.psql("COPY (SELECT 1) TO '\(cluster.dataDirectory)/standby.signal'")
    try cluster.restart()
    let observed = try await observer.observe(instance(cluster), at: now)
    #expect(observed.isInRecovery)
    let failure = await #expect(throws: LockFailure.self) {
      _ = try await source.lockAndOpen(instance(cluster), run: "r")
    }
    let message = if case .failed(let message, _)? = failure { message } else { "" }
    #expect(message.contains("is a standby"))
  }

  private let now = Timestamp(seconds: 0)
  private var observer: ServerObserver {
    ServerObserver(connector: LibPQConnector(), secrets: Secrets(), judge: NoJudge())
  }
  private var source: ServerApplierSource {
    ServerApplierSource(connector: LibPQConnector(), secrets: Secrets())
  }
  private var nameless: DesiredInstance {
    DesiredInstance(name: "orders", platform: DesiredPlatform(name: "p", kind: .server))
  }

  private func instance(_ cluster: TestCluster) -> DesiredInstance {
    var instance = nameless
    (instance.connect.host, instance.connect.port) = (cluster.socketDirectory, cluster.port)
    instance.connect.user = "postgres"
    return instance
  }

  private func endpoint(_ cluster: TestCluster, _ user: String) -> SQLEndpoint {
    SQLEndpoint(host: cluster.socketDirectory, port: cluster.port, database: "postgres", user: user)
  }

  private func observationFailure(_ instance: DesiredInstance) async -> ObservationFailure? {
    do throws(ObservationFailure) {
      _ = try await observer.observe(instance, at: now)
      return nil
    } catch {
      return error
    }
  }

  private func sql(_ database: String, _ texts: [SQLText], isTransaction: Bool = true) -> Operation {
    .sql(
      batch: SQLBatch(
        database: database, isTransaction: isTransaction, statements: texts.map(SQLStatement.text)))
  }
}

private struct Secrets: SecretSource {
  func resolve(_ reference: SecretRef) async throws(SecretFailure) -> Secret {
    if reference == .environment(variable: "ABSENT") {
      throw SecretFailure(reference: reference, message: "not set")
    }
    return Secret("wrong")
  }
}

private struct NoJudge: PasswordJudge {
  func judge(verifier: String?, reference: SecretRef) async -> PasswordState {
    .unknown(because: "not judged")
  }
}
