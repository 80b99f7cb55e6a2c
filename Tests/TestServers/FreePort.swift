import Glibc
import Synchronization

/// Ports that no one listens on.
package enum FreePort {
  private static let handedOut = Mutex<Set<UInt16>>([])

  /// A port free on all addresses, below the range of outgoing connections, and not handed out before by this
  /// process. Another process may still take it first.
  package static func next() throws -> Int {
    for _ in 0..<1000 {
      let port = UInt16.random(in: 20_000..<30_000)
      if isFree(port), handedOut.withLock({ $0.insert(port).inserted }) { return Int(port) }
    }
    throw TestFailure("no free port between 20000 and 30000")
  }

  private static func isFree(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
