import Glibc

/// A new, empty directory, mode 0755. It goes when the last reference to it or the test process goes, and whatever
/// runs beneath it, a server above all, goes with it.
package final class TemporaryDirectory: Sendable {
  package let path: String

  /// - Parameter owner: the user it belongs to, where the tests run as root and it is not to be root.
  package init(owner: OSUser? = nil) throws {
    path = try makeDirectory(in: TestProcessDirectory.shared().path, prefix: "")
    if let owner, chown(path, owner.userID, owner.groupID) != 0 {
      throw TestFailure("cannot give \(path) to \(owner.name): errno \(errno)")
    }
  }

  deinit {
    try? Sweeper.sweep(path)
  }

  /// Ends what runs beneath and removes the directory now.
  package func remove() throws {
    try Sweeper.sweep(path)
  }

  /// Writes a file beneath the directory, with the directories on its way, and returns its path.
  @discardableResult
  package func write(_ text: String, to name: String, runAs user: OSUser? = nil) throws -> String {
    try shell("mkdir -p \"${1%/*}\" && cat >\"$1\"", on: name, stdin: text, runAs: user)
  }

  /// Adds to a file beneath the directory and returns its path.
  @discardableResult
  package func append(_ text: String, to name: String, runAs user: OSUser? = nil) throws -> String {
    try shell("cat >>\"$1\"", on: name, stdin: text, runAs: user)
  }

  private func shell(_ script: String, on name: String, stdin: String, runAs user: OSUser?) throws -> String {
    let file = "\(path)/\(name)"
    _ = try ChildProcess.check(["/bin/sh", "-c", script, "sh", file], stdin: stdin, runAs: user)
    return file
  }
}
