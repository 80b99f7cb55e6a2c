import Diagnostics
import Model
import YAML

/// Reads the entries of `grants:`, putting profiles in.
struct GrantReader {
  private let databases: [String]
  private let databaseNames: Set<String>
  private let mode: AccessMode
  private let profiles: [String: Node]
  private var suggestions = Suggestions()
  private(set) var diagnostics: [Diagnostic] = []

  init(document: AccessDocument, mode: AccessMode, profiles: [Pair]) {
    (databases, self.mode) = (document.databases.map(\.name), mode)
    databaseNames = Set(databases)
    self.profiles = Dictionary(profiles.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// The rule of one entry; `nil` where too little of it can be read.
  mutating func read(_ node: Node, address: Address) -> GrantRule? {
    let profile = profile(of: node)
    let needs = keysAboutSchemas(of: node, profile)
    guard let place = place(of: node, needs) else { return nil }
    var items =
      items(of: node, in: place.schema) + (profile.map { self.items(of: $0, in: place.schema) } ?? [])
    // In an entry `database` is a name; in a profile it holds privileges.
    for privileges in [node["privileges"], profile?["database"]].compactMap({ $0 }) {
      items.append(GrantItem(selector: .database, privileges: readPrivileges(privileges)))
    }
    if items.isEmpty && profile == nil { reportEmpty(node) }
    checkDefaults(of: node, items)
    return GrantRule(
      grantees: grantees(of: node), databases: place.databases, items: items,
      defaultPrivilegesOf: node.texts("default_privileges_of"), mode: mode, address: address)
  }

  private mutating func grantees(of node: Node) -> [Grantee] {
    (node["to"]?.oneOrMany ?? []).compactMap { node in
      guard let name = node.text else { return nil }
      if name == "PUBLIC" { return .everybody }
      if name.lowercased() == "public" || name == "none" {
        report(.reserved, "`\(name)` is no role", node, "for everybody write `PUBLIC`")
        return nil
      }
      return .role(name)
    }
  }

  private mutating func profile(of node: Node) -> Node? {
    guard let name = node["profile"], let text = name.text else { return nil }
    if let found = profiles[text] { return found }
    report(
      .danglingName, "there is no profile `\(text)` in this document", name,
      suggestions.closest(text, in: profiles.keys) ?? "declare it under `profiles:`")
    return nil
  }

  /// What of the entry or its profile can only be meant of a schema.
  private func keysAboutSchemas(of node: Node, _ profile: Node?) -> [Node] {
    let names = Set(["schema"] + Language.pluralKinds.flatMap { [$0.plural, $0.rawValue] })
    let own = node.pairs.filter { names.contains($0.name) }.map(\.key)
    let ofProfile =
      profile?.pairs.contains { names.contains($0.name) } == true ? [node["profile"]].compactMap { $0 } : []
    return own + ofProfile
  }
}

// Where it holds.
extension GrantReader {
  private mutating func place(of node: Node, _ aboutSchemas: [Node]) -> (
    databases: [String], schema: String?
  )? {
    if let place = node["in"] {
      if let other = node.pair("database") {
        report(.conflict, "`in` names the database already", other.key, "take `database` out")
      }
      if let privileges = node.pair("privileges") {
        report(
          .conflict, "`privileges` are on a database, and `in` names a schema", privileges.key,
          "write `schema:`, `tables:` …, or another entry")
      }
      guard let (database, schema) = parts(of: place) else { return nil }
      checkDatabase(database, at: place["database"] ?? place)
      return ([database], schema)
    }
    if let key = aboutSchemas.first {
      report(
        .missingKey, "`\(key.text ?? "")` is about a schema, and the grant names none", key,
        "write `in: database.schema`")
      return nil
    }
    guard let name = node["database"], let database = name.text else {
      if databases.isEmpty {
        report(
          .missingKey, "the grant names no database", node,
          "write `database:`, or `databases:` in the document")
      }
      return (databases, nil)
    }
    checkDatabase(database, at: name)
    return ([database], nil)
  }

  private func parts(of place: Node) -> (String, String)? {
    if let database = place.text("database"), let schema = place.text("schema") { return (database, schema) }
    guard let text = place.text, TextKind.place.fault(in: text) == nil, let dot = text.firstIndex(of: ".")
    else { return nil }
    return (String(text[..<dot]), String(text[text.index(after: dot)...]))
  }

  private mutating func checkDatabase(_ name: String, at node: Node) {
    guard !databaseNames.contains(name) else { return }
    report(
      .danglingName, "`\(name)` is not among the `databases:` of this document", node,
      suggestions.closest(name, in: databases) ?? "add it to `databases:`")
  }
}

// What it gives.
extension GrantReader {
  /// What a profile or an entry says about the schema and what is in it.
  private func items(of node: Node, in schema: String?) -> [GrantItem] {
    guard let schema else { return [] }
    return node.pairs.flatMap { pair -> [GrantItem] in
      if pair.name == "schema" {
        return [GrantItem(selector: .schema(schema), privileges: readPrivileges(pair.value))]
      }
      if let kind = Language.pluralKinds.first(where: { $0.plural == pair.name }) {
        return [GrantItem(selector: .all(kind, schema: schema), privileges: readPrivileges(pair.value))]
      }
      guard let kind = Language.pluralKinds.first(where: { $0.rawValue == pair.name }) else { return [] }
      return pair.value.pairs.map { named in
        let id = ObjectID(kind: kind, schema: schema, name: named.name)
        return GrantItem(selector: .named(id), privileges: readPrivileges(named.value))
      }
    }
  }

  private func readPrivileges(_ node: Node) -> GrantItem.Privileges {
    let words = node.oneOrMany.compactMap(\.text)
    if words.contains(where: { $0.lowercased() == "all" }) { return .all }
    return .some(words.reduce(into: PrivilegeSet()) { $0.formUnion(PrivilegeSet(keyword: $1) ?? []) })
  }

  private mutating func reportEmpty(_ node: Node) {
    guard node["profile"] == nil else { return }
    report(
      .missingKey, "the grant names no privileges", node,
      "write `privileges:`, `schema:`, `tables:` … or `profile:`")
  }

  private mutating func checkDefaults(of node: Node, _ items: [GrantItem]) {
    guard let key = node.pair("default_privileges_of")?.key else { return }
    let hasPlural = items.contains { if case .objects(_, _, nil) = $0.selector { true } else { false } }
    guard !hasPlural else { return }
    report(
      .conflict,
      "`default_privileges_of` is about `tables`, `sequences` or `functions`, and the grant has none of them",
      key,
      "take it out")
  }

  private mutating func report(_ code: DiagnosticCode, _ message: String, _ node: Node, _ hint: String) {
    diagnostics.append(Diagnostic(code, message: message, at: node.location, hint: hint))
  }
}
