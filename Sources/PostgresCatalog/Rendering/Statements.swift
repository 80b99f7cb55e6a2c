import Model
import Planner
import SQL

/// Renders edits in their order; grants that stand next to each other share statements. The same edits always give the
/// same bytes. Edits that are no SQL give nothing.
package func statements(for edits: [Edit], _ context: StatementContext) -> [SQLStatement] {
  var statements: [SQLStatement] = []
  var run = GrantRun()
  var context = context
  for edit in edits {
    defer { context.note(edit) }
    if run.add(edit, context) { continue }
    statements += run.statements.map(SQLStatement.text)
    run = GrantRun()
    if case .setOwner(let group, let owner) = edit {
      statements += ownerStatements(group, to: owner).map(SQLStatement.text)
    } else if !run.add(edit, context) {
      statements += statement(for: edit, context).map { [$0] } ?? []
    }
  }
  return statements + run.statements.map(SQLStatement.text)
}

private func statement(for edit: Edit, _ context: StatementContext) -> SQLStatement? {
  if case .setPassword(let role, let reference) = edit { return .password(role: role, reference: reference) }
  return text(for: edit, context).map(SQLStatement.text)
}

private func text(for edit: Edit, _ context: StatementContext) -> SQLText? {
  switch edit {
  case .createInstance, .startInstance, .stopInstance, .removeInstance, .includeLayer, .restart,
    .configureBackup,
    .createStanza, .takeBackup, .deleteBackup, .copyBackups, .copySnapshot, .deleteSnapshotCopy, .endSharing,
    .setManaged, .renameInstance, .setTag, .addMember,
    .removeMember, .restartMember, .createParameterGroup, .removeParameterGroup:
    nil
  case .setPassword, .setOwner, .grant, .revoke: nil  // Rendered by the callers.
  case .setParameter(let name, let value): alterSystem(name, value)
  case .reload: "SELECT pg_reload_conf()"
  case .createRole(let name, let attributes): createRole(name, attributes)
  case .alterRole(let name, let attributes, let fields): alterRole(name, attributes, fields)
  case .renameRole(let old, let new): "ALTER ROLE \(identifier: old) RENAME TO \(identifier: new)"
  case .dropRole(let name): "DROP ROLE \(identifier: name)"
  case .comment(let role, let text): comment(role, text)
  case .removePassword(let role): "ALTER ROLE \(identifier: role) PASSWORD NULL"
  case .grantMembership(let edge): grantMembership(edge, wasAdmin: context.hasAdmin(edge), context)
  case .revokeMembership(let edge): revokeMembership(edge, context)
  case .setSetting(let scope, let name, let value): setSetting(scope, name, value)
  case .createDatabase(let name, let owner):
    "CREATE DATABASE \(identifier: name)\(sql: clause("OWNER", owner))"
  case .renameDatabase(let old, let new): "ALTER DATABASE \(identifier: old) RENAME TO \(identifier: new)"
  case .setDatabaseOwner(let name, let owner):
    "ALTER DATABASE \(identifier: name) OWNER TO \(identifier: owner)"
  case .createExtension(_, let name): "CREATE EXTENSION \(identifier: name)"
  case .dropExtension(_, let name): "DROP EXTENSION \(identifier: name)"
  case .createSchema(_, let name, let owner):
    "CREATE SCHEMA \(identifier: name)\(sql: clause("AUTHORIZATION", owner))"
  case .dropSchema(_, let name): "DROP SCHEMA \(identifier: name)"
  case .setSchemaOwner(_, let name, let owner):
    "ALTER SCHEMA \(identifier: name) OWNER TO \(identifier: owner)"
  case .grantDefault(_, let list, let grantee, let privileges, let grantable):
    grantDefault(list, grantee, privileges, grantable)
  case .revokeDefault(let database, let list, let grantee, let privileges, let optionOnly):
    isStored(list, in: database, context) ? revokeDefault(list, grantee, privileges, optionOnly) : nil
  case .setRowSecurity, .createPolicy, .alterPolicy, .dropPolicy: rowSecurityStatement(for: edit, context)
  case .reassignOwned(_, let old, let new): "REASSIGN OWNED BY \(identifier: old) TO \(identifier: new)"
  }
}

/// One a statement: the server takes no list of objects here. `ALTER TABLE` is for views and foreign tables too, and
/// `ALTER ROUTINE` for procedures and aggregates.
private func ownerStatements(_ group: ObjectGroup, to owner: String) -> [SQLText] {
  group.names.map { name in
    guard let reference = group.kind.reference(schema: group.schema, name: name) else {
      preconditionFailure("a function is named without its signature")
    }
    return "ALTER \(sql: group.kind.sql) \(sql: reference) OWNER TO \(identifier: owner)"
  }
}

private func comment(_ role: String, _ text: String?) -> SQLText {
  guard let text else { return "COMMENT ON ROLE \(identifier: role) IS NULL" }
  return "COMMENT ON ROLE \(identifier: role) IS \(literal: text)"
}

private func clause(_ keyword: SQLText, _ role: String?) -> SQLText {
  role.map { " \(sql: keyword) \(identifier: $0)" } ?? ""
}

private func grantDefault(
  _ list: DefaultPrivileges, _ grantee: Grantee, _ privileges: PrivilegeSet, _ grantable: Bool
) -> SQLText {
  let what: SQLText = "GRANT \(sql: privileges.sql) ON \(sql: list.kind.pluralSQL) TO \(sql: grantee.sql)"
  return "\(sql: defaults(list)) \(sql: what)\(sql: grantable ? " WITH GRANT OPTION" : "")"
}

private func revokeDefault(
  _ list: DefaultPrivileges, _ grantee: Grantee, _ privileges: PrivilegeSet, _ optionOnly: Bool
) -> SQLText {
  let what: SQLText = "\(sql: privileges.sql) ON \(sql: list.kind.pluralSQL) FROM \(sql: grantee.sql)"
  return "\(sql: defaults(list)) REVOKE \(sql: optionOnly ? "GRANT OPTION FOR " : "")\(sql: what)"
}

private func defaults(_ list: DefaultPrivileges) -> SQLText {
  let schema: SQLText = list.schema.map { " IN SCHEMA \(identifier: $0)" } ?? ""
  return "ALTER DEFAULT PRIVILEGES FOR ROLE \(identifier: list.owner)\(sql: schema)"
}

/// In a schema there is nothing to take but what was given there: a revoke of EXECUTE from everybody would be accepted
/// and do nothing. For the whole database the built-in rights can be taken.
private func isStored(_ list: DefaultPrivileges, in database: String, _ context: StatementContext) -> Bool {
  list.schema == nil || context.before.databases[database]?.defaultPrivileges[list] != nil
}
