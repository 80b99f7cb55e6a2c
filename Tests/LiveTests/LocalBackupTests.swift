import Foundation
import TestServers
import Testing

/// Backups by pgBackRest: when they are taken, what is told when something is wrong with them, and no secret anywhere.
@Suite struct LocalBackupTests {
  @Test func dueByCadenceAlarmedWhereBrokenAndNoSecretOnTheWay() throws {
    let live = try LocalInstance()
    live.specs.backup = ["full: { every: 7d, max_age: 8d }"]
    let commandLines = try createWatched(live)
    #expect(commandLines.contains { $0.contains("pgbackrest") }, "the sampling saw nothing of the run")
    for secret in [LocalInstance.cipher, LocalInstance.password, "SCRAM-SHA-256"] {
      #expect(!commandLines.contains { $0.contains(secret) }, "a command line held a secret")
    }
    try live.expectConverged()
    #expect(try kinds(live) == "full")
    try dueIsDoneAndNothingElse(live)
    try tooOld(live)
    try gap(live)
    try wrongCipher(live)
    try unreadable(live)
    try live.expectConverged()
    try live.expectNoSecrets()
    let configuration = try live.shell(
      "stat -c %a \(live.sidecar)/pgbackrest.conf && grep -c \(LocalInstance.cipher) \(live.sidecar)/pgbackrest.conf"
    )
    #expect(configuration == "600\n1", "the passphrase is in its one file")
  }

  /// The command lines of the run and of all that it started, seen while the instance was made.
  private func createWatched(_ live: LocalInstance) throws -> Set<String> {
    let run = try live.start("apply", "--yes", "--allow", "create-instance=instance/orders")
    var seen: Set<String> = []
    while run.poll() == nil {
      seen.formUnion(try ProcessList.read().lines(ofDescendantsOf: run.processID, orNaming: live.path))
      usleep(3000)
    }
    let outcome = try run.wait(timeoutSeconds: 10)
    #expect(outcome.status == 0, "\(live.keep(outcome))")
    return seen
  }

  /// The kinds of the backups as pgBackRest itself tells, the oldest first.
  private func kinds(_ live: LocalInstance) throws -> String {
    let information = try live.shell(
      "pgbackrest --config=\(live.sidecar)/pgbackrest.conf --stanza=orders info --output=json")
    return information.matches(of: /"type":"(\w+)"/).map { String($0.1) }.joined(separator: " ")
  }

  private func dueIsDoneAndNothingElse(_ live: LocalInstance) throws {
    live.specs.backup.append("incremental: { every: 1s, max_age: 30h }")
    live.specs.parameters = ["work_mem: 66MB"]
    sleep(1)
    let applied = try live.holdfast("apply", "--due", "--yes")
    #expect(applied.contains("an incremental backup is due: the last one was finished at"), "\(applied)")
    #expect(applied.contains("1 other difference is not caused by time alone"), "\(applied)")
    #expect(try kinds(live) == "full incr")
    #expect(try live.psql("SHOW work_mem") == "64MB", "--due did more than what time makes due")
    live.specs.parameters = ["work_mem: 64MB"]
    sleep(1)
    let drift = try live.holdfast("drift")
    #expect(drift.contains("Due, and no drift:") && drift.contains("No drift."), "\(drift)")
    live.specs.backup[1] = "incremental: { every: 1d, max_age: 30h }"
    let idle = try live.holdfast("apply", "--due", "--yes")
    #expect(idle.contains("Nothing is due in 1 instance"), "\(idle)")
  }

  private func tooOld(_ live: LocalInstance) throws {
    live.specs.backup[1] = "incremental: { every: 1d, max_age: 1s }"
    sleep(1)
    let drift = try live.holdfast("drift", exits: 2)
    #expect(
      drift.contains("ALARM backup too old (backup): the last incremental backup was finished at"), "\(drift)"
    )
    live.specs.backup[1] = "incremental: { every: 1d, max_age: 30h }"
  }

  private func gap(_ live: LocalInstance) throws {
    for _ in 0..<3 { try switchSegment(live) }
    let archive = "\(live.specs.repository)/archive/orders"
    let segment = try live.shell("find \(archive) -name '0*.zst' | sort | tail -n 2 | head -n 1")
    try live.shell("mv \(segment) \(live.path)/taken")
    let name = segment.split(separator: "/").last?.prefix(24) ?? "none"
    let drift = try live.holdfast("drift", exits: 2)
    #expect(
      drift.contains("ALARM missing WAL (backup): the archive lacks WAL that a restore would need: \(name)"),
      "\(drift)")
    try live.shell("mv \(live.path)/taken \(segment)")
    try live.holdfast("drift")
  }

  /// Ends a segment and waits until it is archived.
  private func switchSegment(_ live: LocalInstance) throws {
    let before = try archived(live)
    _ = try live.psql(
      "CREATE TABLE IF NOT EXISTS t (i int)", "INSERT INTO t VALUES (1)", "SELECT pg_switch_wal()")
    for _ in 0..<200 where try archived(live) == before { usleep(50_000) }
  }

  private func archived(_ live: LocalInstance) throws -> String {
    try live.psql("SELECT archived_count FROM pg_stat_archiver")
  }

  private func wrongCipher(_ live: LocalInstance) throws {
    live.environment["CIPHER"] = "some other words"
    let drift = try live.holdfast("drift", exits: 1)
    #expect(
      drift.contains("exists and is encrypted with another passphrase: its cipher can't be changed"),
      "\(drift)")
    live.environment["CIPHER"] = LocalInstance.cipher
  }

  private func unreadable(_ live: LocalInstance) throws {
    let failures = "SELECT failed_count > 0 FROM pg_stat_archiver"
    let repository = live.specs.repository
    try live.shell("chmod 000 \(repository)/archive \(repository)/backup")
    _ = try live.psql("INSERT INTO t VALUES (1)", "SELECT pg_switch_wal()")
    for _ in 0..<200 where try live.psql(failures) != "t" { usleep(50_000) }
    let drift = try live.holdfast("drift", exits: 2)
    #expect(
      drift.contains("ALARM archiver failing (backup): archiving of WAL fails: archiving 0000"), "\(drift)")
    #expect(
      drift.contains("ALARM repository unreadable (backup): the backup repository can't be read"), "\(drift)")
    let plan = try live.holdfast("plan", "--detailed-exitcode", exits: 2)
    #expect(plan.contains("Nothing to apply, but 2 alarms"), "\(plan)")
    try live.shell("chmod 750 \(repository)/archive \(repository)/backup")
    // The archiver tries three times, a second apart, and rests for a minute, unless there is something new.
    let before = try archived(live)
    for _ in 0..<60 where try archived(live) == before {
      _ = try live.psql("INSERT INTO t VALUES (1)", "SELECT pg_switch_wal()")
      usleep(500_000)
    }
  }
}
