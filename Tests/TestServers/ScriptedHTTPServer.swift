@preconcurrency import Glibc
import Synchronization

/// A server on loopback that says byte for byte what a script tells it to: answers that no orderly server gives.
///
/// Each connection follows a script of its own, in the order in which they are accepted; further ones follow the last.
/// It ends with the last reference to it.
package final class ScriptedHTTPServer: Sendable {
  package enum Move: Sendable {
    /// Reads a request to the end of its body and keeps it.
    case receive
    case send([UInt8])
    /// The same bytes so many times over.
    case sendTimes(Int, [UInt8])
    case dribble([UInt8], everyMilliseconds: Int)
    case pause(milliseconds: Int)
    /// Says nothing more until the client goes.
    case hold
    /// Ends the connection with a reset instead of an orderly end.
    case reset

    package static func text(_ text: String) -> Move { .send(Array(text.utf8)) }

    /// A whole answer with its length.
    package static func answer(_ status: String, headers: [String] = [], body: String = "") -> Move {
      let lines = ["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.utf8.count)", "", body]
      return .text(lines.joined(separator: "\r\n"))
    }
  }

  package struct Received: Sendable {
    /// From 0, in the order in which they were accepted.
    package var connection: Int
    /// The request line and the headers, as they came.
    package var head: String
    package var body: [UInt8]
  }

  package let port: Int
  private let listener: Int32
  private let log = Log()

  package init(_ scripts: [[Move]]) throws {
    precondition(!scripts.isEmpty)
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    port = try listenOnLoopback(listener)
    let (listener, log) = (listener, log)
    try inThread {
      var count = 0
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { break }
        let (number, script) = (count, scripts[min(count, scripts.count - 1)])
        count += 1
        log.note(connection: connection)
        try? inThread { ScriptedConnection(connection, number, log).follow(script) }
      }
      close(listener)
    }
  }

  /// One script for all connections.
  package convenience init(_ moves: Move...) throws { try self.init([moves]) }

  deinit {
    // Wakes whoever is waiting in `accept` or `recv`; each closes its own descriptor.
    shutdown(listener, Int32(SHUT_RDWR))
    log.shutDown()
  }

  package var received: [Received] { log.state.withLock { $0.received } }

  /// How many connections were accepted.
  package var connections: Int { log.state.withLock { $0.accepted } }

  /// How many connections were open at the same time at most.
  package var mostConnections: Int { log.state.withLock { $0.mostOpen } }
}

private final class Log: Sendable {
  struct State {
    var received: [ScriptedHTTPServer.Received] = []
    var open: Set<Int32> = []
    var accepted = 0
    var mostOpen = 0
  }

  let state = Mutex(State())

  func note(connection: Int32) {
    state.withLock { state in
      state.accepted += 1
      state.open.insert(connection)
      state.mostOpen = max(state.mostOpen, state.open.count)
    }
  }

  /// Closed under the lock, so that `shutDown` never meets a descriptor that is somebody else's by then.
  func end(_ connection: Int32) {
    state.withLock { state in
      state.open.remove(connection)
      _ = close(connection)
    }
  }

  func shutDown() {
    state.withLock { state in
      for connection in state.open { shutdown(connection, Int32(SHUT_RDWR)) }
    }
  }
}

/// One connection, on a thread of its own.
private struct ScriptedConnection {
  private let descriptor: Int32
  private let number: Int
  private let log: Log

  init(_ descriptor: Int32, _ number: Int, _ log: Log) {
    (self.descriptor, self.number, self.log) = (descriptor, number, log)
  }

  func follow(_ script: [ScriptedHTTPServer.Move]) {
    defer { log.end(descriptor) }
    for move in script where !perform(move) { return }
    // The client reads all of the answer before the end, whatever of the request was left unread.
    shutdown(descriptor, Int32(SHUT_WR))
    drain()
  }

  /// - Returns: `false` where the connection is over.
  private func perform(_ move: ScriptedHTTPServer.Move) -> Bool {
    switch move {
    case .receive: return receive()
    case .send(let bytes): return write(bytes)
    case .sendTimes(let count, let bytes): return (0..<count).allSatisfy { _ in write(bytes) }
    case .dribble(let bytes, let milliseconds):
      return bytes.allSatisfy { byte in
        usleep(UInt32(milliseconds * 1000))
        return write([byte])
      }
    case .pause(let milliseconds):
      usleep(UInt32(milliseconds * 1000))
      return true
    case .hold:
      drain()
      return false
    case .reset:
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
      return false
    }
  }

  private func receive() -> Bool {
    var bytes: [UInt8] = []
    while true {
      if let end = endOfHead(bytes) {
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        let length = contentLength(head)
        if bytes.count >= end + length {
          let body = Array(bytes[end..<(end + length)])
          log.state.withLock { $0.received.append(.init(connection: number, head: head, body: body)) }
          return true
        }
      }
      guard let more = read() else { return false }
      bytes += more
    }
  }

  private func endOfHead(_ bytes: [UInt8]) -> Int? {
    let mark = Array("\r\n\r\n".utf8)
    guard bytes.count >= mark.count else { return nil }
    return (0...(bytes.count - mark.count)).first { bytes[$0..<($0 + mark.count)].elementsEqual(mark) }
      .map { $0 + mark.count }
  }

  private func contentLength(_ head: String) -> Int {
    let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
    return line.flatMap { Int($0.dropFirst("content-length:".count).drop { $0 == " " }) } ?? 0
  }

  private func read() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  private func drain() {
    while read() != nil {}
  }

  private func write(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}

/// On a port that the kernel chooses.
private func listenOnLoopback(_ descriptor: Int32) throws(TestFailure) -> Int {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isListening = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, size) == 0 && listen(descriptor, 64) == 0 && getsockname(descriptor, $0, &size) == 0
    }
  }
  guard isListening else { throw TestFailure("cannot listen on loopback: errno \(errno)") }
  return Int(UInt16(bigEndian: address.sin_port))
}

private final class ThreadBody {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Blocks as it likes: not one of the few threads that tests share.
private func inThread(_ body: @escaping @Sendable () -> Void) throws(TestFailure) {
  var thread = pthread_t()
  let context = Unmanaged.passRetained(ThreadBody(body))
  let failure = pthread_create(
    &thread, nil,
    { context in
      if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
      return nil
    }, context.toOpaque())
  guard failure == 0 else {
    context.release()
    throw TestFailure("no thread: errno \(failure)")
  }
  pthread_detach(thread)
}
