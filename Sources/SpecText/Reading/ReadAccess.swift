import Diagnostics
import Model
import YAML

/// One `Access` document with what its own lines say; several are put together by `AttachedAccess`.
struct AccessDocument: Sendable {
  let name: String
  let address: Address
  var databases: [(name: String, node: Node)] = []
  /// In the document's order, each with its key.
  var roles: [(name: String, role: DesiredRole, pair: Pair)] = []
  /// Each with its entry.
  var rules: [(rule: GrantRule, node: Node)] = []
  var rowSecurity: [(wanted: DesiredRowSecurity, node: Node)] = []
  var diagnostics: [Diagnostic] = []

  init(_ document: SpecDocument) {
    name = document.name
    address = Address(["access", document.name])
    let root = document.root
    let mode = root.text("mode").flatMap(AccessMode.init) ?? .authoritative
    databases = (root["databases"]?.items ?? []).compactMap { node in node.text.map { ($0, node) } }
    for pair in root["roles"]?.pairs ?? [] { readRole(pair, mode) }
    var grants = GrantReader(document: self, mode: mode, profiles: root["profiles"]?.pairs ?? [])
    for (number, node) in (root["grants"]?.items ?? []).enumerated() {
      if let rule = grants.read(node, address: address.appending("grant", "\(number + 1)")) {
        rules.append((rule, node))
      }
    }
    diagnostics += grants.diagnostics
    var policies = PolicyReader(document: self, mode: mode)
    for (number, node) in (root["policies"]?.items ?? []).enumerated() {
      if let wanted = policies.read(node, address: address.appending("policies", "\(number + 1)")) {
        rowSecurity.append((wanted, node))
      }
    }
    diagnostics += policies.diagnostics
    diagnostics += missingKeys(in: root, Language.access)
  }

  private mutating func readRole(_ pair: Pair, _ mode: AccessMode) {
    let node = pair.value
    var role = DesiredRole(document: address)
    role.mode = mode
    role.attributes = readAttributes(node)
    role.comment = node.text("comment").map { $0.isEmpty ? nil : $0 }
    role.password = node.secret("password")
    role.settings = node.textMap("settings")
    role.memberOf = (node["member_of"]?.items ?? []).compactMap(readMembership)
    role.expires = node.text("expires").flatMap(Timestamp.init(specText:))
    role.renamedFrom = node.text("renamed_from")
    if node.text("state") == "absent" {
      role.state = .absent(reassignTo: node.text("reassign_to"))
      refuseBesideAbsent(pair)
    } else if let other = node.pair("reassign_to") {
      report(
        .conflict, "`reassign_to` is for an absent role", other.key, "write `state: absent`, or take it out")
    }
    roles.append((pair.name, role, pair))
  }

  private mutating func refuseBesideAbsent(_ role: Pair) {
    for pair in role.value.pairs where pair.name != "state" && pair.name != "reassign_to" {
      report(
        .conflict, "`\(pair.name)` says nothing about the absent role `\(role.name)`", pair.key, "take it out"
      )
    }
    guard let heir = role.value["reassign_to"], heir.text == role.name else { return }
    report(.conflict, "`\(role.name)` can't inherit from itself", heir, "name another role")
  }

  private mutating func report(_ code: DiagnosticCode, _ message: String, _ node: Node, _ hint: String) {
    diagnostics.append(Diagnostic(code, message: message, at: node.location, hint: hint))
  }
}

private func readAttributes(_ node: Node) -> RoleAttributes {
  let standard = RoleAttributes()
  var attributes = standard
  attributes.login = node.flag("login") ?? standard.login
  attributes.superuser = node.flag("superuser") ?? standard.superuser
  attributes.createDatabase = node.flag("create_database") ?? standard.createDatabase
  attributes.createRole = node.flag("create_role") ?? standard.createRole
  attributes.inherit = node.flag("inherit") ?? standard.inherit
  attributes.replication = node.flag("replication") ?? standard.replication
  attributes.bypassRowSecurity = node.flag("bypass_row_security") ?? standard.bypassRowSecurity
  attributes.connectionLimit = node.integer("connection_limit")
  attributes.passwordValidUntil = node.text("valid_until").flatMap(Timestamp.init(specText:))
  return attributes
}

private func readMembership(_ node: Node) -> DesiredMembership? {
  guard let role = node.text ?? node.text("role") else { return nil }
  return DesiredMembership(role: role, admin: node.flag("admin") ?? false)
}
