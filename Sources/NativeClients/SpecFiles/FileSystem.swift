import Glibc

/// The number that a failed system call left, with its text.
struct SystemError: Error {
  let number: Int32

  static var last: SystemError { SystemError(number: errno) }

  var text: String { String(cString: strerror(number)) }
}

/// What a path leads to, as far as specs care.
enum FileKind: Equatable {
  case file, directory, link
  /// A FIFO, socket or device, by its name.
  case other(String)

  init(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .directory
    case S_IFLNK: self = .link
    case S_IFIFO: self = .other("a named pipe")
    case S_IFSOCK: self = .other("a socket")
    default: self = .other("a device")
    }
  }
}

/// Follows no link.
func kind(of path: String) throws(SystemError) -> FileKind {
  var status = stat()
  guard lstat(path, &status) == 0 else { throw .last }
  return FileKind(mode: status.st_mode)
}

/// The path with every link followed.
func canonicalPath(_ path: String) throws(SystemError) -> String {
  guard let resolved = realpath(path, nil) else { throw .last }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// The names in a directory but `.` and `..`, sorted by their bytes. Names that are no UTF-8 come back
/// repaired.
func names(in directory: String) throws(SystemError) -> [String] {
  guard let stream = opendir(directory) else { throw .last }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
      // d_name ends in a NUL within its 256 bytes.
      field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

enum ReadFailure: Error {
  case system(SystemError)
  case notRegular(String)
  case tooLarge
}

/// Reads a regular file of at most `limit` bytes. Never waits on a FIFO, never follows a link put there in
/// the meantime, and looks at the size before it reads.
func readRegularFile(_ path: String, limit: Int) throws(ReadFailure) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY)
  guard descriptor >= 0 else { throw .system(.last) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw .system(.last) }
  switch FileKind(mode: status.st_mode) {
  case .file: break
  case .directory: throw .notRegular("a directory")
  case .link: throw .notRegular("a symbolic link")
  case .other(let what): throw .notRegular(what)
  }
  guard status.st_size <= limit else { throw .tooLarge }
  let bytes = try readAll(descriptor, expecting: Int(status.st_size), limit: limit)
  guard bytes.count <= limit else { throw .tooLarge }
  return bytes
}

/// Reads to the end, or to one byte past the limit if the file grew.
private func readAll(_ descriptor: Int32, expecting size: Int, limit: Int) throws(ReadFailure) -> [UInt8] {
  var bytes: [UInt8] = []
  var chunk = size + 1
  while bytes.count <= limit {
    var failure: SystemError?
    let before = bytes.count
    let part = [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
      let received = read(descriptor, buffer.baseAddress, chunk)
      if received < 0 { failure = .last }
      count = max(0, received)
    }
    if let failure {
      if failure.number == EINTR { continue }
      throw .system(failure)
    }
    if part.isEmpty { break }
    if before == 0 { bytes = part } else { bytes += part }
    chunk = 65_536
  }
  return bytes
}
