import TestServers
import Testing

/// An instance from its making to its removal.
@Suite struct LocalLifeTests {
  @Test(arguments: LocalInstance.users)
  func madeDriftedMendedAndReverted(runAs: String?) throws {
    let live = try LocalInstance(runAs: runAs)
    let plan = try live.holdfast("plan", "--detailed-exitcode", "--out", "first.plan", exits: 2)
    #expect(
      plan.contains("make the instance") && plan.contains("--allow create-instance=instance/orders"),
      "\(plan)")
    #expect(!live.exists(live.specs.dataDirectory) && !live.exists("\(live.path)/state"), "a plan wrote")
    let refused = try live.holdfast("apply", "first.plan", exits: 3)
    #expect(refused.contains("1 hazard is not allowed, so nothing was done"), "\(refused)")
    #expect(!live.exists(live.specs.dataDirectory))
    try live.holdfast("apply", "first.plan", "--allow", "create-instance=instance/orders")
    let first = try live.newestRun()
    try live.expectConverged()
    #expect(
      try live.psql("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'orders'")
        == "orders_owner")
    #expect(try live.psql("SHOW data_checksums", "SHOW work_mem") == "on\n64MB")
    try handGrantIsFoundAndTakenBack(live)
    try accessGoesAndComesBack(live, first)
    try live.expectNoSecrets()
  }

  private func handGrantIsFoundAndTakenBack(_ live: LocalInstance) throws {
    _ = try live.psql("SET ROLE orders_owner", "CREATE TABLE app.payments (id int)", database: "orders")
    try live.expectConverged()
    _ = try live.psql("GRANT DELETE ON app.payments TO orders_ro", database: "orders")
    let drift = try live.holdfast("drift", exits: 2)
    #expect(
      drift.contains("orders_ro gained DELETE on table orders.app.payments (no document grants it)"),
      "\(drift)")
    #expect(
      drift.contains(
        "orders_ro and, through it, orders_app have DELETE on table orders.app.payments, beyond the specs"), "\(drift)")
    let refused = try live.holdfast("apply", "--yes", exits: 3)
    #expect(refused.contains("--allow access-loss=instance/orders/"), "\(refused)")
    #expect(try canDelete(live) == "t", "a refused apply did something")
    try live.holdfast("apply", "--yes", "--allow", "access-loss")
    #expect(try canDelete(live) == "f")
    try live.holdfast("drift")
  }

  private func canDelete(_ live: LocalInstance) throws -> String {
    try live.psql("SELECT has_table_privilege('orders_app', 'app.payments', 'DELETE')", database: "orders")
  }

  /// The run by the beginning of its name, or by all of it where that begins two.
  private func accessGoesAndComesBack(_ live: LocalInstance, _ first: String) throws {
    let ambiguous = try live.holdfast("revert", "20", "--yes", exits: 64)
    #expect(ambiguous.contains("is the beginning of several runs"), "\(ambiguous)")
    let unknown = try live.holdfast("revert", "1999", "--yes", exits: 64)
    #expect(unknown.contains("the journal has no run `1999`"), "\(unknown)")
    let reverted = try live.holdfast(
      "revert", String(first.dropLast()), "--only", "instance/orders/access", "--yes", "--allow",
      "access-loss")
    #expect(
      reverted.contains("This plan takes back run \(first)")
        && reverted.contains("the specs still ask for it"))
    #expect(reverted.contains("the role stays: it owns objects in orders"), "\(reverted)")
    #expect(
      try live.psql("SELECT string_agg(rolname, ' ') FROM pg_roles WHERE rolname ~ '^orders'")
        == "orders_owner")
    #expect(
      try live.psql("SELECT count(*) FROM pg_class WHERE relname = 'payments'", database: "orders") == "1")
    let drift = try live.holdfast("drift", exits: 2)
    #expect(drift.contains("orders_app"), "\(drift)")
    try live.holdfast("apply", "--yes")
    try live.expectConverged()
  }

  @Test func stoppedStartedRemovedAndMadeAgain() throws {
    let live = try LocalInstance()
    live.specs.hasAccess = false
    live.specs.backup = ["full: { every: 7d }"]
    try live.create()
    try stopAndStart(live)
    try remove(live)
    try makeAgain(live)
    try live.expectNoSecrets()
  }

  private func stopAndStart(_ live: LocalInstance) throws {
    let client = try live.connectedClient()
    live.specs.state = "stopped"
    let refused = try live.holdfast("apply", "--yes", exits: 3)
    #expect(refused.contains("stop: 1 client connection is cut --allow stop=instance/orders"), "\(refused)")
    try live.holdfast("apply", "--yes", "--allow", "stop")
    #expect(try client.wait(timeoutSeconds: 10).status != 0, "the client was not cut off")
    #expect(!live.exists("\(live.specs.dataDirectory)/postmaster.pid"))
    try live.expectConverged()
    live.specs.state = "running"
    let drift = try live.holdfast("drift", exits: 2)
    #expect(drift.contains("state is stopped, the specs say running"), "\(drift)")
    try live.holdfast("apply", "--yes")
    #expect(try live.psql("SELECT 1") == "1")
    try live.expectConverged()
  }

  private func remove(_ live: LocalInstance) throws {
    let mistyped = try live.holdfast("plan", "--only", "instance/orders/access/role/nobody", exits: 1)
    #expect(mistyped.contains("instance/orders/access/role/nobody: neither the specs nor what differs"), "\(mistyped)")
    live.specs.state = "absent"
    live.specs.instance = ["protect: true"]
    let protected = try live.holdfast("apply", "--yes", "--allow", "data-loss", "--allow", "stop", exits: 3)
    #expect(protected.contains("`orders` is protected and its spec says `state: absent`"), "\(protected)")
    live.specs.instance = []
    let refused = try live.holdfast("apply", "--yes", "--allow", "stop", exits: 3)
    #expect(refused.contains("data loss: all its data is deleted; its backups stay"), "\(refused)")
    #expect(try live.psql("SELECT 1") == "1", "a refused apply did something")
    let before = try backups(live)
    try live.holdfast("apply", "--yes", "--allow", "data-loss", "--allow", "stop")
    #expect(!live.exists(live.specs.dataDirectory))
    #expect(try backups(live) == before + 1, "no final backup")
    try live.expectConverged()
  }

  private func backups(_ live: LocalInstance) throws -> Int {
    Int(try live.shell("ls -d \(live.specs.repository)/backup/orders/*F | wc -l")) ?? -1
  }

  private func makeAgain(_ live: LocalInstance) throws {
    live.specs.state = "running"
    let vanished = try live.holdfast("plan", "--detailed-exitcode", exits: 2)
    #expect(vanished.contains("ALARM vanished: the instance is gone, and there was one"), "\(vanished)")
    #expect(vanished.contains("holds backups of orders") && !vanished.contains("make the instance"))
    try live.holdfast("apply", "--yes", "--allow", "create-instance=instance/orders")
    #expect(!live.exists(live.specs.dataDirectory), "a vanished instance was made again")
    live.specs.instance = ["fresh: true"]
    try live.create()
    #expect(try live.psql("SELECT 1") == "1")
    try live.expectConverged()
  }
}
