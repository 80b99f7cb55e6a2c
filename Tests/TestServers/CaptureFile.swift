import Glibc

/// A file without a name, to stand for a program's input or output.
final class CaptureFile: Sendable {
  let descriptor: Int32

  init(holding text: String = "") throws(TestFailure) {
    var path = Array("/tmp/holdfast-capture-XXXXXX".utf8CString)
    descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw TestFailure("no file in /tmp: errno \(errno)") }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
    fchmod(descriptor, 0o666)  // a program that runs as another user may open /dev/stdout
    var text = text
    let written = text.withUTF8 { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard written == text.utf8.count else { throw TestFailure("cannot write to /tmp: errno \(errno)") }
  }

  deinit {
    close(descriptor)
  }

  /// What the file holds by now. Reading leaves the writer's position alone.
  var text: String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = pread(descriptor, &chunk, chunk.count, off_t(bytes.count)), count > 0 {
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
