import SQL

/// What libpq says of a failed connect, taken apart.
///
/// libpq has no SQLSTATE for it, but prints it when it is verbose:
/// `connection to server at "h" (a), port p failed: FATAL:  28P01: password authentication failed`.
struct ConnectMessage {
  private(set) var sqlState: String?
  private(set) var message: String
  private(set) var detail: String?
  private(set) var hint: String?

  init(_ text: String) {
    var lines = text.split(separator: "\n").map { $0.drop(while: \.isWhitespace) }
    // Each address and each TLS mode that was tried has a line of its own; the last one decided.
    let last = lines.lastIndex { $0.hasPrefix("connection to server") } ?? 0
    lines.removeFirst(min(last, lines.count))
    message = String(lines.first ?? "no reason given")
    if let end = message.firstRange(of: " failed: ") { message = String(message[end.upperBound...]) }
    takeState()
    for line in lines.dropFirst() { take(line) }
    if hint == nil { hint = advice }
  }

  private mutating func takeState() {
    for mark in message.ranges(of: ":  ") {
      let rest = message[mark.upperBound...]
      let state = rest.prefix(5)
      guard state.utf8.count == 5, state.utf8.allSatisfy(isStateByte), rest.dropFirst(5).hasPrefix(": ")
      else { continue }
      sqlState = String(state)
      message = String(rest.dropFirst(7))
      return
    }
  }

  private mutating func take(_ line: Substring) {
    if line.hasPrefix("DETAIL:  ") {
      detail = String(line.dropFirst(9))
    } else if line.hasPrefix("HINT:  ") {
      hint = String(line.dropFirst(7))
    }
  }

  private var advice: String? {
    switch sqlState {
    case "28P01": "check the password, and that it is the password of this user"
    case "28000": "check pg_hba.conf for this user, database, address and TLS mode"
    case "3D000": "check the database's name"
    case "53300": "all connections are taken: free some, or raise max_connections"
    case "57P03": "the server is starting, stopping or recovering: try again shortly"
    case nil: adviceWithoutState
    default: nil
    }
  }

  private var adviceWithoutState: String? {
    if message.contains("refused") || message.contains("No such file") {
      return "is the server running there, and is the port right?"
    }
    if message.contains("no password supplied") {
      return "the server asks for a password and none is configured"
    }
    if message.contains("translate host name") { return "check the host's name and the resolver" }
    if message.contains("does not support SSL") { return "the server has TLS off, and `tls:` asks for it" }
    if message.contains("SSL") || message.contains("certificate") {
      return "check `tls:` and `ca:` against the server's certificate"
    }
    return nil
  }
}

private func isStateByte(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
}
