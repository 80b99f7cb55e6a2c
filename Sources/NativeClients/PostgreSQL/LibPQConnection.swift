import CLibPQ
import SQL

/// A session through libpq: one statement at a time, on a queue of its own.
package actor LibPQConnection: SQLConnection {
  private let executor: ConnectionExecutor
  private let endpoint: String
  private let cancellation: StatementCancellation
  private var native: NativeConnection?

  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(native: NativeConnection, executor: ConnectionExecutor, endpoint: SQLEndpoint) {
    self.native = native
    self.executor = executor
    self.endpoint = endpoint.description
    cancellation = StatementCancellation(native)
  }

  package var serverVersion: Int {
    native.map { Int(PQserverVersion($0.pointer)) } ?? 0
  }

  /// Sends nothing. What the server said last, such as that it stops, comes before the end of the session.
  package var isUsable: Bool {
    guard let native, isIdle else { return false }
    for _ in 0..<2 where PQconsumeInput(native.pointer) == 0 { return false }
    return PQstatus(native.pointer) == CONNECTION_OK
  }

  package func query(_ statement: SQLText) async throws(SQLFailure) -> SQLRows {
    let results = try await run(.one(statement))
    return results.last ?? SQLRows(columns: [], rows: [])
  }

  package func script(_ statements: [SQLText]) async throws(SQLFailure) -> [SQLRows] {
    guard !statements.isEmpty else { return [] }
    return try await run(.many(statements))
  }

  /// Short, and not interrupted: nothing awaits between its messages, so no other call comes between them and
  /// no transaction stays open.
  package func setPassword(role: String, password: Secret, protecting: Bool) async throws(SQLFailure) {
    let verifier = try makeVerifier(role: role, password: password)
    let opensTransaction = protecting && isIdle
    do throws(SQLFailure) {
      if opensTransaction { _ = try send(.one("BEGIN"), interruptible: false) }
      if protecting { _ = try send(.many(unloggedSettings), interruptible: false) }
      _ = try send(
        .secret("ALTER ROLE \(identifier: role) PASSWORD \(literal: verifier)"), interruptible: false)
      if opensTransaction { _ = try send(.one("COMMIT"), interruptible: false) }
    } catch {
      if opensTransaction { _ = try? send(.one("ROLLBACK"), interruptible: false) }
      throw error
    }
  }

  package func takeNotices() -> [String] {
    native?.takeNotices() ?? []
  }

  package func close() {
    native = nil
  }

  /// Makes the server notice within seconds that a client is gone, where it can (14 and later).
  func prepareSession() async {
    guard serverVersion >= 140_000 else { return }
    // Refused on systems that cannot tell; then the statement runs to its end there, as on 13.
    _ = try? await run(.one("SET client_connection_check_interval = '10s'"))
    _ = native?.takeNotices()
  }

  private var isIdle: Bool {
    native.map { PQtransactionStatus($0.pointer) == PQTRANS_IDLE } ?? true
  }
}

/// What keeps a statement out of the server's log and of `pg_stat_statements`, until the transaction ends.
private let unloggedSettings: [SQLText] = [
  "SET LOCAL log_statement = 'none'",
  "SET LOCAL log_min_duration_statement = -1",
  "SET LOCAL log_min_duration_sample = -1",
  "SET LOCAL log_duration = off",
  "SET LOCAL log_transaction_sample_rate = 0",
  "SET LOCAL log_min_error_statement = 'panic'",
  "SET LOCAL pg_stat_statements.track = 'none'",
]

extension LibPQConnection {
  /// What one message carries.
  private enum Message {
    case one(SQLText)
    case many([SQLText])
    case secret(SQLText)

    var text: String {
      switch self {
      case .one(let statement), .secret(let statement): statement.text
      // A line of its own for the separator: a statement may end in a `--` comment.
      case .many(let statements): statements.map(\.text).joined(separator: scriptSeparator)
      }
    }
  }

  private func run(_ message: Message) async throws(SQLFailure) -> [SQLRows] {
    let outcome: Result<[SQLRows], SQLFailure> = await withTaskCancellationHandler {
      do throws(SQLFailure) { return .success(try send(message, interruptible: true)) } catch { return .failure(error) }
    } onCancel: {
      cancellation.request()
    }
    return try outcome.get()
  }

  private func send(_ message: Message, interruptible: Bool) throws(SQLFailure) -> [SQLRows] {
    guard let native else { throw failure(.connectionLost, "the connection is closed") }
    let text = message.text
    guard !text.utf8.contains(0) else { throw failure(.server, "a statement cannot hold a NUL character") }
    cancellation.begin()
    // Asked for before `begin`, the cancellation found nothing running.
    if interruptible, Task.isCancelled { cancellation.request() }
    let sent =
      switch message {
      case .one, .secret: PQsendQueryParams(native.pointer, text, 0, nil, nil, nil, nil, 0)
      case .many: PQsendQuery(native.pointer, text)
      }
    var received = Received()
    if sent == 1 { receive(from: native, into: &received) }
    let wasCancelled = cancellation.end()
    if sent == 0 { throw lost(native) }
    if let error = received.error {
      throw failure(of: error, to: message, native, wasCancelled, completed: received.rows.count)
    }
    return received.rows
  }

  private struct Received {
    var rows: [SQLRows] = []
    var error: ServerError?
  }

  private func receive(from native: NativeConnection, into received: inout Received) {
    while let pointer = PQgetResult(native.pointer) {
      let result = NativeResult(pointer)
      if result.isCopy {
        // No statement of ours copies; the session is of no use in the middle of one.
        received.error = ServerError(message: "COPY is not supported over this connection")
        close()
        return
      }
      if result.isFailure {
        received.error = received.error ?? ServerError(result)
      } else {
        received.rows.append(result.rows)
      }
    }
  }

  private func lost(_ native: NativeConnection) -> SQLFailure {
    failure(.connectionLost, ConnectMessage(native.errorMessage).message)
  }

  private func failure(_ kind: SQLFailure.Kind, _ message: String) -> SQLFailure {
    SQLFailure(kind, message: message, endpoint: endpoint)
  }

  private func failure(
    of error: ServerError, to message: Message, _ native: NativeConnection, _ wasCancelled: Bool,
    completed: Int
  ) -> SQLFailure {
    let isLost = self.native == nil || PQstatus(native.pointer) == CONNECTION_BAD
    let kind = isLost ? .connectionLost : error.kind(wasCancelled: wasCancelled)
    switch message {
    case .one(let statement): return error.failure(kind, endpoint, statement: statement, index: nil)
    case .many(let statements):
      let index = error.statementIndex(in: statements, completed: completed)
      return error.failure(kind, endpoint, statement: index.map { statements[$0] }, index: index)
    case .secret: return error.failureWithoutSecrets(kind, endpoint)
    }
  }
}

extension LibPQConnection {
  private func makeVerifier(role: String, password: Secret) throws(SQLFailure) -> String {
    guard let native else { throw failure(.connectionLost, "the connection is closed") }
    let plain = password.reveal()
    guard !plain.isEmpty, !plain.utf8.contains(0) else {
      throw failure(.server, "the password of role \(role) is empty or holds a NUL character")
    }
    guard let verifier = PQencryptPasswordConn(native.pointer, plain, role, "scram-sha-256") else {
      throw failure(.server, "the verifier of role \(role) could not be made")
    }
    defer { PQfreemem(verifier) }
    return String(cString: verifier)
  }
}
