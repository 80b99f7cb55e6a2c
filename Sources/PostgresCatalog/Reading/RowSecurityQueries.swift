import Model
import SQL

/// Row security of one database: of the tables that have it or have policies, and of those that the specs name.
enum RowSecurityQueries {
  /// - Shape: the order of the results is that of `RowSecurityRows`.
  static func all(named: [TableName]) -> [SQLText] { [tables(named: named), policies] }

  private static func tables(named: [TableName]) -> SQLText {
    """
    SELECT n.nspname::text, c.relname::text, c.relrowsecurity, c.relforcerowsecurity
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND (c.relrowsecurity OR c.relforcerowsecurity OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
        OR \(sql: isOne(of: named)))
    """
  }

  private static func isOne(of named: [TableName]) -> SQLText {
    guard !named.isEmpty else { return "false" }
    let pairs: [SQLText] = named.sorted().map { "(\(literal: $0.schema), \(literal: $0.name))" }
    return "(n.nspname, c.relname) IN (\(sql: .joined(pairs, separator: ", ")))"
  }

  /// An oid of 0 among the roles stands for everybody, and then it is the only one.
  private static let policies: SQLText = """
    SELECT n.nspname::text, c.relname::text, p.polname::text, p.polpermissive, p.polcmd::text,
      CASE WHEN 0 = ANY (p.polroles) THEN NULL
        ELSE ARRAY(SELECT pg_get_userbyid(r)::text FROM unnest(p.polroles) AS r)::text END,
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    """
}

/// What `RowSecurityQueries.all` gave.
struct RowSecurityRows {
  private let results: [SQLRows]

  /// - Parameter results: those of one reading from these on.
  init(_ results: ArraySlice<SQLRows>) { self.results = Array(results) }

  func tables() throws(SQLFailure) -> [TableName: RowSecurity] {
    var tables: [TableName: RowSecurity] = [:]
    for row in results[0] {
      tables[TableName(schema: row[0] ?? "", name: row[1] ?? "")] = RowSecurity(
        enforcement: .init(isEnabled: row[2] == "t", isForced: row[3] == "t"))
    }
    for row in results[1] {
      tables[TableName(schema: row[0] ?? "", name: row[1] ?? "")]?.policies[row[2] ?? ""] = try policy(row)
    }
    return tables
  }

  private func policy(_ row: SQLRow) throws(SQLFailure) -> Policy {
    let commands: [String: Policy.Command] = [
      "*": .all, "r": .select, "a": .insert, "w": .update, "d": .delete,
    ]
    guard let command = commands[row[4] ?? ""] else { throw unreadable(row, "its command is `\(row[4] ?? "")`") }
    let (using, check) = (row[6].map(SQLExpression.unambiguous), row[7].map(SQLExpression.unambiguous))
    for text in [using, check].compactMap({ $0 }) {
      if let fault = SQLExpression.fault(in: text) { throw unreadable(row, "its expression \(fault)") }
    }
    let roles = row[5].flatMap(arrayElements)?.map(Grantee.role)
    return Policy(
      isPermissive: row[3] == "t", command: command, roles: roles ?? [.everybody], using: using, check: check)
  }

  private func unreadable(_ row: SQLRow, _ why: String) -> SQLFailure {
    let table = "\(row[0] ?? "").\(row[1] ?? "")"
    return SQLFailure(
      .server, message: "the policy \(row[2] ?? "") on \(table) can't be read: \(why)", endpoint: "the database")
  }
}
