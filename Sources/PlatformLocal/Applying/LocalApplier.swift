import Planner
import PlatformKit

/// The writer of one instance of this host, for one run.
actor LocalApplier: Applier {
  private let lock: any FileLock
  private let files: HostWriter
  private let programs: ProgramRunner
  private let sessions: LocalSessions

  init(lock: any FileLock, files: HostWriter, programs: ProgramRunner, sessions: LocalSessions) {
    (self.lock, self.files, self.programs, self.sessions) = (lock, files, programs, sessions)
  }

  func perform(_ operation: Operation) async throws(ApplyFailure) {
    switch operation {
    case .sql(let batch): try await sessions.run(batch)
    case .file(let change): try await files.perform(change)
    case .command(let command):
      // The server may end: no session outlives that.
      if command.program == .pgCtl { await sessions.close() }
      try await programs.run(command)
    case .http: throw ApplyFailure(message: "no cloud runs an instance of this host", leftNothing: true)
    }
  }

  func finish() async {
    await sessions.close()
    await lock.release()
  }
}
