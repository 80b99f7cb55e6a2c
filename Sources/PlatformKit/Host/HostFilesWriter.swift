/// The writing half of this host's files: only appliers are handed one.
package protocol HostFilesWriter: Sendable {
  /// Puts the bytes in the place of what is there, whole or not at all, and durably.
  ///
  /// A symbolic link at the path is refused, and so is anything else that is not a regular file.
  func write(_ bytes: [UInt8], to path: String, mode: UInt16, owner: OSUser?) async throws(FileFailure)
  /// Makes the directory and those above it that are missing, each with this mode and owner. One that exists is
  /// left as it is.
  func makeDirectory(_ path: String, mode: UInt16, owner: OSUser?) async throws(FileFailure)
  /// Renames within a file system; an existing target is refused.
  func move(_ from: String, to target: String) async throws(FileFailure)
  /// Removes a file, or a directory with all in it; links are removed, not followed. Nothing there is no error.
  func removeTree(_ path: String) async throws(FileFailure)
  /// Takes the lock; `nil` when another holds it. Ends with `release()`, or with this process and the programs that
  /// were run holding it.
  ///
  /// - Parameter owner: whose file the lock is made, and with whose rights: so that root and this user lock each other
  ///   out, and can both take it after the other.
  func lock(_ path: String, owner: OSUser?) async throws(FileFailure) -> (any FileLock)?
}

/// A lock that is held.
package protocol FileLock: Sendable {
  /// A descriptor more of the same lock, at the end of its file: the lock lasts until all are closed. The caller closes it.
  func share() throws(FileFailure) -> Int32
  func release() async
}
