import Model
import NativeClients
import Planner
import Synchronization

/// The append-only record of runs in one directory: `journal.jsonl`, hash-chained, and `plans/DIGEST.json` beside it.
///
/// Several processes may append at once. It is evidence and crash recovery; no plan is wrong without it.
package final class Journal: Sendable {
  package let directory: String
  private let file: JournalFile
  private let toolVersion: String

  private init(_ directory: String, _ file: JournalFile, _ toolVersion: String) {
    (self.directory, self.file, self.toolVersion) = (directory, file, toolVersion)
  }

  /// Opens the journal for appending; makes it, mode 0700, where there is none.
  package static func open(_ directory: String, toolVersion: String, now: Timestamp)
    async throws(JournalFailure) -> Journal
  {
    let file = try await blocking { () throws(JournalFailure) in
      try JournalFile(
        directory,
        creating: JournalRecord(
          sequence: 0, previous: "", time: now,
          kind: .header(format: JournalRecord.format, toolVersion: toolVersion)))
    }
    return Journal(directory, file, toolVersion)
  }

  /// What the journal in the directory tells; `nil` where there is none. Writes nothing.
  package static func read(_ directory: String) async throws(JournalFailure) -> JournalHistory? {
    try await blocking { () throws(JournalFailure) in try JournalFile.history(directory) }
  }

  /// Adds one record and returns when it is on the disk. After a failure nothing of it is there.
  package func append(_ kind: JournalRecord.Kind, at now: Timestamp) async throws(JournalFailure) {
    try await blocking { () throws(JournalFailure) in try self.file.append(kind, at: now) }
  }

  package func history() async throws(JournalFailure) -> JournalHistory {
    try await blocking { () throws(JournalFailure) in try self.file.history() }
  }

  /// Keeps a plan beside the journal, for `revert` and for whoever asks later what was run.
  package func keep(_ plan: SavedPlan) async throws(JournalFailure) {
    do {
      try await LocalFilesWriter().makeDirectory("\(directory)/plans", mode: 0o700, owner: nil)
      try await savePlan(plan, to: Self.planPath(plan.digest, in: directory))
    } catch {
      throw JournalFailure(.unusable, "\(error)", hint: "make room or give permission, then apply again")
    }
  }

  package static func planPath(_ digest: String, in directory: String) -> String {
    "\(directory)/plans/\(digest).json"
  }
}
