/// One run of a program, complete: nothing is inherited from this process.
package struct ProcessCall: Sendable, Hashable {
  /// How a program and its process group are asked to end; what is left after the grace is killed.
  package struct SafeStop: Sendable, Hashable {
    package enum Signal: Sendable, Hashable { case interrupt, terminate }
    package var signal: Signal
    package var grace: Duration

    package init(_ signal: Signal, grace: Duration) {
      self.signal = signal
      self.grace = grace
    }
  }

  /// An absolute path.
  package var executable: String
  /// Without the program's own name. No secret: everybody on the host can read them.
  package var arguments: [String]
  package var environment: [String: String]
  package var workingDirectory: String
  package var standardInput: [UInt8]
  /// As whom, with that user's groups; `HOME` is added to the environment where it is missing.
  package var runAs: OSUser?
  /// After it the program is stopped: by its safe stop, else by SIGTERM and five seconds later SIGKILL.
  package var timeout: Duration?
  /// How much of each output stream is kept; the rest is read and dropped.
  package var outputLimitBytes: Int
  /// Used when the task is cancelled; `nil`: a cancelled task still waits for the program's end.
  package var safeStop: SafeStop?

  package init(
    _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:],
    workingDirectory: String = "/", standardInput: [UInt8] = [], runAs: OSUser? = nil,
    timeout: Duration? = nil, outputLimitBytes: Int = 1 << 20, safeStop: SafeStop? = nil
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.standardInput = standardInput
    self.runAs = runAs
    self.timeout = timeout
    self.outputLimitBytes = outputLimitBytes
    self.safeStop = safeStop
  }
}
