/// A session with a server. Its calls run one after another; a cancelled task cancels its statement on the server.
package protocol SQLConnection: Sendable {
  /// As libpq gives it: 150020 is 15.20.
  var serverVersion: Int { get async }

  /// Whether another transaction can begin: none is open, and the server hasn't been heard to end the session.
  var isUsable: Bool { get async }

  /// Runs one statement; a text that holds several is refused by the server (42601).
  func query(_ statement: SQLText) async throws(SQLFailure) -> SQLRows

  /// Runs the statements as one message, and so as one transaction unless they say otherwise.
  ///
  /// - Shape: one result set a statement, in order.
  /// - Errors: `SQLFailure.statementIndex` names the statement that failed, where that can be known.
  func script(_ statements: [SQLText]) async throws(SQLFailure) -> [SQLRows]

  /// Sets a role's password to a SCRAM verifier made here; the password itself is not sent.
  ///
  /// - Parameter protecting: also turns statement logging and `pg_stat_statements` off for it, in a transaction
  ///   (until its end, when one is open already). Fails with 42501, before the verifier is sent, where the
  ///   session may not do that.
  /// - Errors: never hold the statement or the verifier.
  func setPassword(role: String, password: Secret, protecting: Bool) async throws(SQLFailure)

  /// The server's notices and warnings since the last call.
  func takeNotices() async -> [String]

  /// Ends the session; what is called afterwards fails with `connectionLost`.
  func close() async
}

extension SQLConnection {
  package func takeNotices() async -> [String] { [] }
}

/// Opens sessions.
package protocol SQLConnector: Sendable {
  func connect(to endpoint: SQLEndpoint) async throws(SQLFailure) -> any SQLConnection
}
