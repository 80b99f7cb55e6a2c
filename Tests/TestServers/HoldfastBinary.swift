import Glibc
import Synchronization

/// The program under test: the `holdfast` that was built together with the running tests.
package struct HoldfastBinary: Sendable {
  package let path: String

  package init() throws {
    let tests = try ChildProcess.check(["/usr/bin/readlink", "/proc/\(getpid())/exe"])
    path = tests.prefix(upTo: tests.lastIndex(of: "/") ?? tests.startIndex) + "/holdfast"
    guard access(path, X_OK) == 0 else { throw TestFailure("\(path) is not built") }
  }

  /// Runs the program to its end.
  ///
  /// - Parameter environment: added to PATH, HOME (the directory) and LANG; nothing else is handed on.
  /// - Parameter runAs: the user, where the tests run as root.
  package func run(
    _ arguments: [String], in directory: String, environment: [String: String] = [:], stdin: String? = nil,
    runAs: String? = nil, timeoutSeconds: Int = 60
  ) throws -> Outcome {
    try start(arguments, in: directory, environment: environment, stdin: stdin, runAs: runAs)
      .wait(timeoutSeconds: timeoutSeconds)
  }

  /// Starts the program and returns at once, to interrupt or kill it in the midst of its work.
  package func start(
    _ arguments: [String], in directory: String, environment: [String: String] = [:], stdin: String? = nil,
    runAs: String? = nil
  ) throws -> ChildProcess {
    let user = try runAs.map(userNamed)
    let program = user == nil ? path : try Self.shared(path)
    var complete = ChildProcess.environment
    complete["HOME"] = directory
    complete.merge(environment) { $1 }
    return try ChildProcess(
      [program] + arguments, in: directory, environment: complete, stdin: stdin, runAs: user)
  }

  private func userNamed(_ name: String) throws -> OSUser {
    guard let user = OSUser(named: name) else { throw TestFailure("no user `\(name)`") }
    return user
  }

  /// A copy that every user may run; the checkout may lie where only root can go.
  private static func shared(_ path: String) throws -> String {
    let copy = try TestProcessDirectory.shared().path + "/holdfast"
    return try copyOnce.withLock { isDone in
      if !isDone { _ = try ChildProcess.check(["/usr/bin/install", "-m", "755", path, copy]) }
      isDone = true
      return copy
    }
  }

  private static let copyOnce = Mutex(false)
}
