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
  /// Each with its entry.
  var owners: [(rule: OwnerRule, node: Node)] = []
  /// Each with its entry.
  var bindings: [(binding: SchemaBinding, node: Node)] = []
  var rowSecurity: [(wanted: DesiredRowSecurity, node: Node)] = []
  var managedNames: [ManagedName] = []
  var superusers: SuperuserList?
  var diagnostics: [Diagnostic] = []

  init(_ document: SpecDocument) {
    name = document.name
    address = Address(["access", document.name])
    let root = document.root
    let mode = root.text("mode").flatMap(AccessMode.init) ?? .authoritative
    databases = (root["databases"]?.items ?? []).compactMap { node in node.text.map { ($0, node) } }
    for pair in root["roles"]?.pairs ?? [] { readRole(pair, mode) }
    let context = AccessContext(
      mode: mode, databases: databases.map(\.name), profiles: root["profiles"]?.pairs ?? [])
    var grants = GrantReader(context)
    for (number, node) in (root["grants"]?.items ?? []).enumerated() {
      rules += grants.read(node, address: address.appending("grant", "\(number + 1)")).map { ($0, node) }
    }
    var ownership = OwnerReader(context)
    for (number, node) in (root["owners"]?.items ?? []).enumerated() {
      owners += ownership.read(node, address: address.appending("owner", "\(number + 1)")).map { ($0, node) }
    }
    readBindings(root, context)
    managedNames = root.texts("manages").map { ManagedName(pattern: NamePattern($0), document: address) }
    if root["superusers"] != nil {
      superusers = SuperuserList(names: Set(root.texts("superusers")))
    }
    var policies = PolicyReader(context)
    for (number, node) in (root["policies"]?.items ?? []).enumerated() {
      if let wanted = policies.read(node, address: address.appending("policies", "\(number + 1)")) {
        rowSecurity.append((wanted, node))
      }
    }
    diagnostics += grants.context.diagnostics + ownership.context.diagnostics + policies.context.diagnostics
    diagnostics += missingKeys(in: root, Language.access)
  }

  private mutating func readRole(_ pair: Pair, _ mode: AccessMode) {
    let node = pair.value
    var role = DesiredRole(document: address)
    role.mode = mode
    role.attributes = readAttributes(node)
    role.comment = node.text("comment").map { $0.isEmpty ? nil : $0 }
    role.password = node["password"].flatMap(DesiredPassword.init(node:))
    role.settings = node.textMap("settings")
    for pair in node["settings_in"]?.pairs ?? [] { role.settingsInDatabases[pair.name] = pair.value.textMap }
    role.rotateEvery = node["rotate"]?.text("every").flatMap { TimeSpan($0) }
    if let key = node.pair("rotate")?.key, role.password?.reference == nil {
      report(.conflict, "`rotate` is about the source of a password, and `\(pair.name)` has none", key, "take it out")
    }
    role.memberOf = readMemberships(node)
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

  private mutating func readMemberships(_ role: Node) -> [DesiredMembership] {
    var seen: [String: Node] = [:]
    return (role["member_of"]?.items ?? []).compactMap { node in
      guard let membership = readMembership(node) else { return nil }
      // Of two plain names the list itself tells.
      if let first = seen.updateValue(node, forKey: membership.role), first.text == nil || node.text == nil {
        report(.conflict, "`\(membership.role)` stands in `member_of` twice", node, "take one out")
      }
      return membership
    }
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

extension DesiredPassword {
  init?(node: Node) {
    if node.text == "disabled" {
      self = .disabled
    } else if let reference = SecretRef(reference: node) {
      self = .kept(reference)
    } else {
      return nil
    }
  }
}

private func readMembership(_ node: Node) -> DesiredMembership? {
  guard let role = node.text ?? node.text("role") else { return nil }
  return DesiredMembership(
    role: role, admin: node.flag("admin") ?? false, inherit: node.flag("inherit"), set: node.flag("set"),
    expires: node.text("expires").flatMap(Timestamp.init(specText:)))
}
