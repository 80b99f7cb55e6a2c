/// What a path is, without following a symbolic link at its end.
package struct FileStatus: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable { case regular, directory, symlink, other }

  package var kind: Kind
  package var ownerUID: UInt32
  /// The permission bits: 0o644.
  package var mode: UInt16
  package var sizeBytes: Int
  /// When its content was last written; in whole seconds since 1970-01-01 00:00:00 UTC.
  package var modifiedSeconds: Int

  package init(kind: Kind, ownerUID: UInt32, mode: UInt16, sizeBytes: Int, modifiedSeconds: Int) {
    self.kind = kind
    self.ownerUID = ownerUID
    self.mode = mode
    self.sizeBytes = sizeBytes
    self.modifiedSeconds = modifiedSeconds
  }
}

/// A file operation that did not work.
package struct FileFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was tried, as a verb: `read`, `rename`.
  package let operation: String
  package let path: String
  /// `errno`, where the system gave one.
  package let code: Int32?
  package let message: String

  package init(_ operation: String, _ path: String, code: Int32? = nil, message: String) {
    self.operation = operation
    self.path = path
    self.code = code
    self.message = message
  }

  package var description: String { "cannot \(operation) \(path): \(message)" }
}

/// The reading half of this host's files, users and ports.
package protocol HostFiles: Sendable {
  /// The content of a regular file; `nil` where there is none. More than the limit is an error.
  func read(_ path: String, limitBytes: Int) async throws(FileFailure) -> [UInt8]?
  /// The same for a file in a directory of the user: only what that user may read, and has to be theirs or root's.
  ///
  /// A symbolic link in the file's place is refused: as root it would show what is behind it.
  func read(_ path: String, of owner: OSUser, limitBytes: Int) async throws(FileFailure) -> [UInt8]?
  func status(of path: String) async throws(FileFailure) -> FileStatus?
  /// The path with every symbolic link in it followed; `nil` where it leads nowhere.
  func resolve(_ path: String) async throws(FileFailure) -> String?
  /// The names in a directory, sorted, without `.` and `..`; `nil` where there is none.
  func list(_ directory: String) async throws(FileFailure) -> [String]?
  func user(named name: String) async throws(FileFailure) -> OSUser?
  /// The user this process runs as.
  func currentUser() async throws(FileFailure) -> OSUser
  /// What the host calls itself: the kernel's name, and the resolver's full one where it differs.
  func hostNames() async -> [String]
  /// Whether a TCP server could listen there now. An address that is not the host's own is an error.
  func isPortFree(_ port: Int, address: String) async throws(FileFailure) -> Bool
  /// Bytes that an ordinary user can still write on the file system of the path.
  func freeSpace(at path: String) async throws(FileFailure) -> Int
  /// The words that the holder of a lock left in it; `nil` where nobody holds it.
  func lockHolder(_ path: String, owner: OSUser?) async throws(FileFailure) -> String?
}

extension HostFiles {
  /// Whether the path is a directory with nothing in it.
  package func isEmptyDirectory(_ path: String) async throws(FileFailure) -> Bool {
    guard try await status(of: path)?.kind == .directory else { return false }
    return try await list(path)?.isEmpty ?? false
  }
}
