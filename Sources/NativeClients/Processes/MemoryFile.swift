import CLinux
import Glibc
import SystemPackage

/// An open file in memory, positioned at its start: a standard input that nobody has to feed.
///
/// A pipe would need a writer beside the child, and a child that does not read it would cost us a SIGPIPE.
func memoryFile(holding bytes: [UInt8]) throws(Errno) -> FileDescriptor {
  let descriptor = memfd_create("holdfast-stdin", UInt32(holdfast_memfd_cloexec))
  guard descriptor >= 0 else { throw Errno(rawValue: errno) }
  let file = FileDescriptor(rawValue: descriptor)
  do {
    try file.writeAll(bytes)
    try file.seek(offset: 0, from: .start)
    return file
  } catch {
    try? file.close()
    throw error as? Errno ?? .ioError
  }
}
