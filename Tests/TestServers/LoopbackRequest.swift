import Glibc

/// One HTTP request to a server of the tests, over a connection of its own.
struct LoopbackRequest {
  let port: Int
  let method: String
  let path: String
  var body = ""

  func send() throws -> (status: Int, body: String) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    try connect(descriptor)
    // The write side is closed after the request: that ends the connection, and the answer with it.
    try write(
      "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)",
      to: descriptor)
    shutdown(descriptor, Int32(SHUT_WR))
    return try parse(try readAll(descriptor))
  }

  private func connect(_ descriptor: Int32) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let failed = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) != 0
      }
    }
    if failed { throw TestFailure("nobody answers on port \(port): errno \(errno)") }
  }

  private func write(_ text: String, to descriptor: Int32) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard written > 0 else { throw TestFailure("can't send to port \(port): errno \(errno)") }
      rest = rest.dropFirst(written)
    }
  }

  private func readAll(_ descriptor: Int32) throws -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count >= 0 else { throw TestFailure("no answer from port \(port): errno \(errno)") }
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }

  private func parse(_ answer: String) throws -> (status: Int, body: String) {
    guard let border = answer.firstRange(of: "\r\n\r\n"),
      let status = answer.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { throw TestFailure("no HTTP answer from port \(port): \(answer.prefix(200))") }
    return (status, String(answer[border.upperBound...]))
  }
}
