import Model
import Planner
import PlatformKit

/// Runs the programs of an instance, as its user and with a clean environment.
struct ProgramRunner: Sendable {
  let instance: DesiredInstance
  let host: LocalHost
  let user: OSUser
  let files: any HostFiles
  let runner: any ProcessRunner
  let lock: any FileLock

  private var paths: LocalPaths { instance.paths }

  /// - Errors: where the program says that it failed. That it says nothing proves nothing: the executor looks.
  func run(_ command: Command) async throws(ApplyFailure) {
    try await check(command)
    let call = try call(for: command)
    let result: ProcessResult
    do throws(ProcessFailure) { result = try await runner.run(call, holding: heldLock(for: command)) } catch {
      throw ApplyFailure(message: error.description, hint: hint(for: error), leftNothing: error.leftNothing)
    }
    guard result.succeeded else { throw await failure(of: command, result) }
  }

  /// A program goes on when Holdfast is killed, and the next run must not work in the same place before it has ended: so
  /// it holds the lock too. `pg_ctl` doesn't, because the server that it starts would keep it for good; killed in
  /// its midst, what it does (starting, stopping) is seen by the next observation and harms nothing.
  ///
  /// Weighed: PR_SET_PDEATHSIG, which ends the program with the *thread* that started it, and which a change of user
  /// clears. A backup of hours that ends well is also worth more than one that dies with us.
  private func heldLock(for command: Command) -> (any FileLock)? {
    switch command.program {
    case .initdb, .postgres, .pgBackRest: lock
    case .pgCtl: nil
    }
  }

  private func call(for command: Command) throws(ApplyFailure) -> ProcessCall {
    let program: String
    switch (command.program, command.binaries) {
    case (.pgBackRest, _):
      guard let found = host.pgBackRest else {
        throw ApplyFailure(message: "pgBackRest is not installed", leftNothing: true)
      }
      program = found
    case (_, let directory?): program = "\(directory)/\(command.program.rawValue)"
    case (_, nil):
      throw ApplyFailure(
        message: "\(command.program.rawValue) of the right version is not installed", leftNothing: true)
    }
    return ProcessCall(
      program, command.arguments,
      environment: cleanEnvironment(for: user).merging(command.environment) { $1 },
      workingDirectory: command.workingDirectory, runAs: user, timeout: .seconds(command.timeoutSeconds),
      safeStop: command.stopsSafely ? .init(.terminate, grace: .seconds(30)) : nil)
  }

  private func check(_ command: Command) async throws(ApplyFailure) {
    guard command.runAs == user.name else {
      throw ApplyFailure(
        message:
          "the plan runs \(command.program.rawValue) as `\(command.runAs)`, and the platform as `\(user.name)`",
        hint: "plan again", leftNothing: true)
    }
    guard command.program == .pgBackRest else { return }
    let status: FileStatus?
    do throws(FileFailure) { status = try await files.status(of: paths.dataDirectory) } catch {
      throw ApplyFailure(message: error.description, leftNothing: true)
    }
    // Run once as another user, pgBackRest leaves files that its own user can't read: archiving stops.
    guard let status, status.ownerUID == user.uid, user.uid != 0 else {
      throw ApplyFailure(
        message: "pgBackRest runs only as the owner of \(paths.dataDirectory), which is not `\(user.name)`",
        leftNothing: true)
    }
  }

  private func hint(for failure: ProcessFailure) -> String? {
    switch failure.reason {
    case .cancelled: "it stopped cleanly; run the same command to go on"
    case .timedOut: "find out what it waited for before trying again"
    case .notStarted, .lost: nil
    }
  }

  private func failure(of command: Command, _ result: ProcessResult) async -> ApplyFailure {
    let code =
      switch result.exit {
      case .code(let code): "failed with exit code \(code)"
      case .signal(let signal): "was ended by signal \(signal)"
      }
    var message = "\(command.program.rawValue) \(code)"
    if let words = lastWords(of: result) { message += ": \(words)" }
    if command.program == .pgCtl, let log = await logTail() {
      message += " | the server's log ends with: \(log)"
    }
    return ApplyFailure(
      message: message, hint: hint(command, result.exit),
      leftNothing: command.program == .initdb || command.program == .postgres,
      isTransient: command.program == .pgBackRest && result.exit == .code(PgBackRestCode.lock))
  }

  private func hint(_ command: Command, _ exit: ProcessResult.Exit) -> String? {
    guard command.program == .pgBackRest else {
      return command.program == .pgCtl ? "see \(paths.serverLog)" : nil
    }
    switch exit {
    case .code(PgBackRestCode.lock):
      return
        "another pgBackRest works on this stanza, or one that was killed is just ending: try again shortly"
    case .code(PgBackRestCode.mismatch):
      return "the stanza belongs to another cluster: `fresh: true` in the spec hands it over to this one"
    case .code(PgBackRestCode.fileOpen):
      return
        "a run as root left files that `\(user.name)` can't read: chown them to `\(user.name)` in the repository"
    case .code(PgBackRestCode.archiveTimeout):
      return "WAL did not arrive in the repository in time: see \(paths.serverLog) and \(paths.log)"
    default: return "see \(paths.log)"
    }
  }

  private func logTail() async -> String? {
    let call = ProcessCall("/usr/bin/tail", ["-n", "5", paths.serverLog], runAs: user, timeout: .seconds(5))
    guard let result = try? await runner.run(call), result.succeeded, !result.standardOutput.isEmpty else {
      return nil
    }
    return lastWords(of: result)
  }
}

/// - Source: pgBackRest's `error.auto.c.inc`, 2.45; those seen in practice.
private enum PgBackRestCode {
  static let mismatch = 28
  static let fileOpen = 41
  static let lock = 50
  static let archiveTimeout = 82
}

extension ProcessFailure {
  fileprivate var leftNothing: Bool { if case .notStarted = reason { true } else { false } }
}
