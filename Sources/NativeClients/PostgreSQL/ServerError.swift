import SQL

let scriptSeparator = "\n;\n"

/// An error as the server reported it.
struct ServerError {
  private var sqlState: String?
  private var message: String
  private var detail: String?
  private var hint: String?
  /// Counts characters of the whole message, from 1.
  private var position: Int?

  init(message: String) {
    self.message = message
  }

  init(_ result: borrowing NativeResult) {
    sqlState = result.field(DiagnosticField.sqlState)
    message = result.field(DiagnosticField.message) ?? "the server closed the connection unexpectedly"
    detail = result.field(DiagnosticField.detail)
    hint = result.field(DiagnosticField.hint)
    position = result.field(DiagnosticField.position).flatMap { Int($0) }
  }

  func kind(wasCancelled: Bool) -> SQLFailure.Kind {
    guard sqlState == "57014" else { return .server }
    return !wasCancelled && message.contains("timeout") ? .timedOut : .cancelled
  }

  /// Which statement failed: where the error points to, else the one after those that were completed.
  func statementIndex(in statements: [SQLText], completed: Int) -> Int? {
    guard let position else { return completed < statements.count ? completed : nil }
    var end = 0
    for (index, statement) in statements.enumerated() {
      end += statement.text.unicodeScalars.count + scriptSeparator.unicodeScalars.count
      if position <= end { return index }
    }
    return nil
  }

  func failure(
    _ kind: SQLFailure.Kind, _ endpoint: String, statement: SQLText?, index: Int?
  ) -> SQLFailure {
    SQLFailure(
      kind, sqlState: sqlState, message: message, detail: detail, hint: hint, statement: statement,
      statementIndex: index, endpoint: endpoint)
  }

  /// For a statement that holds a verifier: the server may quote it back.
  func failureWithoutSecrets(_ kind: SQLFailure.Kind, _ endpoint: String) -> SQLFailure {
    let quotes = message.contains("SCRAM-SHA-256$")
    return SQLFailure(
      kind, sqlState: sqlState, message: quotes ? "the password could not be set" : message,
      endpoint: endpoint)
  }
}
