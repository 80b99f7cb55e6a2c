import Diagnostics
import Model
import YAML

/// Reads the entries of `policies:`.
struct PolicyReader {
  private(set) var context: AccessContext

  init(_ context: AccessContext) { self.context = context }

  /// What one entry asks; `nil` where too little of it can be read.
  mutating func read(_ node: Node, address: Address) -> DesiredRowSecurity? {
    guard let place = node["table"], let table = table(at: place) else { return nil }
    context.check(database: table.database, at: place["database"] ?? place)
    var wanted = DesiredRowSecurity(table: table, mode: context.mode, address: address)
    wanted.enforcement = node.text("row_security").flatMap(RowSecurity.Enforcement.init)
    if let policies = node["policies"] {
      wanted.policies = Dictionary(
        policies.pairs.map { ($0.name, readPolicy($0)) }, uniquingKeysWith: { first, _ in first })
    }
    if wanted.enforcement == nil, wanted.policies == nil {
      context.report(.missingKey, "the entry says nothing of its table", node, "write `row_security:` or `policies:`")
    }
    return wanted
  }

  private func table(at node: Node) -> ProtectedTable? {
    if let database = node.text("database"), let schema = node.text("schema"), let name = node.text("table") {
      return ProtectedTable(database: database, schema: schema, name: name)
    }
    guard let text = node.text, TextKind.tablePlace.fault(in: text) == nil else { return nil }
    let parts = text.split(separator: ".").map(String.init)
    return ProtectedTable(database: parts[0], schema: parts[1], name: parts[2])
  }

  private mutating func readPolicy(_ pair: Pair) -> Policy {
    let node = pair.value
    let command = node.text("command").flatMap(Policy.Command.init) ?? .all
    refuseExpressions(of: node, for: command)
    let policy = Policy(
      isPermissive: node.flag("permissive") ?? true, command: command, roles: grantees(of: node),
      using: node.text("using"), check: node.text("check"))
    if policy.using == nil, policy.check == nil {
      context.report(
        .missingKey, "the policy `\(pair.name)` has no expression", pair.key,
        command == .insert ? "write `check:`" : "write `using:`")
    }
    return policy
  }

  /// What the server refuses: rows that are inserted weren't there before, and rows that are read or deleted aren't written.
  private mutating func refuseExpressions(of node: Node, for command: Policy.Command) {
    switch command {
    case .insert:
      guard let pair = node.pair("using") else { return }
      context.report(.conflict, "`using` says nothing about rows that are inserted", pair.key, "write `check:`")
    case .select, .delete:
      guard let pair = node.pair("check") else { return }
      context.report(
        .conflict, "`check` is about rows that are written, and `\(command.rawValue)` writes none", pair.key,
        "write `using:`")
    case .all, .update: return
    }
  }

  private mutating func grantees(of node: Node) -> [Grantee] {
    guard let to = node["to"] else { return [.everybody] }
    if to.oneOrMany.isEmpty { context.report(.missingKey, "`to` names nobody", to, "for everybody write `PUBLIC`") }
    let named = to.grantees { context.report($0) }
    guard let everybody = named.first(where: { $0.grantee == .everybody }) else {
      return named.isEmpty ? [.everybody] : named.map(\.grantee)
    }
    if named.count > 1 {
      context.report(
        .conflict, "`PUBLIC` is everybody, the other roles too", everybody.node, "take it out, or the other roles")
    }
    return [.everybody]
  }
}
