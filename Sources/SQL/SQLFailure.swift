/// What went wrong between us and a server.
package struct SQLFailure: Error, Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable {
    /// There was never a session.
    case cannotConnect
    /// The session ended; whether the statement took effect is unknown.
    case connectionLost
    /// The server refused the statement.
    case server
    /// The server answered, and nothing can be made of what it has.
    case unreadable
    /// The task was cancelled, or somebody cancelled the statement.
    case cancelled
    /// The connect, or the statement by a timeout of the server's, took too long.
    case timedOut
  }

  package let kind: Kind
  package let sqlState: String?
  package let message: String
  package let detail: String?
  package let hint: String?
  /// `nil` where there was none, and where it holds a secret.
  package let statement: SQLText?
  /// Which statement of a script failed, where that is known.
  package let statementIndex: Int?
  package let endpoint: String

  package init(
    _ kind: Kind, sqlState: String? = nil, message: String, detail: String? = nil, hint: String? = nil,
    statement: SQLText? = nil, statementIndex: Int? = nil, endpoint: String
  ) {
    self.kind = kind
    self.sqlState = sqlState
    self.message = message
    self.detail = detail
    self.hint = hint
    self.statement = statement
    self.statementIndex = statementIndex
    self.endpoint = endpoint
  }

  /// Whether the same may succeed when tried again. After `connectionLost` find out first what took effect.
  package var isTransient: Bool {
    guard let sqlState else { return isTransientWithoutState }
    return transientStates.contains(sqlState) || sqlState.hasPrefix("08")
      || (sqlState == "XX000" && message.contains("tuple concurrently"))
  }

  private var isTransientWithoutState: Bool {
    switch kind {
    case .connectionLost, .timedOut: true
    case .cannotConnect:
      ["refused", "closed the connection", "reset by peer", "No such file"].contains { message.contains($0) }
    case .server, .unreadable, .cancelled: false
    }
  }
}

/// serialization_failure, deadlock_detected, lock_not_available, too_many_connections, admin_shutdown,
/// crash_shutdown, cannot_connect_now, idle_session_timeout. (57P04, database_dropped, is final.)
private let transientStates: Set<String> = [
  "40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03", "57P05",
]

extension SQLFailure: CustomStringConvertible {
  /// One line without control characters: names in a catalog are anybody's text.
  package var description: String { line(withHint: true) }

  /// The same without the hint, for those who give one of their own or this one beside it.
  package var summary: String { line(withHint: false) }

  private func line(withHint: Bool) -> String {
    var lines = ["\(heading): \(message)\(sqlState.map { " (SQLSTATE \($0))" } ?? "")"]
    if let detail { lines.append("detail: \(detail)") }
    if withHint, let hint { lines.append("hint: \(hint)") }
    if let statement { lines.append("statement: \(shortened(statement.text))") }
    return lines.map(visible).joined(separator: "; ")
  }

  private var heading: String {
    switch kind {
    case .cannotConnect: "cannot connect to \(endpoint)"
    case .connectionLost: "connection lost to \(endpoint)"
    case .server: "\(endpoint) refused a statement"
    case .unreadable: "\(endpoint) can't be compared"
    case .cancelled: "cancelled on \(endpoint)"
    case .timedOut: "timed out on \(endpoint)"
    }
  }
}

private func shortened(_ text: String) -> String {
  let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  return words.count > 200 ? words.prefix(197) + "..." : words
}

private func visible(_ line: String) -> String {
  var result = ""
  for scalar in line.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: result += scalar.escaped(asASCII: true)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
