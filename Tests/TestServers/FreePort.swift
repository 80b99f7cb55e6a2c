import Glibc
import Synchronization

/// Ports that no one listens on.
package enum FreePort {
  private static let handedOut = Mutex<Set<UInt16>>([])

  /// A port that no socket of this machine has, below the range of outgoing connections, and not handed out before
  /// by this process. Another process may still take it first.
  ///
  /// Nothing is bound to find out: for a moment the port would be taken, by this process or a child on its way to
  /// `exec`, and a server that was handed it just before would not start.
  package static func next() throws -> Int {
    let taken = try inUse()
    for _ in 0..<1000 {
      let port = UInt16.random(in: 20_000..<30_000)
      if !taken.contains(port), handedOut.withLock({ $0.insert(port).inserted }) { return Int(port) }
    }
    throw TestFailure("no free port between 20000 and 30000")
  }

  /// The local ports of all TCP sockets of this network namespace, from `/proc/net/tcp` and `tcp6` (proc_net_tcp.rst
  /// of the kernel): the second field is `ADDRESS:PORT`, in hexadecimal digits.
  private static func inUse() throws -> Set<UInt16> {
    // Without IPv6 there is no tcp6.
    let table = try ChildProcess.run(["/bin/cat", "/proc/net/tcp", "/proc/net/tcp6"]).stdout
    guard !table.isEmpty else { throw TestFailure("/proc/net/tcp can't be read") }
    let ports = table.split(separator: "\n").compactMap { line -> UInt16? in
      let fields = line.split(separator: " ")
      guard fields.count > 3, let colon = fields[1].lastIndex(of: ":") else { return nil }
      return UInt16(fields[1][colon...].dropFirst(), radix: 16)
    }
    return Set(ports)
  }
}
