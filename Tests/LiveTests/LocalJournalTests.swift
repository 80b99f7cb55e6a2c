import TestServers
import Testing

/// A journal that was damaged is told, record and all, and never taken for a new one; a torn tail is what a crash leaves.
@Suite struct LocalJournalTests {
  @Test func damageIsNamedAndATornTailIsNot() throws {
    let live = try LocalInstance()
    live.specs.hasAccess = false
    #expect(try live.holdfast("runs").contains("No runs yet."))
    #expect(try live.holdfast("revert", "20", exits: 64).contains("there is no journal at"))
    try live.create()
    let journal = "\(live.journalDirectory)/journal.jsonl"
    try rewriting(journal, "printf '{\"digest\":\"torn' >>\"$1\"") {
      let runs = try live.holdfast("runs")
      #expect(
        runs.contains("The journal's last record was cut off (15 bytes); everything before it is used."),
        "\(runs)")
      live.specs.parameters = ["work_mem: 63MB"]
      try live.holdfast("apply", "--yes")
      #expect(try !live.holdfast("runs").contains("cut off"), "the next run mends it")
    }
    live.specs.parameters = ["work_mem: 64MB"]
    try live.holdfast("apply", "--yes")
    try damaged(live, journal, ": >\"$1\"", "the journal is empty")
    try damaged(
      live, journal,
      "sed -i '3s/\"user\":\"[a-z]*\"/\"user\":\"mallory\"/;2s/\"user\":\"[a-z]*\"/\"user\":\"mallory\"/' \"$1\"",
      "record 1 (line 2) was altered")
    try damaged(
      live, journal, "printf X | dd of=\"$1\" bs=1 seek=700 conv=notrunc status=none", "was altered")
    try damaged(live, journal, "sed -i 4d \"$1\"", "record")
    try live.expectConverged()
    // Losing it makes no plan wrong, but a new one is not begun beside the old one's plans.
    _ = try ChildProcess.check(["/bin/rm", journal])
    try live.expectConverged()
    live.specs.parameters = ["work_mem: 62MB"]
    let applied = try live.holdfast("apply", "--yes", exits: 1)
    #expect(applied.contains("the journal is gone, but plans of its runs are still there"), "\(applied)")
  }

  /// Changes the journal, and puts it back after the body where it is `damaged`.
  private func rewriting(_ journal: String, _ script: String, _ body: () throws -> Void) throws {
    _ = try ChildProcess.check(["/bin/sh", "-c", script, "sh", journal])
    try body()
  }

  private func damaged(
    _ live: LocalInstance, _ journal: String, _ script: String, _ words: String,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    _ = try ChildProcess.check(["/bin/cp", journal, journal + ".whole"])
    try rewriting(journal, script) {
      for command in [["runs"], ["plan"], ["apply", "--yes"], ["revert", "20", "--yes"]] {
        let outcome = try live.run(command)
        let text = flat(outcome)
        #expect(
          text.contains("exit 1 ") && text.contains(words) && text.contains("journal.jsonl"),
          "\(command): \(text)", sourceLocation: location)
      }
    }
    _ = try ChildProcess.check(["/bin/mv", journal + ".whole", journal])
  }
}
