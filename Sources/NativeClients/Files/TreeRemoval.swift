import Glibc
import PlatformKit

/// Removes a path and what is below it, always relative to an open directory and never through a link, so that
/// nobody who may write in the tree can lead the removal out of it.
func removeAll(_ path: String) throws(FileFailure) {
  guard let kind = try fileStatus(of: path)?.kind else { return }
  guard !["/", ".", ".."].contains(path) else {
    throw FileFailure("remove", path, message: "this is never removed")
  }
  guard kind == .directory else {
    try check(unlink(path), "remove", path)
    return
  }
  let root = try OpenFile(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, as: "remove")
  try empty(dup(root.descriptor), path)
  // What a killed run left running may still write there, until it misses its files.
  for _ in 0..<largestNumberOfAttempts {
    if rmdir(path) == 0 || errno == ENOENT { return }
    guard errno == ENOTEMPTY else { throw .current("remove", path) }
    usleep(20_000)
    try empty(dup(root.descriptor), path)
  }
  throw FileFailure("remove", path, code: ENOTEMPTY, message: "something goes on writing there")
}

private let largestNumberOfAttempts = 100

/// - Parameter descriptor: of a directory; closed at the end.
private func empty(_ descriptor: Int32, _ path: String) throws(FileFailure) {
  guard let stream = fdopendir(descriptor) else {
    close(descriptor)
    throw .current("remove", path)
  }
  defer { closedir(stream) }
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { try remove(name, in: descriptor, "\(path)/\(name)") }
  }
}

/// What is gone already is as it should be: a program that a killed run left behind tidies up at the same time.
private func remove(_ name: String, in parent: Int32, _ path: String) throws(FileFailure) {
  if unlinkat(parent, name, 0) == 0 || errno == ENOENT { return }
  guard errno == EISDIR || errno == EPERM else { throw .current("remove", path) }
  let child = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
  if child < 0, errno == ENOENT { return }
  try empty(try check(child, "remove", path), path)
  if unlinkat(parent, name, AT_REMOVEDIR) != 0, errno != ENOENT, errno != ENOTEMPTY {
    throw .current("remove", path)
  }
}
