import Glibc
import TestServers
import Testing

/// Servers that are down, slow, full, read-only, somebody else's or busy: a clear message, the right exit code, and
/// nothing half-done.
@Suite struct ServerTroubleTests {
  @Test func aServerThatIsDownHoldsUpNoOther() async throws {
    let cluster = try await TestCluster.start(major: 15)
    let repository = try ServerRepository(
      specs: platform + instance("down", host: "127.0.0.1", port: try FreePort.next())
        + instance("up", cluster) + twoRoles)
    let plan = try repository.run("plan")
    #expect(plan.status == 1, "\(plan)")
    #expect(
      unwrapped(plan.stdout).contains("instance/down: cannot connect to database postgres on 127.0.0.1:"))
    #expect(
      unwrapped(plan.stdout).contains(
        "(is the server running there, and are `connect.host` and `connect.port` right?)"))
    #expect(!plan.stdout.contains("hint:"), "the hint is said twice: \(plan.stdout)")
    #expect(plan.stdout.contains("Plan: 3 to add in 1 instance; 1 step. 1 instance could not be planned."))
    let applied = try repository.run("apply", "--yes")
    #expect(applied.status == 6, "\(applied)")
    #expect(try cluster.psql("SELECT count(*) FROM pg_roles WHERE rolname IN ('r1', 'r2')") == "2")
    let drift = try repository.run("drift")
    #expect(drift.status == 1)
    #expect(drift.stdout.contains("1 instance could not be compared"))
    #expect(try repository.run("plan", "--only", "instance/up", "--detailed-exitcode").status == 0)
  }

  @Test func aServerThatNeverAnswersIsGivenUp() throws {
    let silent = try SilentListener()
    let repository = try ServerRepository(
      specs: platform + instance("silent", host: "127.0.0.1", port: silent.port) + twoRoles)
    let asked = try repository.start("plan")
    usleep(500_000)
    asked.interrupt()
    let interrupted = try asked.wait(timeoutSeconds: 5)
    #expect(interrupted.status == 128 + SIGINT || interrupted.status == 1, "\(interrupted)")
    let start = ContinuousClock.now
    let plan = try repository.run("plan")
    #expect(plan.status == 1)
    #expect(unwrapped(plan.stdout).contains("no answer within 10 s"), "\(plan)")
    #expect(ContinuousClock.now - start < .seconds(25))
  }

  @Test func aFullServerSaysSo() async throws {
    let cluster = try await TestCluster.start(
      major: 15,
      settings: ["max_connections": "5", "superuser_reserved_connections": "1", "max_wal_senders": "0"])
    try _ = cluster.psql("CREATE ROLE app LOGIN")
    let repository = try ServerRepository(specs: platform + instance("full", cluster, user: "app") + twoRoles)
    let binaries = try #require(PostgresBinaries.directory(major: 15))
    let holders = try (0..<4).map { _ in
      try ChildProcess(
        [
          "\(binaries)/psql", "-Xqd", "postgres", "-h", cluster.socketDirectory, "-p", "\(cluster.port)",
          "-U", "app",
          "-c", "SELECT 1", "-c", "SELECT pg_sleep(60)",
        ],
        in: repository.path, environment: ChildProcess.environment)
    }
    for holder in holders { try holder.waitForOutput("1 row") }
    let plan = try repository.run("plan")
    #expect(plan.status == 1)
    #expect(unwrapped(plan.stdout).contains("all connections are taken"), "\(plan)")
    for holder in holders { _ = try holder.killAndReap() }
  }

  @Test func wrongAndMissingPasswordsAreTold() async throws {
    let cluster = try await TestCluster.start(major: 18)
    try _ = cluster.psql("CREATE ROLE app SUPERUSER LOGIN PASSWORD 'right'")
    let specs =
      platform
      + instance("orders", host: "127.0.0.1", port: cluster.port, user: "app", "password: { env: APP }")
      + twoRoles
    let repository = try ServerRepository(specs: specs)
    let missing = try repository.run("plan")
    #expect(missing.status == 1)
    #expect(unwrapped(missing.stdout).contains("the password of `connect` (env APP) can't be had"))
    let wrong = try repository.run("plan", environment: ["APP": "wrong-secret"])
    #expect(wrong.status == 1)
    #expect(unwrapped(wrong.stdout).contains("check `connect.password`"))
    #expect(!(wrong.stdout + wrong.stderr).contains("wrong-secret"))
    #expect(try repository.run("plan", environment: ["APP": "right"]).status == 0)
  }

  @Test func onlyThePinnedServerWillDo() async throws {
    let cluster = try await TestCluster.start(major: 15)
    let identifier = try cluster.psql("SELECT system_identifier FROM pg_control_system()")
    let pinned = { (identifier: String) in "server: { system_identifier: \(identifier) }\n" }
    let repository = try ServerRepository(
      specs: platform + instance("orders", cluster, more: pinned("123")) + twoRoles)
    let plan = try repository.run("plan")
    #expect(plan.status == 1)
    #expect(
      unwrapped(plan.stdout).contains("this is not the pinned server: its system identifier is \(identifier)")
    )
    #expect(try repository.run("apply", "--yes").status == 1)
    #expect(try cluster.psql("SELECT count(*) FROM pg_roles WHERE rolname = 'r1'") == "0")
    try repository.write(platform + instance("orders", cluster, more: pinned(identifier)) + twoRoles)
    #expect(try repository.run("apply", "--yes").status == 0)
  }

  @Test func twoInstancesThatAreOneClusterAreRefused() async throws {
    let cluster = try await TestCluster.start(major: 15)
    // By socket and by TCP: no text tells that they are one.
    try _ = cluster.psql("CREATE ROLE app SUPERUSER LOGIN PASSWORD 'right'")
    var repository = try ServerRepository(
      specs: platform + instance("one", cluster)
        + instance("two", host: "127.0.0.1", port: cluster.port, user: "app", "password: { env: APP }")
        + twoRoles)
    repository.environment = ["APP": "right"]
    let plan = try repository.run("plan")
    #expect(plan.status == 1)
    #expect(unwrapped(plan.stdout).contains("one and two are one cluster"), "\(plan)")
    #expect(try repository.run("apply", "--yes").status == 1)
    #expect(try cluster.psql("SELECT count(*) FROM pg_roles WHERE rolname = 'r1'") == "0")
  }

  @Test func readOnlyServersAreObservedAndRefuseChange() async throws {
    let cluster = try await TestCluster.start(major: 16)
    let repository = try ServerRepository(specs: platform + instance("orders", cluster) + twoRoles)
    try _ = cluster.psql("ALTER SYSTEM SET default_transaction_read_only = on")
    try _ = cluster.psql("SELECT pg_reload_conf()")
    let readOnly = try repository.run("apply", "--yes")
    #expect(readOnly.status == 0 || readOnly.status == 1, "\(readOnly)")
    #expect(
      try cluster.psql("SELECT count(*) FROM pg_roles WHERE rolname = 'r1'")
        == (readOnly.status == 0 ? "1" : "0"))
    try _ = cluster.psql(
      "SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only")
    try _ = cluster.psql("COPY (SELECT 1) TO '\(cluster.dataDirectory)/standby.signal'")
    try cluster.restart()
    try repository.write(
      platform + instance("orders", cluster) + twoRoles.replacing("r1: {}", with: "r1: {}\n  r3: {}"))
    let standby = try repository.run("plan")
    #expect((standby.stdout + standby.stderr).contains("it is a standby"), "\(standby)")
    let applied = try repository.run("apply", "--yes")
    #expect(applied.stdout.contains("Nothing to apply, but 1 alarm"), "\(applied)")
    #expect(try repository.run("drift").status == 2)
  }

  @Test func aLockIsWaitedForBrieflyAndItsHoldersNamed() async throws {
    let busy = try await BusyTable(major: 15, specs: platform + twoRoles)
    let blocked = try busy.repository.run("apply", "--yes")
    #expect(blocked.status == 6, "\(blocked)")
    #expect(unwrapped(blocked.stdout).contains("lock timeout"), "\(blocked)")
    #expect(unwrapped(blocked.stdout).contains("nightly-report"), "\(blocked)")
    try busy.release()
    let applied = try busy.repository.run("apply", "--yes")
    #expect(applied.status == 0, "\(applied)")
    try busy.repository.expectConverged()
  }

  @Test func aSessionThatIsEndedMidwayLeavesAPlanThatGoesOn() async throws {
    let busy = try await BusyTable(major: 18, specs: platform + twoRoles)
    let run = try busy.repository.start("apply", "--yes")
    try busy.waitUntilBlocked()
    try busy.endSessions("application_name LIKE 'holdfast%'")
    let ended = try run.wait(timeoutSeconds: 60)
    #expect(ended.status == 6, "\(ended)")
    #expect(ended.stdout.contains("To go on:"), "\(ended)")
    try busy.release()
    let again = try busy.repository.run("apply", "--yes")
    #expect(again.status == 0, "\(again)")
    try busy.repository.expectConverged()
  }

  @Test func theSecondOfTwoRunsIsTurnedAway() async throws {
    let busy = try await BusyTable(major: 15, specs: platform + twoRoles)
    let other = try ServerRepository(
      specs: platform + instance("orders", busy.cluster)
        + twoRoles.replacing("r1: {}", with: "r1: {}\n  r3: {}"))
    let first = try busy.repository.start("apply", "--yes")
    try busy.waitUntilBlocked()
    let second = try other.run("apply", "--yes")
    #expect(second.status == 5, "\(second)")
    #expect(unwrapped(second.stdout + second.stderr).contains("locked by another run"), "\(second)")
    try busy.release()
    let finished = try first.wait(timeoutSeconds: 60)
    #expect(finished.status == 0, "\(finished)")
  }

  private var platform: String { "kind: Platform\nname: servers\ntype: server\n" }

  private var twoRoles: String {
    """
    ---
    kind: Access
    name: a
    roles:
      r1: {}
      r2: { member_of: [r1] }

    """
  }

  private func instance(_ name: String, _ cluster: TestCluster, user: String = "postgres", more: String = "")
    -> String
  {
    instance(name, host: cluster.socketDirectory, port: cluster.port, user: user) + more
  }

  private func instance(
    _ name: String, host: String, port: Int, user: String = "postgres", _ connect: String = "tls: disable"
  ) -> String {
    """
    ---
    kind: Instance
    name: \(name)
    platform: servers
    engine: postgres
    access: [a]
    connect: { host: \(host), port: \(port), user: \(user), \(connect) }

    """
  }
}

