import Model
import SQL

/// One thing that an applier does. The plan holds it whole, but for secrets, which it names.
package enum Operation: Hashable, Sendable, Codable {
  case sql(batch: SQLBatch)
  case command(Command)
  case file(FileChange)
  case http(call: HTTPCall)
}

package struct SQLBatch: Hashable, Sendable, Codable {
  package var database: String
  /// In one transaction; otherwise one statement after the other, for what can't run in one.
  package var isTransaction: Bool
  package var lockTimeoutMilliseconds: Int
  package var statementTimeoutMilliseconds: Int
  package var statements: [SQLStatement]

  package init(
    database: String, isTransaction: Bool, lockTimeoutMilliseconds: Int = 5000,
    statementTimeoutMilliseconds: Int = 60_000, statements: [SQLStatement]
  ) {
    (self.database, self.isTransaction, self.statements) = (database, isTransaction, statements)
    (self.lockTimeoutMilliseconds, self.statementTimeoutMilliseconds) = (
      lockTimeoutMilliseconds, statementTimeoutMilliseconds
    )
  }
}

package enum SQLStatement: Hashable, Sendable {
  case text(SQLText)
  /// The verifier is made in the client when the step runs, and is in no log.
  case password(role: String, reference: SecretRef)
}

/// The text by itself, as almost every statement is one; a password is an object.
extension SQLStatement: Codable {
  private struct Password: Codable {
    var role: String
    var reference: SecretRef
  }

  package init(from decoder: any Decoder) throws {
    if let text = try? SQLText(from: decoder) {
      self = .text(text)
    } else {
      let password = try Password(from: decoder)
      self = .password(role: password.role, reference: password.reference)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .text(let text): try text.encode(to: encoder)
    case .password(let role, let reference): try Password(role: role, reference: reference).encode(to: encoder)
    }
  }
}

package struct Command: Hashable, Sendable, Codable {
  package enum Program: String, Hashable, Sendable, Codable {
    case initdb
    case pgCtl = "pg_ctl"
    case postgres
    case pgBackRest = "pgbackrest"
  }

  package var program: Program
  /// The directory of a PostgreSQL program, `nil` for one on the usual path.
  package var binaries: String?
  package var arguments: [String]
  /// Beside PATH, HOME, LANG and TZ, which the applier sets; nothing else is inherited.
  package var environment: [String: String]
  package var runAs: String
  package var workingDirectory: String
  package var timeoutSeconds: Int
  /// An interruption may stop it; it cleans up after itself.
  package var stopsSafely: Bool

  package init(
    program: Program, binaries: String?, arguments: [String], environment: [String: String] = [:], runAs: String,
    workingDirectory: String, timeoutSeconds: Int, stopsSafely: Bool = false
  ) {
    (self.program, self.binaries, self.arguments, self.environment) = (program, binaries, arguments, environment)
    (self.runAs, self.workingDirectory) = (runAs, workingDirectory)
    (self.timeoutSeconds, self.stopsSafely) = (timeoutSeconds, stopsSafely)
  }
}

package enum FileChange: Hashable, Sendable, Codable {
  /// The whole file, by a temporary file, fsync and rename. `mode` is octal text, `0600`.
  case write(path: String, parts: [FilePart], mode: String, owner: String)
  /// Adds the line at the end of the file, unless it is there.
  case lastLine(path: String, line: String, owner: String)
  /// Refuses where `to` exists.
  case move(from: String, to: String)
  case makeDirectory(path: String, mode: String, owner: String)
  /// Only below a directory of Holdfast's own, or a data directory that is ours.
  case removeTree(path: String)
}

package enum FilePart: Hashable, Sendable, Codable {
  case literal(String)
  case secret(reference: SecretRef)
}
