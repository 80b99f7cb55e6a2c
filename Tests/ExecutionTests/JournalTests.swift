import FoundationEssentials
import Glibc
import Model
import Planner
import Testing

@testable import Execution

private let origin = RunOrigin(
  user: "dba", host: "db1", process: 1, ciRun: nil, toolVersion: "0.1", specs: SpecsIdentity(digest: "abc"))

private func step(_ run: RunID, _ number: Int, _ phase: Phase = .roles) -> StepRecord {
  StepRecord(run: run, instance: "orders", step: number, phase: phase)
}

private func openJournal(_ directory: TemporaryDirectory) async throws -> Journal {
  try await Journal.open("\(directory.path)/journal", toolVersion: "0.1", now: moment)
}

/// A journal of one whole run and one that was killed.
private func writeRuns(_ directory: TemporaryDirectory) async throws {
  let journal = try await openJournal(directory)
  for (id, isWhole) in [(RunID("20261122-140311-a1b2"), true), (RunID("20261122-150000-a1b2"), false)] {
    try await journal.append(.runStarted(run: id, plan: "d1", by: origin), at: moment)
    try await journal.append(.stepIntent(step(id, 1, .create)), at: moment)
    if isWhole {
      try await journal.append(.stepDone(step(id, 1, .create)), at: moment)
      let ending = InstanceEnding(instance: "orders", outcome: .done)
      try await journal.append(.runFinished(run: id, outcomes: [ending]), at: moment)
    } else {
      try await journal.append(.stepIntent(step(id, 2)), at: moment)
    }
  }
}

@Suite struct Journals {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private var path: String { "\(directory.path)/journal" }

  /// A parameter group is there before its instance, and may be all that a killed run made.
  @Test func whatIsPreparedIsNoEvidence() async throws {
    let journal = try await openJournal(directory)
    let run = RunID("20261122-140311-a1b2")
    try await journal.append(.runStarted(run: run, plan: "d1", by: origin), at: moment)
    try await journal.append(.stepDone(step(run, 1, .prepare)), at: moment)
    let prepared = try #require(try await Journal.read(path))
    #expect(prepared.instances.isEmpty)
  }

