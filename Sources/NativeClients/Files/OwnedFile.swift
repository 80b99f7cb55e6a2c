import CLinux
import Glibc
import PlatformKit

/// Reads a file that lies where `owner` may write, with no more rights than `owner` has.
///
/// Who owns a directory may put a link to `/root/secret` there under any name, and root would follow it and show what it
/// says. Links above the file are followed by the kernel with the owner's rights; one in its own place is refused.
func readOwnedFile(_ path: String, limitBytes: Int, owner: OSUser) throws(FileFailure) -> [UInt8]? {
  guard let file = try openAs(owner, path) else { return nil }
  try checkOwner(of: file.descriptor, owner, path)
  let bytes = try readAll(file.descriptor, upTo: min(limitBytes, Int.max - 1) + 1, path)
  guard bytes.count <= limitBytes else {
    throw FileFailure("read", path, code: EFBIG, message: "it is larger than \(limitBytes) bytes")
  }
  return bytes
}

/// Does the work with the file rights of another user, where one is given and this process is root; else with its own.
///
/// - Source: setfsuid(2): the rights are this thread's alone, and they go and come with root's capabilities over files.
func withFileRights<Value: ~Copyable, Failure: Error>(
  of user: OSUser?, _ work: () throws(Failure) -> Value
) throws(Failure) -> Value {
  guard geteuid() == 0, let user, user.uid != 0 else { return try work() }
  let group = setfsgid(user.gid)
  let me = setfsuid(user.uid)
  defer {
    _ = setfsuid(UInt32(bitPattern: me))
    _ = setfsgid(UInt32(bitPattern: group))
  }
  return try work()
}

private func openAs(_ owner: OSUser, _ path: String) throws(FileFailure) -> OpenFile? {
  do throws(FileFailure) {
    // O_NONBLOCK: opening a FIFO must not wait for its writer.
    return try withFileRights(of: owner) { () throws(FileFailure) in
      try OpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, as: "read")
    }
  } catch {
    switch error.code {
    case ENOENT, ENOTDIR: return nil
    case ELOOP: throw FileFailure("read", path, code: ELOOP, message: "it is a symbolic link")
    case EACCES:
      throw FileFailure("read", path, code: EACCES, message: "`\(owner.name)` may not read it")
    default: throw error
    }
  }
}

private func checkOwner(of descriptor: Int32, _ owner: OSUser, _ path: String) throws(FileFailure) {
  var status = stat()
  try check(fstat(descriptor, &status), "read", path)
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw FileFailure("read", path, message: "it is not a regular file")
  }
  if status.st_uid == owner.uid { return }
  // A second name of a file of root's is a link too. Root's own groups may have opened what `owner` can't.
  let isPublic = status.st_mode & 0o004 != 0 || (status.st_gid == owner.gid && status.st_mode & 0o040 != 0)
  guard status.st_uid == 0, status.st_nlink == 1, isPublic else {
    throw FileFailure(
      "read", path, message: "it belongs to user \(status.st_uid) and not to `\(owner.name)`")
  }
}
