import CLinux
import Glibc
import PlatformKit

/// The writing half of this host's files, by plain system calls.
package struct LocalFilesWriter: HostFilesWriter {
  package init() {}

  package func write(
    _ bytes: [UInt8], to path: String, mode: UInt16, owner: OSUser?
  ) async throws(FileFailure) {
    try await blocking(on: path) { () throws(FileFailure) in
      try checkReplaceable(path)
      try replaceFile(path, with: bytes, mode: mode_t(mode), owner: owner)
    }
  }

  package func makeDirectory(_ path: String, mode: UInt16, owner: OSUser?) async throws(FileFailure) {
    try await blocking(on: path) { () throws(FileFailure) in
      try makeDirectories(path, mode: mode_t(mode), owner: owner)
    }
  }

  package func move(_ from: String, to target: String) async throws(FileFailure) {
    try await blocking(on: from, target) { () throws(FileFailure) in
      try check(
        renameat2(AT_FDCWD, from, AT_FDCWD, target, UInt32(holdfast_rename_noreplace)),
        "move \(from) to", target)
      try synchronizeDirectory(of: target)
      try synchronizeDirectory(of: from)
    }
  }

  package func removeTree(_ path: String) async throws(FileFailure) {
    try await blocking(on: path) { () throws(FileFailure) in try removeAll(path) }
  }

  package func lock(_ path: String, owner: OSUser?) async throws(FileFailure) -> (any FileLock)? {
    try await blocking(on: path) { () throws(FileFailure) in
      try withFileRights(of: owner) { () throws(FileFailure) in try HostFileLock(taking: path) }
    }
  }
}

private func checkReplaceable(_ path: String) throws(FileFailure) {
  switch try fileStatus(of: path)?.kind {
  case nil, .regular: return
  case .symlink: throw FileFailure("write", path, code: ELOOP, message: "it is a symbolic link")
  case .directory, .other: throw FileFailure("write", path, message: "it is not a regular file")
  }
}

/// Owner and mode are right before the name appears; both the file and its directory reach the disk.
private func replaceFile(
  _ path: String, with bytes: [UInt8], mode: mode_t, owner: OSUser?
) throws(FileFailure) {
  let temporary = "\(directory(of: path))/.holdfast-\(hexadecimal(randomBytes(8)))"
  do throws(FileFailure) {
    let file = try OpenFile(
      temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600, as: "write")
    try writeAll(bytes, to: file.descriptor, path)
    if let owner { try check(fchown(file.descriptor, owner.uid, owner.gid), "set the owner of", path) }
    try check(fchmod(file.descriptor, mode), "set the mode of", path)
    try check(fsync(file.descriptor), "write", path)
    // A link that was put there since the check is replaced, not followed.
    try check(rename(temporary, path), "write", path)
  } catch {
    unlink(temporary)
    throw error
  }
  try synchronizeDirectory(of: path)
}

func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(FileFailure) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      guard errno == EINTR else { throw .current("write", path) }
      continue
    }
    rest = rest.dropFirst(count)
  }
}

private func makeDirectories(_ path: String, mode: mode_t, owner: OSUser?) throws(FileFailure) {
  if let kind = try fileStatus(of: path)?.kind {
    guard kind != .directory else { return }
    var status = stat()
    // A link to a directory serves as one.
    guard kind == .symlink, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw FileFailure("make the directory", path, code: EEXIST, message: "something else has that name")
    }
    return
  }
  let parent = directory(of: path)
  if parent != path { try makeDirectories(parent, mode: mode, owner: owner) }
  // Owner and mode are right before the name appears: a run that is killed in between would leave a directory that the
  // next one finds, and its server can't use.
  let temporary = (parent == "/" ? "" : parent) + "/.holdfast-\(hexadecimal(randomBytes(8)))"
  try check(mkdir(temporary, 0o700), "make the directory", path)
  do throws(FileFailure) {
    let made = try OpenFile(temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, as: "make the directory")
    if let owner { try check(fchown(made.descriptor, owner.uid, owner.gid), "set the owner of", path) }
    try check(fchmod(made.descriptor, mode), "set the mode of", path)
    try check(
      renameat2(AT_FDCWD, temporary, AT_FDCWD, path, UInt32(holdfast_rename_noreplace)),
      "make the directory", path)
  } catch {
    rmdir(temporary)
    // The run of another instance made it meanwhile.
    if try fileStatus(of: path)?.kind == .directory { return }
    throw error
  }
  try synchronizeDirectory(of: path)
}

private func synchronizeDirectory(of path: String) throws(FileFailure) {
  let directory = try OpenFile(directory(of: path), O_RDONLY | O_DIRECTORY, as: "synchronize")
  try check(fsync(directory.descriptor), "synchronize the directory of", path)
}

/// What comes before the last name: `/a` for `/a/b` and `/a/b/`, `/` for `/a`, `.` for `a`.
func directory(of path: String) -> String {
  var rest = path[...]
  while rest.count > 1, rest.hasSuffix("/") { rest = rest.dropLast() }
  guard let slash = rest.lastIndex(of: "/") else { return "." }
  return slash == rest.startIndex ? "/" : String(rest[..<slash])
}
