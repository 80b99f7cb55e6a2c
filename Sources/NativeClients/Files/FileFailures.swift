import Glibc
import PlatformKit
import SystemPackage

extension FileFailure {
  /// The failure that `errno` stands for now.
  static func current(_ operation: String, _ path: String) -> FileFailure {
    with(errno, operation, path)
  }

  static func with(_ code: Int32, _ operation: String, _ path: String) -> FileFailure {
    FileFailure(operation, path, code: code, message: Errno(rawValue: code).description)
  }
}

/// Fails with `errno` where the call returned -1.
@discardableResult
func check(_ result: Int32, _ operation: String, _ path: String) throws(FileFailure) -> Int32 {
  guard result >= 0 else { throw .current(operation, path) }
  return result
}

/// An open file descriptor, closed with the value.
struct OpenFile: ~Copyable {
  let descriptor: Int32

  init(_ path: String, _ flags: Int32, mode: mode_t = 0, as operation: String) throws(FileFailure) {
    descriptor = try check(open(path, flags | O_CLOEXEC, mode), operation, path)
  }

  deinit {
    close(descriptor)
  }
}
