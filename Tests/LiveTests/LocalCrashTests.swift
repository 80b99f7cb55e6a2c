import Foundation
import TestServers
import Testing

/// A run that dies or is stopped: what is there is whole, the journal says so, and plan and apply go on.
@Suite struct LocalCrashTests {
  @Test func killedAtManyMomentsOfMakingAnInstance() throws {
    let live = try LocalInstance()
    live.specs.backup = ["full: { every: 7d }"]
    let kills = try applyKilling(live, delays: [0, 100, 400, 700, 0, 150, 900, 20, 300, 60, 1200, 1500, 200])
    try waitForBackups(live)
    try live.holdfast("apply", "--yes", "--allow", "create-instance=instance/orders")
    try live.expectConverged()
    try expectWhole(live)
    try expectUnfinished(live, kills)
    #expect(try !live.shell("ls -A \(live.sidecar)").contains("staging"))
    try live.expectNoSecrets()
  }

  @Test func killedAtManyMomentsOfGivingAccess() throws {
    let live = try LocalInstance()
    live.specs.hasAccess = false
    try live.create()
    live.specs.hasAccess = true
    let kills = try applyKilling(live, delays: [0, 10, 30, 5, 60, 90, 0, 150, 40, 120, 200, 20, 70])
    try live.holdfast("apply", "--yes")
    try live.expectConverged()
    try expectWhole(live)
    try expectUnfinished(live, kills)
    try live.expectNoSecrets()
  }

  /// Runs `apply` again and again, and kills it some milliseconds after its first step began. Returns the number of kills.
  private func applyKilling(_ live: LocalInstance, delays: [UInt32]) throws -> Int {
    var (kills, failures) = (0, 0)
    defer {
      #expect(failures <= 3, "what a killed run left is in the way of the next ones: \(live.transcript)")
    }
    for delay in delays {
      let run = try live.start("apply", "--yes", "--allow", "create-instance=instance/orders")
      while run.poll() == nil, !run.stderr.contains("step 1 of") { usleep(500) }
      usleep(delay * 1000)
      guard run.poll() == nil else {
        let outcome = try run.wait(timeoutSeconds: 1)
        live.keep(outcome)
        // The server may still be at what a killed run had asked of it; that is told, and harmless.
        guard [1, 6].contains(outcome.status) else { break }
        failures += 1
        continue
      }
      live.keep(try run.killAndReap())
      kills += 1
    }
    return kills
  }

  /// What a killed run had started goes on; a backup holds its stanza's lock for as long.
  private func waitForBackups(_ live: LocalInstance) throws {
    for _ in 0..<600
    where try live.shell("ps -eo args | grep '[p]gbackrest.*\(live.sidecar)' | grep -v archive-push || true")
      != ""
    {
      usleep(50_000)
    }
  }

