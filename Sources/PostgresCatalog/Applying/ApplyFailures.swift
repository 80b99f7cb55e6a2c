import PlatformKit
import SQL

/// What a failed statement means for the step that it belongs to.
///
/// - Parameter connection: asked, after a wait for a lock that took too long, who may have held it.
func applyFailure(
  _ failure: SQLFailure, leftNothing: Bool, over connection: any SQLConnection
) async -> ApplyFailure {
  var hint = hint(for: failure)
  if failure.sqlState == "55P03", let holders = await openTransactions(over: connection) {
    hint = "transactions that were open here, oldest first: \(holders)"
  }
  return ApplyFailure(
    message: failure.summary, hint: hint ?? failure.hint, leftNothing: leftNothing, isTransient: failure.isTransient)
}

private func hint(for failure: SQLFailure) -> String? {
  if failure.kind == .connectionLost { return "run plan again: it shows whether the change took effect" }
  return switch failure.sqlState {
  case "42501": "the user that applies lacks a right that it had when the plan was made"
  case "2BP01": "something still depends on it; the detail names what"
  case "55006": "somebody is connected to the database"
  case "55P03": "somebody holds a lock; try again, or at a quieter time"
  case "53300": "all connections are taken: free some, or raise max_connections"
  case "25006": "the server is read-only: a standby, or default_transaction_read_only is on"
  case "42704", "3F000", "42P01", "42883": "it was there when the plan was made: plan again"
  case "3D000": "the database is gone: plan again"
  case "58P01": "the extension or library is not installed on the server's host"
  case "54000" where failure.message.hasPrefix("row is too big"):
    "so many roles can't hold privileges directly on one object: grant to a group role, and make them members of it"
  case "0LP01": "the server refuses this grant; the message says why"
  default: failure.hint
  }
}

/// Who may have held the lock. The server forgets whom we waited for when it gives up, so this names the oldest open
/// transactions of the database.
private func openTransactions(over connection: any SQLConnection) async -> String? {
  let rows = try? await connection.query(
    """
    SELECT pid, coalesce(usename::text, '?'), coalesce(application_name, ''), to_char(xact_start, 'HH24:MI:SS')
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
    ORDER BY xact_start, pid LIMIT 3
    """)
  guard let rows, !rows.isEmpty else { return nil }
  return rows.map { row in
    "pid \(row[0] ?? "?") (\(row[1] ?? "?")\(row[2].map { $0.isEmpty ? "" : ", \($0)" } ?? "")) since \(row[3] ?? "?")"
  }.joined(separator: "; ")
}