  @Test func tellsWhatWasRun() async throws {
    try await writeRuns(directory)
    let history = try #require(try await Journal.read(path))
    #expect(history.runs.map(\.id.text) == ["20261122-140311-a1b2", "20261122-150000-a1b2"])
    #expect(history.runs[0].outcomes == [InstanceEnding(instance: "orders", outcome: .done)])
    #expect(history.runs[1].finished == nil)
    #expect(history.progress(ofPlan: "d1", instance: "orders") == Progress(done: [1], begun: [2]))
    #expect(history.progress(ofPlan: "d2", instance: "orders") == Progress())
    #expect(history.lastRun(ofPlan: "d1")?.id.text == "20261122-140311-a1b2")
    #expect(history.lastRun(ofPlan: "d2") == nil)
    #expect(history.instances["orders"]?.created == moment)
    guard case .found(let run) = history.run("20261122-14"), case .ambiguous = history.run("2026"),
      case .unknown = history.run("x")
    else { return #expect(Bool(false), "wrong look-up") }
    #expect(run.steps["orders"]?.begun == [1])
  }

  @Test func readingMakesNothing() async throws {
    #expect(try await Journal.read(path) == nil)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func onlyItsOwnerMayLookAtIt() async throws {
    try await writeRuns(directory)
    let plan = SavedPlan(of: samplePlan([]))
    try await openJournal(directory).keep(plan)
    for (name, mode) in [
      ("", 0o700), ("/journal.jsonl", 0o600), ("/plans", 0o700), ("/plans/\(plan.digest).json", 0o600),
    ] {
      var status = stat()
      #expect(stat(path + name, &status) == 0)
      #expect(Int(status.st_mode & 0o777) == mode, "\(name)")
    }
  }

  @Test func aTornEndIsDroppedAndToldAtEveryOffset() async throws {
    let journal = try await openJournal(directory)
    for number in 1...2 { try await journal.append(.stepIntent(step(RunID("x"), number)), at: moment) }
    let whole = try directory.bytes("journal/journal.jsonl")
    let header = whole.firstIndex(of: UInt8(ascii: "\n"))! + 1  // It ends with a newline.
    for length in stride(from: 0, through: whole.count, by: 1) {
      try directory.write(whole.prefix(length), to: "journal/journal.jsonl")
      guard length >= header else {
        await #expect(throws: JournalFailure.self, "at \(length)") { try await Journal.read(path) }
        await #expect(throws: JournalFailure.self, "at \(length)") { try await openJournal(directory) }
        continue
      }
      let history = try #require(try await Journal.read(path))
      let torn = whole.prefix(length).reversed().prefix { $0 != UInt8(ascii: "\n") }.count
      #expect(history.tornBytes == torn)
      guard length % 17 == 0 else { continue }
      try await openJournal(directory).append(.stepSkipped(step(RunID("x"), 1)), at: moment)
      let repaired = try #require(try await Journal.read(path))
      let isRecovered = repaired.records.contains { $0.kind == .recovered(droppedBytes: torn) }
      #expect(isRecovered == (torn > 0) && repaired.tornBytes == 0)
    }
  }

  @Test func anAlteredByteIsFound() async throws {
    try await writeRuns(directory)
    let whole = try directory.bytes("journal/journal.jsonl")
    // Without its last newline the end looks torn, which is told too.
    for offset in whole.indices.dropLast().reversed().filter({ $0 < 300 || $0 % 5 == 0 }) {
      var bytes = whole
      bytes[offset] ^= 1
      try directory.write(bytes, to: "journal/journal.jsonl")
      await #expect(throws: JournalFailure.self, "at \(offset)") { try await Journal.read(path) }
    }
  }

  @Test func aRecordThatIsMissingIsNamed() async throws {
    try await writeRuns(directory)
    let lines = try directory.bytes("journal/journal.jsonl").split(separator: UInt8(ascii: "\n"))
    for index in 0..<lines.count - 1 {
      var rest = lines
      rest.remove(at: index)
      try directory.write(
        rest.joined(separator: [UInt8(ascii: "\n")]) + [UInt8(ascii: "\n")], to: "journal/journal.jsonl")
      await #expect {
        try await Journal.read(path)
      } throws: {
        ($0 as? JournalFailure)?.kind == .damaged
          && ($0 as? JournalFailure)?.message.contains("record \(index) ") == true
      }
    }
  }

  @Test(arguments: ["", "{}\n", "hello", "\n", "\0\0\0\0"]) func whatIsNoJournalIsNeverANewOne(_ text: String)
    async throws
  {
    try await writeRuns(directory)
    try directory.write(Array(text.utf8), to: "journal/journal.jsonl")
    await #expect { try await openJournal(directory) } throws: { ($0 as? JournalFailure)?.kind == .damaged }
  }

  @Test func aJournalThatIsGoneIsNoticedByItsPlans() async throws {
    try await openJournal(directory).keep(SavedPlan(of: samplePlan([])))
    try FileManager.default.removeItem(atPath: "\(path)/journal.jsonl")
    await #expect { try await openJournal(directory) } throws: {
      ($0 as? JournalFailure)?.message.contains("is gone") == true
    }
  }

  @Test func manyWritersKeepOneChain() async throws {
    let directory = directory
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          // Each with a file descriptor of its own, which `flock` treats as another process's.
          let journal = try await openJournal(directory)
          for number in 0..<20 {
            try await journal.append(.stepDone(step(RunID("w\(writer)"), number)), at: moment)
          }
        }
      }
      try await group.waitForAll()
    }
    let history = try #require(try await Journal.read(path))
    #expect(history.records.count == 1 + 8 * 20)
  }

  /// A limit on the size of a process's files stands for a full disk, in a process of its own.
  @Test func whatDoesNotFitOnTheDiskLeavesNothing() async {
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      try await writeRuns(directory)
      let journal = try await openJournal(directory)
      let before = try directory.bytes("journal/journal.jsonl")
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: rlim_t(before.count + 50), rlim_max: rlim_t.max)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      await #expect { try await journal.append(.stepIntent(step(RunID("x"), 3)), at: moment) } throws: {
        ($0 as? JournalFailure)?.kind == .unusable
      }
      #expect(try directory.bytes("journal/journal.jsonl") == before)
      limit.rlim_cur = rlim_t.max
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      try await journal.append(.stepIntent(step(RunID("x"), 3)), at: moment)
      #expect(try await journal.history().tornBytes == 0)
    }
  }
}
