import TestServers
import Testing

/// Parameters of a real server: what a reload does, what waits for a restart, and what never gets there.
@Suite struct LocalParameterTests {
  @Test func reloadRestartDeferResetAndRevert() throws {
    let live = try LocalInstance()
    live.specs.hasAccess = false
    try live.create()
    try unitsAreEqualAndAReloadIsEnough(live)
    try restartIsDeferredThenAllowed(live)
    try undeclaredLineIsReset(live)
    try byHand(live)
    try live.expectNoSecrets()
  }

  private func unitsAreEqualAndAReloadIsEnough(_ live: LocalInstance) throws {
    live.specs.parameters = ["work_mem: 65536kB"]
    try live.expectConverged()
    live.specs.parameters = ["work_mem: 65MB"]
    let applied = try live.holdfast("apply", "--yes")
    #expect(applied.contains("parameter/work_mem: 64MB → 65MB (specs/all.yaml:19)"), "\(applied)")
    #expect(try live.psql("SHOW work_mem") == "65MB")
    try live.expectConverged()
  }

  private func restartIsDeferredThenAllowed(_ live: LocalInstance) throws {
    let client = try live.connectedClient()
    live.specs.parameters = ["work_mem: 65MB", "max_connections: 55"]
    let refused = try live.holdfast("apply", "--yes", exits: 3)
    #expect(
      refused.contains(
        "restart: max_connections: 1 client connection is cut --allow restart=instance/orders"), "\(refused)")
    #expect(refused.contains("1 hazard is not allowed, so nothing was done"))
    #expect(try !live.shell("cat \(live.specs.dataDirectory)/holdfast.conf").contains("max_connections"))
    try live.holdfast("apply", "--yes", "--defer", "restart")
    #expect(
      try live.psql(
        "SHOW max_connections", "SELECT pending_restart FROM pg_settings WHERE name = 'max_connections'")
        == "100\nt")
    let second = try live.holdfast("plan", "--defer", "restart", "--detailed-exitcode")
    #expect(
      second.contains("parameter/max_connections: 100 in force, 55 waits for the next restart"),
      "\(second)")
    let drift = try live.holdfast("drift")
    #expect(
      drift.contains("55 waits for the next restart") && drift.contains("No drift."), "\(drift)")
    #expect(client.poll() == nil, "the client was cut off")
    try live.holdfast("apply", "--yes", "--allow", "restart=instance/orders")
    #expect(try client.wait(timeoutSeconds: 10).status != 0)
    #expect(try live.psql("SHOW max_connections") == "55")
    try live.expectConverged()
  }

  private func undeclaredLineIsReset(_ live: LocalInstance) throws {
    live.specs.parameters = ["work_mem: 65MB"]
    let refused = try live.holdfast("apply", "--yes", "--allow", "restart", exits: 3)
    #expect(
      refused.contains("parameter reset: max_connections goes back to the value that other files give it"),
      "\(refused)")
    try live.holdfast(
      "apply", "--yes", "--allow", "restart", "--allow",
      "parameter-reset=instance/orders/parameter/max_connections")
    #expect(try live.psql("SHOW max_connections") == "100")
    try live.expectConverged()
    let run = try live.newestRun()
    let reverted = try live.holdfast("revert", run, "--yes", "--allow", "restart")
    #expect(!reverted.contains("still ask for it"), "nothing in the specs asks for it: \(reverted)")
    #expect(try live.psql("SHOW max_connections") == "55")
    live.specs.parameters = ["work_mem: 65MB", "max_connections: 55"]
    try live.expectConverged()
  }

  private func byHand(_ live: LocalInstance) throws {
    _ = try live.psql("ALTER SYSTEM SET work_mem = '7MB'", "SELECT pg_reload_conf()")
    let plan = try live.holdfast("plan", "--detailed-exitcode", exits: 2)
    #expect(
      plan.contains("ALARM masked (parameter/work_mem): postgresql.auto.conf sets work_mem to 7MB"), "\(plan)"
    )
    #expect(plan.contains("Nothing to apply, but 1 alarm"))
    _ = try live.psql("ALTER SYSTEM RESET work_mem", "SELECT pg_reload_conf()")
    try live.expectConverged()
    try live.shell("echo \"work_mem = '9MB'\" >> \(live.specs.dataDirectory)/holdfast.conf")
    let drift = try live.holdfast("drift", exits: 2)
    #expect(drift.contains("work_mem is 9MB, the specs say 65MB"), "\(drift)")
    try live.holdfast("apply", "--yes")
    try live.expectConverged()
  }

  /// What can't be set is refused at its own line, of an instance to be made as well as of one that runs.
  @Test func whatTheServerWouldNotTakeIsRefusedBeforeAnything() throws {
    let live = try LocalInstance()
    live.specs.hasAccess = false
    let good = live.specs.parameters
    try refuseBadValues(live)
    #expect(!live.exists(live.specs.dataDirectory) && !live.exists(live.sidecar))
    live.specs.parameters = good
    try live.create()
    try refuseBadValues(live)
    #expect(
      try live.psql("SELECT count(*) FROM pg_file_settings WHERE error IS NOT NULL", "SHOW work_mem")
        == "0\n64MB")
    #expect(try live.psql("SELECT 1") == "1")
  }

  private func refuseBadValues(_ live: LocalInstance) throws {
    for (line, words) in Self.bad {
      live.specs.parameters = [line]
      let refused = try live.holdfast(
        "apply", "--yes", "--allow", "create-instance=instance/orders", exits: 1)
      #expect(refused.contains(words), "\(line): \(refused)")
      #expect(refused.contains("specs/all.yaml:19:3"), "\(line): \(refused)")
    }
  }

  private static let bad = [
    ("wrk_mem: 3MB", "no parameter `wrk_mem`"),
    ("work_mem: 3Mb", "has an unknown unit: write one of B, kB, MB, GB, TB"),
    ("work_mem: 1kB", "is outside its range, 64 kB to 2147483647 kB"), ("work_mem: banana", "is no number"),
    ("fsync: maybe", "is no boolean"),
    ("wal_level: logicl", "is none of its values: minimal, replica, logical"),
    ("shared_preload_libraries: [nonsense]", "there is no library `nonsense`"),
    ("port: 5", "`port` is not set by `Parameters`"),
    ("block_size: 8192", "is fixed when PostgreSQL is built"),
  ]
}
