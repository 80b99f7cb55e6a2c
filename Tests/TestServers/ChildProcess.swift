import Glibc

/// What a program left behind. `status` is its exit code, or 128 plus the signal that ended it.
package typealias Outcome = (status: Int32, stdout: String, stderr: String)

/// A running program, in a process group of its own as if a shell had started it.
///
/// Its output goes to unlinked files, not to pipes: it can be read at any time, can't fill up, and a server left
/// running by the program holds nobody up. Start it in a `TemporaryDirectory`: what then runs beneath that is ended
/// with the test process. Not for use by two tasks at once.
package final class ChildProcess {
  package let processID: pid_t
  private let output: CaptureFile
  private let errors: CaptureFile
  private var endStatus: Int32?

  /// Starts a program by its absolute path, with exactly the given environment.
  package init(
    _ command: [String], in directory: String, environment: [String: String], stdin: String? = nil,
    runAs user: OSUser? = nil
  ) throws {
    output = try CaptureFile()
    errors = try CaptureFile()
    let input = try CaptureFile(holding: stdin ?? "")
    processID = try spawn(
      user?.running(command) ?? command, in: directory, environment: environment,
      descriptors: [input.descriptor, output.descriptor, errors.descriptor])
  }

  deinit {
    if endStatus == nil { _ = try? killAndReap() }
  }

  package var stdout: String { output.text }
  package var stderr: String { errors.text }

  /// Sends a signal to the program alone.
  package func send(_ signal: Int32) {
    if endStatus == nil { kill(processID, signal) }
  }

  /// Sends SIGINT to the program and its children, as a terminal does on Ctrl-C.
  package func interrupt() {
    if endStatus == nil { kill(-processID, SIGINT) }
  }

  /// Ends the program at once, as `kill -9` does, and returns what it had written.
  package func killAndReap() throws -> Outcome {
    send(SIGKILL)
    return try wait(timeoutSeconds: 10)
  }

  /// Waits for the end. A program that takes longer is killed, and an error thrown.
  package func wait(timeoutSeconds: Int) throws -> Outcome {
    let deadline = ContinuousClock.now + .seconds(timeoutSeconds)
    while true {
      if let status = poll() { return (status, stdout, stderr) }
      if ContinuousClock.now > deadline { break }
      usleep(1000)
    }
    kill(processID, SIGKILL)
    var status: Int32 = 0
    waitpid(processID, &status, 0)
    endStatus = 128 + SIGKILL
    throw TestFailure("still running after \(timeoutSeconds) s; output:\n\(stdout)\(stderr)")
  }

  /// Waits until the program has written the text to either output. Throws when it ends without doing so.
  package func waitForOutput(_ text: String, timeoutSeconds: Int = 30) throws {
    let deadline = ContinuousClock.now + .seconds(timeoutSeconds)
    while true {
      let ended = poll() != nil
      if stdout.contains(text) || stderr.contains(text) { return }
      if ended || ContinuousClock.now > deadline {
        throw TestFailure("did not write \"\(text)\"; output:\n\(stdout)\(stderr)")
      }
      usleep(1000)
    }
  }

  /// The exit code or 128 plus the signal, or `nil` while the program runs.
  package func poll() -> Int32? {
    if endStatus != nil { return endStatus }
    var status: Int32 = 0
    guard waitpid(processID, &status, WNOHANG) == processID else { return nil }
    let signal = status & 0x7f
    endStatus = signal == 0 ? (status >> 8) & 0xff : 128 + signal
    return endStatus
  }

  /// Runs a program to its end.
  package static func run(
    _ command: [String], in directory: String = "/", environment: [String: String] = ChildProcess.environment,
    stdin: String? = nil, runAs user: OSUser? = nil, timeoutSeconds: Int = 60
  ) throws -> Outcome {
    try ChildProcess(command, in: directory, environment: environment, stdin: stdin, runAs: user)
      .wait(timeoutSeconds: timeoutSeconds)
  }

  /// Runs a program to its end and returns its standard output; anything but exit code 0 is an error.
  package static func check(
    _ command: [String], in directory: String = "/", stdin: String? = nil, runAs user: OSUser? = nil
  ) throws -> String {
    let outcome = try run(command, in: directory, stdin: stdin, runAs: user)
    guard outcome.status == 0 else {
      throw TestFailure(
        "exit \(outcome.status) of \(command.joined(separator: " ")):\n\(outcome.stdout)\(outcome.stderr)")
    }
    return outcome.stdout
  }

  /// What a program gets that is told nothing else.
  package static let environment = [
    "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/nonexistent", "LANG": "C.UTF-8",
  ]
}