  private func expectWhole(_ live: LocalInstance) throws {
    #expect(
      try live.psql(
        "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname ~ '^orders'")
        == "orders_app orders_owner orders_ro")
    #expect(try live.psql("SELECT count(*) FROM pg_database WHERE datname = 'orders'") == "1")
    #expect(try live.psql("SELECT count(*) FROM pg_auth_members WHERE member = 'orders_app'::regrole") == "1")
    #expect(try live.shell("grep -c holdfast.conf \(live.specs.dataDirectory)/postgresql.conf") == "1")
    #expect(
      try live.psql("SELECT has_schema_privilege('orders_app', 'app', 'USAGE')", database: "orders") == "t")
  }

  /// A kill may come after the last record of a run and before its process has ended; then the run is as finished as it says.
  private func expectUnfinished(_ live: LocalInstance, _ kills: Int) throws {
    let runs = try live.holdfast("runs")
    let unfinished = runs.components(separatedBy: "never finished").count - 1
    #expect(unfinished >= 1 && unfinished <= kills, "\(kills) kills, \(unfinished) unfinished: \(runs)")
  }

  @Test func interruptedItStopsAfterTheStepAndSaysHowToGoOn() throws {
    let live = try LocalInstance()
    for (stop, name) in [({ $0.interrupt() }, "SIGINT"), ({ $0.send(SIGTERM) }, "SIGTERM")]
      as [((ChildProcess) -> Void, String)]
    {
      let run = try live.start("apply", "--yes", "--allow", "create-instance=instance/orders")
      try run.waitForOutput("step 1 of")
      stop(run)
      let outcome = try run.wait(timeoutSeconds: 60)
      let text = flat(live.keep(outcome))
      #expect(outcome.status == 6, "\(name): \(text)")
      #expect(text.contains("Stopping after this step; once more stops at once."), "\(text)")
      #expect(text.contains("STOPPED, as asked") && text.contains("To go on: holdfast apply"), "\(text)")
      #expect(text.contains("done: 1 step") && text.contains("left: "), "\(text)")
      // Starting it is one step, which leaves nothing to stop before.
      if name == "SIGINT" { try live.holdfast("apply", "--yes") }
    }
    let run = try live.start("apply", "--yes", "--allow", "create-instance=instance/orders")
    try run.waitForOutput("step 1 of")
    run.send(SIGINT)
    try run.waitForOutput("Stopping after this step")
    run.send(SIGINT)
    let outcome = try run.wait(timeoutSeconds: 5)
    live.keep(outcome)
    #expect(outcome.status == 130 || outcome.status == 6)
    try live.holdfast("apply", "--yes", "--allow", "create-instance=instance/orders")
    try live.expectConverged()
    try expectWhole(live)
    let runs = try live.holdfast("runs")
    #expect(runs.contains("stopped part-way"), "\(runs)")
  }

  @Test func savedPlansRunOnceUnalteredAndInTime() throws {
    let live = try LocalInstance()
    try twoAtOnce(live)
    // All that it would do is done.
    let postmaster = try live.shell("head -n 1 \(live.specs.dataDirectory)/postmaster.pid")
    try live.holdfast("apply", "first.plan", "--allow", "create-instance=instance/orders")
    #expect(try live.shell("head -n 1 \(live.specs.dataDirectory)/postmaster.pid") == postmaster)
    try live.expectConverged()
    try staleNamesTheFact(live)
    try alteredExpiredOrOfOtherSpecs(live)
  }

  private func twoAtOnce(_ live: LocalInstance) throws {
    try live.holdfast("plan", "--out", "first.plan")
    let first = try live.start("apply", "first.plan", "--allow", "create-instance=instance/orders")
    try first.waitForOutput("step 1 of")
    let locked = try live.holdfast(
      "apply", "first.plan", "--allow", "create-instance=instance/orders", exits: 5)
    #expect(
      locked.contains("REFUSED, locked by another run") && locked.contains("\(first.processID)"), "\(locked)")
    let outcome = try first.wait(timeoutSeconds: 60)
    #expect(outcome.status == 0, "\(live.keep(outcome))")
  }

  private func staleNamesTheFact(_ live: LocalInstance) throws {
    live.specs.roles.append("alice: { login: true, connection_limit: 5 }")
    live.specs.privileges = "select, insert"
    try live.holdfast("plan", "--out", "second.plan")
    _ = try live.psql("CREATE ROLE alice")
    let stale = try live.holdfast("apply", "second.plan", exits: 4)
    #expect(
      stale.contains("changed since the plan; nothing was done")
        && stale.contains("instance/orders/access/role/alice"), "\(stale)")
    #expect(stale.contains("To go on: holdfast plan"), "\(stale)")
    #expect(try live.psql("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'alice'") == "f")
    _ = try live.psql("DROP ROLE alice")
  }

  private func alteredExpiredOrOfOtherSpecs(_ live: LocalInstance) throws {
    // As root where root saved it.
    func edit(_ script: String) throws {
      _ = try ChildProcess.check(["/bin/sh", "-c", script], in: live.path)
    }
    try edit("sed 's/alice/mallory/' second.plan >altered.plan")
    let altered = try live.holdfast("apply", "altered.plan", exits: 4)
    #expect(altered.contains("was altered after it was saved"), "\(altered)")
    try edit("head -c 2000 second.plan >cut.plan && : >empty.plan")
    try live.holdfast("apply", "cut.plan", exits: 4)
    #expect(try live.holdfast("apply", "empty.plan", exits: 1).contains("empty.plan is empty"))
    #expect(try live.holdfast("apply", "none.plan", exits: 1).contains("there is no file"))
    try edit(
      """
      cut -c $((1 + $(head -c 200 second.plan | grep -oE '^[{]"checksum":"[0-9a-f]{64}",' | tr -d '\\n' | wc -c)))- second.plan \\
        | sed -E 's/("createdAt":)[0-9]+/\\11700000000/' >body
      { printf '{"checksum":"%s",' "$(sha256sum body | cut -d' ' -f1)"; cat body; } >expired.plan
      """)
    let expired = try live.holdfast("apply", "expired.plan", exits: 4)
    #expect(expired.contains("the plan is of 2023-11-14"), "\(expired)")
    live.specs.parameters = ["work_mem: 63MB"]
    let other = try live.holdfast("apply", "second.plan", exits: 4)
    #expect(other.contains("the specs have changed since the plan was made"), "\(other)")
    live.specs.parameters = ["work_mem: 64MB"]
    try live.holdfast("apply", "second.plan")
    try live.expectConverged()
  }
}
