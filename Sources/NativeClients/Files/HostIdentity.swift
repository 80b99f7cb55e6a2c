import Glibc
import PlatformKit

func lookUpUser(named name: String) throws(FileFailure) -> OSUser? {
  try lookUp("find the user", name) { getpwnam_r(name, $0, $1, $2, $3) }
}

func lookUpCurrentUser() throws(FileFailure) -> OSUser {
  let uid = geteuid()
  let found = try lookUp("find the user", "of id \(uid)") { getpwuid_r(uid, $0, $1, $2, $3) }
  // A container may run under an id that has no name.
  return found ?? OSUser(name: String(uid), uid: uid, gid: getegid(), home: "/")
}

private typealias PasswordEntryCall = (
  UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
  UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
) -> Int32

private func lookUp(
  _ operation: String, _ what: String, _ call: PasswordEntryCall
) throws(FileFailure) -> OSUser? {
  var entry = passwd()
  var found: UnsafeMutablePointer<passwd>?
  // Larger than any entry of a sane host; ERANGE is reported like any other error.
  var buffer = [CChar](repeating: 0, count: 64 * 1024)
  return try buffer.withUnsafeMutableBufferPointer { buffer throws(FileFailure) -> OSUser? in
    guard let base = buffer.baseAddress else { return nil }
    let code = call(&entry, base, buffer.count, &found)
    // POSIX allows these for "there is none".
    guard code == 0 || [ENOENT, ESRCH].contains(code) else { throw .with(code, operation, what) }
    guard found != nil, let name = entry.pw_name, let home = entry.pw_dir else { return nil }
    return OSUser(
      name: String(cString: name), uid: entry.pw_uid, gid: entry.pw_gid, home: String(cString: home))
  }
}

/// The kernel's name of this host, and the resolver's full name where it has another.
func namesOfThisHost() -> [String] {
  var buffer = [CChar](repeating: 0, count: 256)
  guard gethostname(&buffer, 255) == 0 else { return [] }
  let name = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  guard let full = canonicalName(of: name), full != name else { return [name] }
  return [name, full]
}

private func canonicalName(of name: String) -> String? {
  var hints = addrinfo()
  hints.ai_flags = AI_CANONNAME
  var list: UnsafeMutablePointer<addrinfo>?
  guard getaddrinfo(name, nil, &hints, &list) == 0, let list else { return nil }
  defer { freeaddrinfo(list) }
  return list.pointee.ai_canonname.map { String(cString: $0) }
}

/// Whether a server could listen there: tried, and given up at once.
func canListen(port: Int, address: String) throws(FileFailure) -> Bool {
  let what = "\(address):\(port)"
  var hints = addrinfo()
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var list: UnsafeMutablePointer<addrinfo>?
  let code = getaddrinfo(address == "*" ? nil : address, String(port), &hints, &list)
  guard code == 0, let list else {
    throw FileFailure("find the address", what, message: String(cString: gai_strerror(code)))
  }
  defer { freeaddrinfo(list) }
  for candidate in sequence(first: list, next: { $0.pointee.ai_next }) {
    guard try canBind(candidate.pointee, what) else { return false }
  }
  return true
}

private func canBind(_ address: addrinfo, _ what: String) throws(FileFailure) -> Bool {
  let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
  // A family that the kernel lacks cannot be in use.
  guard descriptor >= 0 else { return true }
  defer { close(descriptor) }
  var yes: Int32 = 1
  // As PostgreSQL does: connections in TIME_WAIT are no hindrance.
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
  if bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return true }
  guard errno == EADDRINUSE else { throw .current("listen on", what) }
  return false
}
