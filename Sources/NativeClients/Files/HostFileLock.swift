import Glibc
import PlatformKit
import Synchronization

/// An exclusive `flock`; the kernel gives it back when all processes that have it open have ended, however they end.
final class HostFileLock: FileLock {
  /// The file stays in place: removing it would let two holders lock two files of one name.
  private let descriptor: Mutex<Int32?>
  private let path: String

  /// Takes the lock and writes into it who holds it; `nil` when another does.
  init?(taking path: String) throws(FileFailure) {
    guard let taken = try takeLock(path) else { return nil }
    self.path = path
    do throws(FileFailure) {
      try check(ftruncate(taken, 0), "lock", path)
      try writeAll(Array(try holderText().utf8), to: taken, path)
    } catch {
      close(taken)
      throw error
    }
    descriptor = Mutex(taken)
  }

  deinit {
    letGo()
  }

  /// What was written left the file's offset, which all descriptors share, at its end.
  func share() throws(FileFailure) -> Int32 {
    let copy = descriptor.withLock { held in held.map { fcntl($0, F_DUPFD_CLOEXEC, 0) } }
    guard let copy else { throw FileFailure("share the lock", path, message: "it was given back") }
    return try check(copy, "share the lock", path)
  }

  /// Closes, and never unlocks: that would take the lock from a program that still works.
  func release() async {
    letGo()
  }

  private func letGo() {
    descriptor.withLock {
      if let descriptor = $0 { close(descriptor) }
      $0 = nil
    }
  }
}

/// What a holder wrote into the lock; `nil` where nobody holds it.
///
/// Asks with a shared lock, given back at once: a taker that comes in that instant is refused and says so.
func holderOfLock(_ path: String) throws(FileFailure) -> String? {
  guard try fileStatus(of: path) != nil else { return nil }
  let file = try OpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, as: "look at the lock")
  if flock(file.descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
  guard errno == EWOULDBLOCK else { throw .current("look at the lock", path) }
  let bytes = try readAll(file.descriptor, upTo: 4096, path)
  return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
}

private func takeLock(_ path: String) throws(FileFailure) -> Int32? {
  let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
  try check(descriptor, "lock", path)
  if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
  let code = errno
  close(descriptor)
  guard code == EWOULDBLOCK else { throw .with(code, "lock", path) }
  return nil
}

private func holderText() throws(FileFailure) -> String {
  "process \(getpid()) of \(try lookUpCurrentUser().name) since \(currentTime())\n"
}

/// `2026-11-22T13:40:05Z`.
private func currentTime() -> String {
  var now = time(nil)
  var parts = tm()
  gmtime_r(&now, &parts)
  var text = [UInt8](repeating: 0, count: 32)
  let length = text.withUnsafeMutableBytes {
    strftime($0.assumingMemoryBound(to: CChar.self).baseAddress, $0.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
  }
  return String(decoding: text.prefix(length), as: UTF8.self)
}
