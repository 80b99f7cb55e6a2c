import Glibc

/// A directory of its own for one test, removed with it.
final class TemporaryTree: Sendable {
  let root: String

  init() {
    var template = Array("/tmp/holdfast-specs-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { preconditionFailure("no temporary directory") }
    root = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
  }

  deinit { removeTree(root) }

  @discardableResult
  func file(_ name: String, _ text: String) -> String { file(name, Array(text.utf8)) }

  @discardableResult
  func file(_ name: String, _ bytes: [UInt8]) -> String {
    let path = "\(root)/\(name)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    precondition(descriptor >= 0 && write(descriptor, bytes, bytes.count) == bytes.count, path)
    close(descriptor)
    return path
  }

  func directory(_ name: String) { precondition(mkdir("\(root)/\(name)", 0o755) == 0) }
  func link(_ name: String, to target: String) { precondition(symlink(target, "\(root)/\(name)") == 0) }
  func pipe(_ name: String) { precondition(mkfifo("\(root)/\(name)", 0o644) == 0) }

  /// A file of zeros that takes no room.
  func sparse(_ name: String, bytes: Int) {
    file(name, "")
    precondition(truncate("\(root)/\(name)", bytes) == 0)
  }
}

private func removeTree(_ path: String) {
  if unlink(path) == 0 { return }
  guard let stream = opendir(path) else { return }
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { removeTree("\(path)/\(name)") }
  }
  closedir(stream)
  rmdir(path)
}
