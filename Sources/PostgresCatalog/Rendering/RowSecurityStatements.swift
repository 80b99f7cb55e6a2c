import Model
import SQL

/// The statement of one change of row security.
func rowSecurityStatement(for edit: Edit, _ context: StatementContext) -> SQLText? {
  switch edit {
  case .setRowSecurity(let table, let enforcement): alterTable(table, enforcement, context)
  case .createPolicy(let table, let name, let policy):
    .joined(
      [
        "CREATE POLICY \(identifier: name) ON \(sql: table.sql)",
        policy.isPermissive ? nil : "AS RESTRICTIVE",
        policy.command == .all ? nil : "FOR \(sql: policy.command.sql)",
        "TO \(sql: grantees(policy.roles))",
        policy.using.map { "USING (\(expression: checked($0)))" },
        policy.check.map { "WITH CHECK (\(expression: checked($0)))" },
      ].compactMap { $0 }, separator: " ")
  case .alterPolicy(let table, let name, let policy, let fields):
    .joined(
      ["ALTER POLICY \(identifier: name) ON \(sql: table.sql)"] + fields.compactMap { clause($0, policy) },
      separator: " ")
  case .dropPolicy(let table, let name): "DROP POLICY \(identifier: name) ON \(sql: table.sql)"
  default: nil  // All others are rendered by the caller.
  }
}

/// Only what differs; `nil` where nothing does.
private func alterTable(
  _ table: ProtectedTable, _ enforcement: RowSecurity.Enforcement, _ context: StatementContext
) -> SQLText? {
  let old = context.before.rowSecurity(of: table)?.enforcement
  var actions: [SQLText] = []
  if old?.isEnabled != enforcement.isEnabled {
    actions.append(enforcement.isEnabled ? "ENABLE ROW LEVEL SECURITY" : "DISABLE ROW LEVEL SECURITY")
  }
  if old?.isForced != enforcement.isForced {
    actions.append(enforcement.isForced ? "FORCE ROW LEVEL SECURITY" : "NO FORCE ROW LEVEL SECURITY")
  }
  return actions.isEmpty ? nil : "ALTER TABLE \(sql: table.sql) \(sql: .joined(actions, separator: ", "))"
}

/// `ALTER POLICY` has no clause for the rest: who asks for that makes the policy anew.
private func clause(_ field: Policy.Field, _ policy: Policy) -> SQLText? {
  switch field {
  case .permissive, .command: nil
  case .roles: "TO \(sql: grantees(policy.roles))"
  case .using: policy.using.map { "USING (\(expression: checked($0)))" }
  case .check: policy.check.map { "WITH CHECK (\(expression: checked($0)))" }
  }
}

private func grantees(_ roles: [Grantee]) -> SQLText { .joined(roles.map(\.sql), separator: ", ") }

private func checked(_ text: String) -> SQLExpression {
  // Expressions of specs are checked when they are read, those of the server when it is observed.
  guard let expression = SQLExpression(text) else { preconditionFailure("an expression that nobody checked") }
  return expression
}

extension ProtectedTable {
  fileprivate var sql: SQLText { "\(qualified: [table.schema, table.name])" }
}

extension Policy.Command {
  fileprivate var sql: SQLText {
    switch self {
    case .all: "ALL"
    case .select: "SELECT"
    case .insert: "INSERT"
    case .update: "UPDATE"
    case .delete: "DELETE"
    }
  }
}
