import Model
import SQL

/// `CREATE ROLE` with what differs from the defaults.
func createRole(_ name: String, _ attributes: RoleAttributes) -> SQLText {
  let defaults = RoleAttributes()
  let fields = RoleAttributes.Field.allCases.filter { attributes.text(of: $0) != defaults.text(of: $0) }
  return .joined(["CREATE ROLE \(identifier: name)"] + fields.map { option($0, attributes) }, separator: " ")
}

/// `nil` where no field is named.
func alterRole(_ name: String, _ attributes: RoleAttributes, _ fields: [RoleAttributes.Field]) -> SQLText? {
  guard !fields.isEmpty else { return nil }
  let ordered = RoleAttributes.Field.allCases.filter(fields.contains)
  return .joined(["ALTER ROLE \(identifier: name)"] + ordered.map { option($0, attributes) }, separator: " ")
}

private func option(_ field: RoleAttributes.Field, _ attributes: RoleAttributes) -> SQLText {
  switch field {
  case .login: attributes.login ? "LOGIN" : "NOLOGIN"
  case .superuser: attributes.superuser ? "SUPERUSER" : "NOSUPERUSER"
  case .createDatabase: attributes.createDatabase ? "CREATEDB" : "NOCREATEDB"
  case .createRole: attributes.createRole ? "CREATEROLE" : "NOCREATEROLE"
  case .inherit: attributes.inherit ? "INHERIT" : "NOINHERIT"
  case .replication: attributes.replication ? "REPLICATION" : "NOREPLICATION"
  case .bypassRowSecurity: attributes.bypassRowSecurity ? "BYPASSRLS" : "NOBYPASSRLS"
  case .connectionLimit: "CONNECTION LIMIT \(number: attributes.connectionLimit ?? -1)"
  case .passwordValidUntil:
    "VALID UNTIL \(literal: attributes.passwordValidUntil.map { "\($0)" } ?? "infinity")"
  }
}

/// Lends a role. From 16 on the edge says whether it is inherited and may be assumed; before, the member does.
///
/// `GRANTED BY` is left out for the user itself: the server then takes the grantor that has the right, for a superuser
/// the bootstrap superuser, and takes the same one when the edge is revoked.
///
/// - Parameter wasAdmin: the edge is there with ADMIN, which a grant without it would leave.
func grantMembership(_ edge: Membership, wasAdmin: Bool, _ context: StatementContext) -> SQLText {
  let grant: SQLText = "GRANT \(identifier: edge.role) TO \(identifier: edge.member)"
  guard context.version.major >= 16 else {
    let by = grantedByBefore16(edge, context)
    if edge.admin { return "\(sql: grant) WITH ADMIN OPTION\(sql: by)" }
    return wasAdmin
      ? "REVOKE ADMIN OPTION FOR \(identifier: edge.role) FROM \(identifier: edge.member)" : "\(sql: grant)\(sql: by)"
  }
  var options: [SQLText] = []
  if edge.admin || wasAdmin { options.append("ADMIN \(sql: truth(edge.admin))") }
  if let inherit = edge.inherit { options.append("INHERIT \(sql: truth(inherit))") }
  if let set = edge.set { options.append("SET \(sql: truth(set))") }
  let with: SQLText = options.isEmpty ? "" : " WITH \(sql: .joined(options, separator: ", "))"
  return "\(sql: grant)\(sql: with)\(sql: grantedBy(edge, context))"
}

func revokeMembership(_ edge: Membership, _ context: StatementContext) -> SQLText {
  "REVOKE \(identifier: edge.role) FROM \(identifier: edge.member)\(sql: grantedBy(edge, context))"
}

/// Only a superuser may name somebody else, and the name may be that of a role that is long gone.
private func grantedByBefore16(_ edge: Membership, _ context: StatementContext) -> SQLText {
  guard edge.grantor != context.user, context.before.capabilities.isSuperuser,
    context.after.roles[edge.grantor] != nil
  else { return "" }
  return " GRANTED BY \(identifier: edge.grantor)"
}

private func truth(_ value: Bool) -> SQLText { value ? "TRUE" : "FALSE" }

private func grantedBy(_ edge: Membership, _ context: StatementContext) -> SQLText {
  context.version.major >= 16 && edge.grantor != context.user ? " GRANTED BY \(identifier: edge.grantor)" : ""
}
