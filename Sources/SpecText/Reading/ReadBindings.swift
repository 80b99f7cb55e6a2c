import Diagnostics
import Model
import YAML

extension AccessDocument {
  /// Reads the entries of `bindings:`. The databases of the document have been read.
  mutating func readBindings(_ root: Node, _ known: AccessContext) {
    var context = known
    for (number, node) in (root["bindings"]?.items ?? []).enumerated() {
      guard let role = node["role"], let name = role.text, let profile = context.profile(of: node) else { continue }
      checkVariables(in: [role] + (node["default_privileges_of"]?.oneOrMany ?? []))
      let places = (node["in"]?.oneOrMany ?? []).compactMap { context.place($0) }.map {
        SchemaBinding.Place(database: $0.database, schema: NamePattern($0.schema))
      }
      if places.count > 1 || places.contains(where: { $0.schema.exact == nil }), !name.contains("{schema}") {
        refuse(.conflict, "`role` names one role, and `in` several schemas", role, "put `{schema}` into it")
      }
      let binding = SchemaBinding(
        places: places, role: name, members: node.texts("members"), items: profileItems(profile),
        defaultPrivilegesOf: node.texts("default_privileges_of"), mode: context.mode, document: address,
        address: address.appending("binding", "\(number + 1)"))
      checkDefaults(of: node, binding)
      bindings.append((binding, node))
    }
    diagnostics += context.diagnostics
  }

  /// A misspelt variable would become part of a name.
  private mutating func checkVariables(in nodes: [Node]) {
    for node in nodes {
      let left = SchemaBinding.fill(node.text ?? "", database: "", schema: "")
      guard left.contains("{") || left.contains("}") else { continue }
      refuse(
        .invalidValue, "`\(node.text ?? "")` holds a brace that belongs to no variable", node,
        "there are `{schema}` and `{database}`")
    }
  }

  private mutating func checkDefaults(of node: Node, _ binding: SchemaBinding) {
    guard let key = node.pair("default_privileges_of")?.key else { return }
    guard !binding.items.contains(where: \.hasDefaults) else { return }
    refuse(
      .conflict, "`default_privileges_of` is about objects in the schema, and the profile gives nothing on them", key,
      "take it out")
  }

  private mutating func refuse(_ code: DiagnosticCode, _ message: String, _ node: Node, _ hint: String) {
    diagnostics.append(Diagnostic(code, message: message, at: node.location, hint: hint))
  }
}

/// What a profile gives, said of all schemas.
private func profileItems(_ profile: Node) -> [GrantItem] {
  let onDatabase = profile["database"].map { [GrantItem(selector: .database, privileges: $0.privileges)] } ?? []
  return onDatabase + grantItems(of: profile, in: NamePattern("*"))
}

/// What only shows when the documents of an instance are put together: names that collide, and members that no document
/// declares, whose memberships would be nobody's to judge.
func bindingMistakes(
  _ made: [BoundAccess.Mistake], in bindings: [(binding: SchemaBinding, node: Node)], _ keys: [String: Node],
  _ absent: Set<String>
) -> [Diagnostic] {
  let nodes = Dictionary(bindings.map { ($0.binding.address, $0.node) }, uniquingKeysWith: { first, _ in first })
  let collisions = made.map { mistake -> Diagnostic in
    let role = mistake.other?.segments.last.flatMap { keys[$0] }
    let other = mistake.other.flatMap { nodes[$0] ?? role }
    return Diagnostic(
      .conflict, message: mistake.message, at: nodes[mistake.address].map { ($0["role"] ?? $0).location },
      hint: mistake.hint, related: other.map { [.init("the other is here", at: $0.location)] } ?? [])
  }
  let names = keys.keys.sorted()
  var suggestions = Suggestions()
  return collisions
    + bindings.flatMap { unknownMembers(of: $0.node, keys, absent) { suggestions.closest($0, in: names) } }
}

private func unknownMembers(
  of binding: Node, _ keys: [String: Node], _ absent: Set<String>, suggesting: (String) -> String?
) -> [Diagnostic] {
  (binding["members"]?.oneOrMany ?? []).compactMap { node in
    guard let name = node.text else { return nil }
    if absent.contains(name) {
      return Diagnostic(
        .conflict, message: "`\(name)` is absent and a member of nothing", at: node.location,
        hint: "take it out, or declare the role present")
    }
    guard keys[name] == nil else { return nil }
    return Diagnostic(
      .danglingName, message: "`\(name)` is declared in no document of the instance", at: node.location,
      hint: suggesting(name) ?? "declare it under `roles:`")
  }
}
