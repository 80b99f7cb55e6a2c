import Glibc
import Model
import NativeClients
import Synchronization

/// The open file of a journal. All calls block.
final class JournalFile: Sendable {
  private let path: String
  private let descriptor: Int32
  private let chain = Mutex(JournalChain())

  /// - Parameter header: the first record of a new journal.
  init(_ directory: String, creating header: JournalRecord) throws(JournalFailure) {
    path = Self.path(in: directory)
    try Self.makeDirectory(directory)
    if access(path, F_OK) != 0 {
      guard errno == ENOENT else { throw .system("open", path) }
      try Self.checkNothingIsLost(directory, path)
      try Self.create(path, in: directory, header)
    }
    descriptor = Glibc.open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system("open", path) }
    try locked(LOCK_SH) { chain throws(JournalFailure) in try readOn(&chain) }
  }

  deinit { close(descriptor) }

  func append(_ kind: JournalRecord.Kind, at now: Timestamp) throws(JournalFailure) {
    try locked(LOCK_EX) { chain throws(JournalFailure) in
      try readOn(&chain)
      if chain.tornBytes > 0 {
        let torn = chain.tornBytes
        guard ftruncate(descriptor, off_t(chain.length)) == 0 else { throw .system("repair", path) }
        try write(.recovered(droppedBytes: torn), at: now, &chain)
      }
      try write(kind, at: now, &chain)
    }
  }

  func history() throws(JournalFailure) -> JournalHistory {
    try locked(LOCK_SH) { chain throws(JournalFailure) in
      try readOn(&chain)
      return JournalHistory(records: chain.records, tornBytes: chain.tornBytes)
    }
  }

  /// Reads without a lock and without writing. What another process is appending looks like a torn end.
  static func history(_ directory: String) throws(JournalFailure) -> JournalHistory? {
    let path = path(in: directory)
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      guard errno == ENOENT || errno == ENOTDIR else { throw .system("open", path) }
      return nil
    }
    defer { close(descriptor) }
    var chain = JournalChain()
    try chain.read(try bytes(of: descriptor, from: 0, path), path: path)
    return JournalHistory(records: chain.records, tornBytes: chain.tornBytes)
  }

  private static func path(in directory: String) -> String { "\(directory)/journal.jsonl" }
}

// MARK: Reading and writing under the lock

extension JournalFile {
  private func locked<Value: Sendable>(
    _ kind: Int32, _ body: (inout JournalChain) throws(JournalFailure) -> Value
  ) throws(JournalFailure) -> Value {
    // The mutex orders the threads of this process, which share one `flock`; the `flock` orders the processes.
    let result: Result<Value, JournalFailure> = chain.withLock { chain in
      while flock(descriptor, kind) != 0 {
        guard errno == EINTR else { return .failure(.system("lock", path)) }
      }
      defer { flock(descriptor, LOCK_UN) }
      do throws(JournalFailure) { return .success(try body(&chain)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// Takes in what this and other processes appended since.
  private func readOn(_ chain: inout JournalChain) throws(JournalFailure) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("look at", path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .damaged(path, "this is not a regular file") }
    if status.st_size == chain.length, chain.length > 0, chain.tornBytes == 0 { return }
    if status.st_size < chain.length || chain.records.isEmpty { chain = JournalChain() }
    try chain.read(try Self.bytes(of: descriptor, from: chain.length, path), path: path)
  }

  private func write(
    _ kind: JournalRecord.Kind, at now: Timestamp, _ chain: inout JournalChain
  ) throws(JournalFailure) {
    let record = JournalRecord(
      sequence: chain.records.count, previous: chain.lastDigest, time: now, kind: kind)
    let line = JournalLine.encode(record).bytes
    do throws(JournalFailure) {
      try Self.writeAll(line, to: descriptor, path)
      guard fsync(descriptor) == 0 else { throw .system("write", path) }
    } catch {
      // What is left of the line would be dropped as torn by the next append anyway.
      ftruncate(descriptor, off_t(chain.length))
      throw error
    }
    try chain.read(line, path: path)
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(JournalFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count >= 0 || errno == EINTR else { throw .system("write", path) }
      rest = rest.dropFirst(max(0, count))
    }
  }

  private static func bytes(of descriptor: Int32, from start: Int, _ path: String) throws(JournalFailure)
    -> [UInt8]
  {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 256 * 1024)
    while true {
      let count = pread(descriptor, &buffer, buffer.count, off_t(start + bytes.count))
      guard count >= 0 || errno == EINTR else { throw .system("read", path) }
      if count == 0 { return bytes }
      bytes += buffer.prefix(max(0, count))
    }
  }
}

// MARK: Making a new one

extension JournalFile {
  private static func makeDirectory(_ directory: String) throws(JournalFailure) {
    var made = ""
    for part in directory.split(separator: "/", omittingEmptySubsequences: false) {
      made += part
      if !made.isEmpty, mkdir(made, 0o700) != 0, errno != EEXIST, errno != EROFS, errno != EACCES {
        throw .system("make the directory", made)
      }
      made += "/"
    }
    var status = stat()
    guard stat(directory, &status) == 0 else { throw .system("make the directory", directory) }
  }

  /// Plans without a journal beside them: it was removed, and a new one would hide that.
  private static func checkNothingIsLost(_ directory: String, _ path: String) throws(JournalFailure) {
    if access("\(directory)/plans", F_OK) == 0 {
      throw .damaged(path, "the journal is gone, but plans of its runs are still there")
    }
  }

  /// By a temporary file and a link, so that an empty journal never has its name and two makers don't overwrite each other.
  private static func create(_ path: String, in directory: String, _ header: JournalRecord)
    throws(JournalFailure)
  {
    let temporary = "\(directory)/.journal-\(hexadecimal(randomBytes(8)))"
    let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system("make", path) }
    defer {
      close(descriptor)
      unlink(temporary)
    }
    try writeAll(JournalLine.encode(header).bytes, to: descriptor, path)
    guard fsync(descriptor) == 0 else { throw .system("make", path) }
    guard link(temporary, path) == 0 || errno == EEXIST else { throw .system("make", path) }
    let parent = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(parent) }
    guard parent >= 0, fsync(parent) == 0 else { throw .system("make", path) }
  }
}

extension JournalFailure {
  fileprivate static func system(_ verb: String, _ path: String) -> JournalFailure {
    let reason = String(cString: strerror(errno))
    return JournalFailure(
      .unusable, "cannot \(verb) the journal \(path): \(reason)",
      hint: "make room or give permission, then apply again")
  }
}