/// A server on which somebody's open transaction has granted on the table that the specs grant on. A lock of the table
/// would not do: before 18 a grant takes none.
private struct BusyTable {
  let cluster: TestCluster
  let repository: ServerRepository
  private let holder: ChildProcess

  /// - Parameter specs: a platform and the document `a` with the role `r1`.
  init(major: Int, specs: String) async throws {
    cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE TABLE t (id int)")
    let instance = """
      grants:
        - { to: r1, in: postgres.public, schema: [usage], table: { t: [select] } }
      ---
      kind: Instance
      name: orders
      platform: servers
      engine: postgres
      databases: { postgres: {} }
      access: [a]
      connect: { host: \(cluster.socketDirectory), port: \(cluster.port), user: postgres }

      """
    repository = try ServerRepository(
      specs: specs.replacing("name: a\n", with: "name: a\ndatabases: [postgres]\n") + instance)
    let binaries = try #require(PostgresBinaries.directory(major: major))
    holder = try ChildProcess(
      [
        "\(binaries)/psql", "-Xqd", "postgres", "-h", cluster.socketDirectory, "-p", "\(cluster.port)", "-U",
        "postgres", "-c", "BEGIN; GRANT SELECT ON t TO pg_monitor", "-c", "SELECT 1", "-c",
        "SELECT pg_sleep(60)",
      ], in: repository.path,
      environment: ChildProcess.environment.merging(["PGAPPNAME": "nightly-report"]) { $1 })
    try holder.waitForOutput("1 row")
  }

  func waitUntilBlocked() throws {
    for _ in 0..<300 {
      let blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
      if try cluster.psql(blocked) == "1" { return }
      usleep(100_000)
    }
    throw TestFailure("nobody waits for the table")
  }

  func release() throws {
    try endSessions("application_name = 'nightly-report'")
    _ = try holder.killAndReap()
  }

  func endSessions(_ condition: String) throws {
    _ = try cluster.psql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE \(condition)")
  }
}

/// A port that takes connections and says nothing.
private final class SilentListener: Sendable {
  let port: Int
  private let descriptor: Int32

  init() throws {
    port = try FreePort.next()
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, listen(descriptor, 5) == 0 else { throw TestFailure("cannot listen: errno \(errno)") }
  }

  deinit { close(descriptor) }
}
