import Glibc

/// The directory under /tmp that holds all temporary directories of this test process.
///
/// Its sweeper holds one end of a socket pair whose other end is here only, so it goes to work when this process
/// ends, however that comes.
struct TestProcessDirectory: Sendable {
  let path: String
  private let lifeline: Int32
  private let sweeper: pid_t

  static func shared() throws(TestFailure) -> TestProcessDirectory { try result.get() }

  private static let result = Result { () throws(TestFailure) in try TestProcessDirectory() }

  private init() throws(TestFailure) {
    path = try makeDirectory(in: "/tmp", prefix: "holdfast-tests-")
    var ends: [Int32] = [-1, -1]
    // Not `pipe`: a program started before its end was marked close-on-exec would hold it open.
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw TestFailure("no socket pair: errno \(errno)")
    }
    sweeper = try Sweeper.start(for: path, input: ends[0])
    close(ends[0])
    lifeline = ends[1]
    atexit { try? TestProcessDirectory.shared().sweepAndWait() }
  }

  /// At an orderly end, nothing is left once the process has gone.
  private func sweepAndWait() {
    close(lifeline)
    waitpid(sweeper, nil, 0)
  }
}

/// Makes a new directory that everybody may enter and list.
func makeDirectory(in parent: String, prefix: String) throws(TestFailure) -> String {
  var template = Array("\(parent)/\(prefix)XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil, chmod(template, 0o755) == 0 else {
    throw TestFailure("no directory in \(parent): errno \(errno)")
  }
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
