import Glibc
import PlatformKit

/// The reading half of this host's files, by plain system calls.
package struct LocalFiles: HostFiles {
  package init() {}

  package func read(_ path: String, limitBytes: Int) async throws(FileFailure) -> [UInt8]? {
    try await blocking(on: path) { () throws(FileFailure) in try readFile(path, limitBytes: limitBytes) }
  }

  package func read(_ path: String, of owner: OSUser, limitBytes: Int) async throws(FileFailure) -> [UInt8]? {
    try await blocking(on: path) { () throws(FileFailure) in
      try readOwnedFile(path, limitBytes: limitBytes, owner: owner)
    }
  }

  package func status(of path: String) async throws(FileFailure) -> FileStatus? {
    try await blocking(on: path) { () throws(FileFailure) in try fileStatus(of: path) }
  }

  package func resolve(_ path: String) async throws(FileFailure) -> String? {
    try await blocking(on: path) { () throws(FileFailure) in try resolvedPath(path) }
  }

  package func list(_ directory: String) async throws(FileFailure) -> [String]? {
    try await blocking(on: directory) { () throws(FileFailure) in try namesIn(directory) }
  }

  package func freeSpace(at path: String) async throws(FileFailure) -> Int {
    try await blocking(on: path) { () throws(FileFailure) in
      var space = statvfs()
      try check(statvfs(path, &space), "measure the free space at", path)
      return Int(space.f_bavail) * Int(space.f_frsize)
    }
  }

  package func lockHolder(_ path: String, owner: OSUser?) async throws(FileFailure) -> String? {
    try await blocking(on: path) { () throws(FileFailure) in
      try withFileRights(of: owner) { () throws(FileFailure) in try holderOfLock(path) }
    }
  }

  package func user(named name: String) async throws(FileFailure) -> OSUser? {
    try await blocking { () throws(FileFailure) in try lookUpUser(named: name) }
  }

  package func currentUser() async throws(FileFailure) -> OSUser {
    try await blocking { () throws(FileFailure) in try lookUpCurrentUser() }
  }

  package func hostNames() async -> [String] {
    await blocking { () throws(Never) in namesOfThisHost() }
  }

  package func isPortFree(_ port: Int, address: String) async throws(FileFailure) -> Bool {
    try await blocking { () throws(FileFailure) in try canListen(port: port, address: address) }
  }
}

private func readFile(_ path: String, limitBytes: Int) throws(FileFailure) -> [UInt8]? {
  guard try fileExists(path) else { return nil }
  // O_NONBLOCK: opening a FIFO must not wait for its writer.
  let file = try OpenFile(path, O_RDONLY | O_NONBLOCK, as: "read")
  var status = stat()
  try check(fstat(file.descriptor, &status), "read", path)
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw FileFailure("read", path, message: "it is not a regular file")
  }
  let bytes = try readAll(file.descriptor, upTo: min(limitBytes, Int.max - 1) + 1, path)
  guard bytes.count <= limitBytes else {
    throw FileFailure("read", path, code: EFBIG, message: "it is larger than \(limitBytes) bytes")
  }
  return bytes
}

private func fileExists(_ path: String) throws(FileFailure) -> Bool {
  if access(path, F_OK) == 0 { return true }
  guard errno == ENOENT || errno == ENOTDIR else { throw .current("read", path) }
  return false
}

func readAll(_ descriptor: Int32, upTo limit: Int, _ path: String) throws(FileFailure) -> [UInt8] {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: min(limit, 64 * 1024))
  while bytes.count < limit {
    let count = Glibc.read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
    if count == 0 { break }
    if count < 0 {
      guard errno == EINTR else { throw .current("read", path) }
      continue
    }
    bytes.append(contentsOf: buffer.prefix(count))
  }
  return bytes
}

private func resolvedPath(_ path: String) throws(FileFailure) -> String? {
  guard let resolved = realpath(path, nil) else {
    guard errno == ENOENT || errno == ENOTDIR else { throw .current("resolve", path) }
    return nil
  }
  defer { free(resolved) }
  return String(cString: resolved)
}

func fileStatus(of path: String) throws(FileFailure) -> FileStatus? {
  var status = stat()
  guard lstat(path, &status) == 0 else {
    guard errno == ENOENT || errno == ENOTDIR else { throw .current("look at", path) }
    return nil
  }
  return FileStatus(
    kind: kind(of: status.st_mode), ownerUID: status.st_uid, mode: UInt16(status.st_mode & 0o7777),
    sizeBytes: Int(status.st_size), modifiedSeconds: status.st_mtim.tv_sec)
}

private func kind(of mode: mode_t) -> FileStatus.Kind {
  switch mode & S_IFMT {
  case S_IFREG: .regular
  case S_IFDIR: .directory
  case S_IFLNK: .symlink
  default: .other
  }
}

private func namesIn(_ directory: String) throws(FileFailure) -> [String]? {
  guard let stream = opendir(directory) else {
    guard errno == ENOENT else { throw .current("list", directory) }
    return nil
  }
  defer { closedir(stream) }
  var names: [String] = []
  errno = 0
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
    errno = 0
  }
  guard errno == 0 else { throw .current("list", directory) }
  return names.sorted()
}
