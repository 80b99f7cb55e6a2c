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
  /// Takes the lock; `nil` when another holds it. Ends with `release()`, or with the process.
  func lock(_ path: String) async throws(FileFailure) -> (any FileLock)?
}

/// A lock that is held.
package protocol FileLock: Sendable {
  func release() async
}
