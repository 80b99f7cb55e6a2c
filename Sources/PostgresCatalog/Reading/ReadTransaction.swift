import SQL

/// Runs reading statements as one message in one snapshot, so that what they show belongs together.
///
/// - Shape: one result set a statement, the brackets around them left out.
/// - Errors: `SQLFailure`; the connection is then of no more use.
func readTransaction(
  over connection: any SQLConnection, _ statements: [SQLText]
) async throws(SQLFailure) -> [SQLRows] {
  let results = try await connection.script(opening + statements + ["COMMIT"])
  return Array(results.dropFirst(opening.count).dropLast())
}

/// With only `pg_catalog` in the path every other type is shown with its schema, and strings are shown as the standard
/// has them. The timeouts bound a plan, which
/// waits for nobody: what it reads takes no lock that a table's users would notice.
private let opening: [SQLText] = [
  "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
  "SET LOCAL search_path TO pg_catalog",
  "SET LOCAL quote_all_identifiers TO off",
  "SET LOCAL standard_conforming_strings TO on",
  "SET LOCAL statement_timeout TO '60s'",
  "SET LOCAL lock_timeout TO '5s'",
]

/// How many statements come before the first one of the caller's, in what a failure counts.
let readOpeningCount = opening.count
