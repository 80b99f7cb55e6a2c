/// How a program ended and what it wrote.
package struct ProcessResult: Sendable, Hashable {
  package enum Exit: Sendable, Hashable {
    case code(Int)
    case signal(Int)
  }

  package var exit: Exit
  package var standardOutput: [UInt8]
  package var standardError: [UInt8]
  /// Whether either stream was longer than the limit.
  package var truncated: Bool

  package init(
    exit: Exit, standardOutput: [UInt8] = [], standardError: [UInt8] = [], truncated: Bool = false
  ) {
    self.exit = exit
    self.standardOutput = standardOutput
    self.standardError = standardError
    self.truncated = truncated
  }

  package var succeeded: Bool { exit == .code(0) }
}

/// Why a program has no result. An exit code other than 0 is a result.
package struct ProcessFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Reason: Sendable, Hashable {
    /// It never ran: trying again is safe.
    case notStarted(String)
    /// It was ended because it took longer.
    case timedOut(after: Duration)
    /// The task was cancelled; the program was stopped as it asked to be.
    case cancelled
    /// It ran, but its end or its output was lost.
    case lost(String)
  }

  package let executable: String
  package let reason: Reason

  package init(executable: String, reason: Reason) {
    self.executable = executable
    self.reason = reason
  }

  package var description: String {
    switch reason {
    case .notStarted(let why): "cannot start \(executable): \(why)"
    case .timedOut(let after): "\(executable) was ended: it took longer than \(after)"
    case .cancelled: "\(executable) was stopped: the run was cancelled"
    case .lost(let why): "\(executable) ran, but its result is lost: \(why)"
    }
  }
}

/// Runs programs on this host.
package protocol ProcessRunner: Sendable {
  /// - Parameter lock: is held until the program ends, even where this process is killed before; the program finds an
  ///   empty standard input. Only for programs that leave nothing running: a server would hold the lock for good.
  func run(_ call: ProcessCall, holding lock: (any FileLock)?) async throws(ProcessFailure) -> ProcessResult
}

extension ProcessRunner {
  package func run(_ call: ProcessCall) async throws(ProcessFailure) -> ProcessResult {
    try await run(call, holding: nil)
  }
}
