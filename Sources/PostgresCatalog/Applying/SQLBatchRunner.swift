import Model
import Planner
import PlatformKit
import SQL

/// Runs batches over a connection to the batch's database. Retrying is the caller's.
package struct SQLBatchRunner: Sendable {
  private let secrets: any SecretSource
  /// Whether statement logging can be turned off around passwords; only a superuser may.
  private let protectsPasswords: Bool

  package init(secrets: any SecretSource, protectsPasswords: Bool) {
    (self.secrets, self.protectsPasswords) = (secrets, protectsPasswords)
  }

  /// Does the whole batch or fails.
  ///
  /// - Errors: `leftNothing` is `false` where a statement outside a transaction had already taken effect, and where the
  ///   connection was lost, so that nobody knows.
  package func run(_ batch: SQLBatch, over connection: any SQLConnection) async throws(ApplyFailure) {
    let parts = try await resolve(batch.statements)
    if batch.isTransaction {
      try await runTransaction(parts, batch, over: connection)
    } else {
      try await runOneByOne(parts, batch, over: connection)
    }
  }

  /// Statements that go out as one message, or a password, which is a message of its own.
  private enum Part {
    case texts([SQLText])
    case password(role: String, Secret)
  }

  /// All secrets are had before anything is sent.
  private func resolve(_ statements: [SQLStatement]) async throws(ApplyFailure) -> [Part] {
    var parts: [Part] = []
    var texts: [SQLText] = []
    for statement in statements {
      switch statement {
      case .text(let text): texts.append(text)
      case .password(let role, let reference):
        if !texts.isEmpty { parts.append(.texts(texts)) }
        texts = []
        parts.append(.password(role: role, try await secret(reference)))
      }
    }
    return texts.isEmpty ? parts : parts + [.texts(texts)]
  }

  private func secret(_ reference: SecretRef) async throws(ApplyFailure) -> Secret {
    do throws(SecretFailure) { return try await secrets.resolve(reference) } catch {
      throw ApplyFailure(message: "the secret \(reference) can't be had: \(error.message)", leftNothing: true)
    }
  }

  private func runTransaction(
    _ parts: [Part], _ batch: SQLBatch, over connection: any SQLConnection
  ) async throws(ApplyFailure) {
    var parts = parts
    if case .texts(let texts)? = parts.first {
      parts[0] = .texts(opening(batch) + texts)
    } else {
      parts.insert(.texts(opening(batch)), at: 0)
    }
    if case .texts(let texts)? = parts.last {
      parts[parts.count - 1] = .texts(texts + ["COMMIT"])
    } else {
      parts.append(.texts(["COMMIT"]))
    }
    for (index, part) in parts.enumerated() {
      do throws(SQLFailure) { try await send(part, over: connection) } catch {
        let isOver = error.kind == .connectionLost
        if !isOver { _ = try? await connection.query("ROLLBACK") }
        // Until the message with COMMIT in it is sent, the end of the session is the end of the transaction.
        throw await applyFailure(error, leftNothing: !isOver || index < parts.count - 1, over: connection)
      }
    }
  }

  private func runOneByOne(
    _ parts: [Part], _ batch: SQLBatch, over connection: any SQLConnection
  ) async throws(ApplyFailure) {
    let singles = parts.flatMap { part -> [Part] in
      if case .texts(let texts) = part { texts.map { .texts([$0]) } } else { [part] }
    }
    for (index, part) in ([.texts(timeouts(batch, scope: "SESSION"))] + singles).enumerated() {
      do throws(SQLFailure) { try await send(part, over: connection) } catch {
        throw await applyFailure(
          error, leftNothing: error.kind != .connectionLost && index <= 1, over: connection)
      }
    }
  }

  /// A statement alone in its message is sent by itself: `ALTER SYSTEM` refuses to be one of several.
  private func send(_ part: Part, over connection: any SQLConnection) async throws(SQLFailure) {
    switch part {
    case .texts(let texts) where texts.count == 1: _ = try await connection.query(texts[0])
    case .texts(let texts): _ = try await connection.script(texts)
    case .password(let role, let password):
      try await connection.setPassword(role: role, password: password, protecting: protectsPasswords)
    }
  }

  /// Extensions go to `public` whatever the user's own path says; names in statements of ours carry their schema.
  private func opening(_ batch: SQLBatch) -> [SQLText] {
    ["BEGIN"] + timeouts(batch, scope: "LOCAL") + ["SET LOCAL search_path TO public"]
  }

  private func timeouts(_ batch: SQLBatch, scope: SQLText) -> [SQLText] {
    [
      "SET \(sql: scope) lock_timeout TO \(number: batch.lockTimeoutMilliseconds)",
      "SET \(sql: scope) statement_timeout TO \(number: batch.statementTimeoutMilliseconds)",
    ]
  }
}
