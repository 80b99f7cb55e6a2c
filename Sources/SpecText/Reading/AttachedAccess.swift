import Diagnostics
import Model
import YAML

/// The `Access` documents of an instance put together, and what only shows when they are. Instances that list the same
/// documents share it.
struct AttachedAccess: Sendable {
  private(set) var value = DesiredAccess()
  private(set) var diagnostics: [Diagnostic] = []
  /// Each database that a document names, with the place.
  private(set) var databases: [(name: String, node: Node)] = []
  /// Grants on objects to a role that no document gives USAGE on their schema. Owning the schema would do.
  private(set) var withoutUsage: [MissingUsage] = []
  /// Roles whose password's place depends on the instance.
  private(set) var rolesWithVariables: [String] = []
  private(set) var absentRoles: Set<String> = []
  private(set) var asksForMaintain: [Node] = []
  /// The keys `inherit` and `set` of memberships.
  private(set) var asksForOptions: [Node] = []
  private var rules: [(rule: GrantRule, node: Node)] = []
  private var owners: [Node] = []
  private var bindings: [(binding: SchemaBinding, node: Node)] = []
  private var tables: [ProtectedTable: Node] = [:]
  private var policies: [Node] = []
  private var keys: [String: Pair] = [:]

  init(_ documents: [AccessDocument]) {
    for document in documents { add(document) }
    for (name, role) in value.roles {
      if case .absent = role.state { absentRoles.insert(name) }
      if role.password?.reference?.dependsOnInstance == true { rolesWithVariables.append(name) }
    }
    rolesWithVariables.sort()
    checkNames()
    diagnostics += membershipCycles(in: value.roles, keys)
    let bound = BoundAccess(value, schemas: [:])
    diagnostics += bindingMistakes(bound.mistakes, in: bindings, keys.mapValues(\.key), absentRoles)
    withoutUsage = grantsWithoutUsage(bound.access, nodes: rules)
  }

  private mutating func add(_ document: AccessDocument) {
    databases += document.databases
    value.databases.formUnion(document.databases.map(\.name))
    value.rules += document.rules.map(\.rule)
    rules += document.rules
    value.owners += document.owners.map(\.rule)
    owners += document.owners.map(\.node)
    value.bindings += document.bindings.map(\.binding)
    bindings += document.bindings
    for (wanted, node) in document.rowSecurity { add(wanted, node) }
    if let list = document.superusers {
      value.superusers = SuperuserList(names: list.names.union(value.superusers?.names ?? []))
    }
    value.managedNames += document.managedNames
    for (_, _, pair) in document.roles { asksForOptions += pair.value.membershipOptions }
    asksForMaintain += document.rules.filter { $0.rule.asksForMaintain }.map(\.node)
    for (name, role, pair) in document.roles {
      if let first = keys[name] {
        report(
          .conflict, "the role `\(name)` is declared in two documents of one instance", pair.key,
          "declare it in one of them",
          [.init("the first is here", at: first.key.location)])
      } else {
        (keys[name], value.roles[name]) = (pair, role)
      }
    }
  }

  private mutating func add(_ wanted: DesiredRowSecurity, _ node: Node) {
    value.rowSecurity.append(wanted)
    policies += node["policies"]?.pairs.map(\.value) ?? []
    guard let first = tables.updateValue(node, forKey: wanted.table) else { return }
    report(
      .conflict, "two entries of `policies` are about the table `\(wanted.table.text)`", node, "put them into one",
      [.init("the first is here", at: first.location)])
  }

  private mutating func checkNames() {
    var renamed: [String: Pair] = [:]
    for (name, pair) in keys.sorted(by: { $0.key < $1.key }) {
      for node in (pair.value["member_of"]?.items ?? []) {
        refuseAbsent(node.text == nil ? node["role"] : node, "lends nothing")
      }
      refuseAbsent(pair.value["reassign_to"], "inherits nothing")
      if let old = pair.value["renamed_from"] { checkRenaming(from: old, to: name, &renamed) }
    }
    for (_, node) in rules {
      for grantee in node["to"]?.oneOrMany ?? [] { refuseAbsent(grantee, "is granted nothing") }
      for owner in node["default_privileges_of"]?.oneOrMany ?? [] { refuseAbsent(owner, "makes no objects") }
    }
    for node in owners { refuseAbsent(node["role"], "owns nothing") }
    for policy in policies {
      for role in policy["to"]?.oneOrMany ?? [] { refuseAbsent(role, "is held by no policy") }
    }
  }

  private mutating func checkRenaming(from old: Node, to name: String, _ renamed: inout [String: Pair]) {
    guard let text = old.text else { return }
    if let other = keys[text] {
      report(
        .conflict, "`\(name)` is renamed from `\(text)`, which is declared too", old,
        "take one of the two out",
        [.init("`\(text)` is declared here", at: other.key.location)])
    } else if let other = renamed.updateValue(Pair(key: old, value: old), forKey: text) {
      report(
        .conflict, "two roles are renamed from `\(text)`", old, "keep one `renamed_from`",
        [.init("the first is here", at: other.key.location)])
    }
  }

  private mutating func refuseAbsent(_ node: Node?, _ what: String) {
    guard let node, let name = node.text, absentRoles.contains(name), let key = keys[name]?.key else {
      return
    }
    report(
      .conflict, "`\(name)` is absent and \(what)", node, "take it out, or declare the role present",
      [.init("`\(name)` is declared here", at: key.location)])
  }

  private mutating func report(
    _ code: DiagnosticCode, _ message: String, _ node: Node, _ hint: String,
    _ related: [Diagnostic.Related] = []
  ) {
    diagnostics.append(Diagnostic(code, message: message, at: node.location, hint: hint, related: related))
  }

  /// For one instance: its names put into the places of secrets.
  func value(for variables: SecretVariables) -> DesiredAccess {
    var result = value
    for name in rolesWithVariables {
      var variables = variables
      variables.values[.role] = name
      guard case .kept(let reference) = value.roles[name]?.password else { continue }
      result.roles[name]?.password = .kept(reference.substituting(variables))
    }
    return result
  }

  /// Where a role is declared, for mistakes about it.
  func key(of role: String) -> Node? { keys[role]?.key }
}

extension Node {
  /// Of a role: the keys of its memberships that only newer servers know.
  fileprivate var membershipOptions: [Node] {
    (self["member_of"]?.items ?? []).flatMap { item in ["inherit", "set"].compactMap { item.pair($0)?.key } }
  }
}

extension GrantRule {
  /// By its name; `all` is what the server's version has.
  fileprivate var asksForMaintain: Bool {
    items.contains { if case .some(let set) = $0.privileges { set.contains(.maintain) } else { false } }
  }
}
