import Diagnostics
import Model
import YAML

/// Reads the entries of `grants:`, putting profiles in.
struct GrantReader {
  private(set) var context: AccessContext

  init(_ context: AccessContext) { self.context = context }

  /// The rules of one entry, one for each database that its `in` names; none where too little of it can be read.
  mutating func read(_ node: Node, address: Address) -> [GrantRule] {
    let profile = context.profile(of: node)
    let rules = merged(places(of: node, keysAboutSchemas(of: node, profile))).map { databases, schemas in
      let items = schemas.flatMap { schema in
        grantItems(of: node, in: schema) + (profile.map { grantItems(of: $0, in: schema) } ?? [])
      }
      return (databases: databases, items: items)
    }
    let items = rules.flatMap(\.items)
    // In an entry `database` is a name; in a profile it holds privileges.
    let onDatabase = [node["privileges"], profile?["database"]].compactMap { $0 }.map {
      GrantItem(selector: .database, privileges: GrantItem.Privileges(words: $0.oneOrMany.compactMap(\.text)))
    }
    if items.isEmpty && onDatabase.isEmpty && profile == nil && !rules.isEmpty { reportEmpty(node) }
    // Where no place or no profile could be read there is nothing to tell of it.
    if !rules.isEmpty, node["profile"] == nil || profile != nil { checkDefaults(of: node, items) }
    checkState(of: node)
    checkFuture(of: node)
    return rules.map { rule(node, $0.databases, $0.items + onDatabase, address) }
  }

  private mutating func rule(
    _ node: Node, _ databases: [String], _ items: [GrantItem], _ address: Address
  ) -> GrantRule {
    var rule = GrantRule(
      grantees: grantees(of: node), databases: databases, items: items,
      defaultPrivilegesOf: node.texts("default_privileges_of"), mode: context.mode, address: address)
    rule.state = node.text("state").flatMap(GrantRule.State.init) ?? .present
    rule.coversExisting = node.flag("existing") ?? true
    rule.grantOption = node.flag("grant_option") ?? false
    rule.expires = node.text("expires").flatMap(Timestamp.init(specText:))
    return rule
  }

  /// The schemas of one database are one rule.
  private func merged(_ places: [Place]) -> [(databases: [String], schemas: [NamePattern?])] {
    var found: [(databases: [String], schemas: [NamePattern?])] = []
    for place in places {
      if let index = found.firstIndex(where: { $0.databases == place.databases }) {
        found[index].schemas.append(place.schema)
      } else {
        found.append((place.databases, [place.schema]))
      }
    }
    return found
  }

  private mutating func grantees(of node: Node) -> [Grantee] {
    (node["to"]?.grantees { context.report($0) } ?? []).map(\.grantee)
  }

  /// What of the entry or its profile can only be meant of one schema.
  private func keysAboutSchemas(of node: Node, _ profile: Node?) -> [Node] {
    let names = Set(["schema"] + Language.schemaKinds.map(\.rawValue))
    let own = node.pairs.filter { names.contains($0.name) }.map(\.key)
    let ofProfile =
      profile?.pairs.contains { names.contains($0.name) } == true ? [node["profile"]].compactMap { $0 } : []
    return own + ofProfile
  }

  private mutating func checkState(of node: Node) {
    if node.flag("grant_option") == true, let key = node.pair("grant_option")?.key,
      node.texts("to").contains("PUBLIC")
    {
      context.report(.conflict, "everybody can't be given the right to grant on", key, "name roles under `to`")
    }
    guard node.text("state") == GrantRule.State.absent.rawValue, let key = node.pair("state")?.key else { return }
    if context.mode == .additive {
      context.report(.conflict, "an additive document takes nothing away", key, "write it in another document")
    }
    for name in ["grant_option", "expires"] {
      guard let other = node.pair(name)?.key else { continue }
      context.report(.conflict, "`\(name)` says nothing about what must not be there", other, "take it out")
    }
  }
}

// Objects to come alone.
extension GrantReader {
  private mutating func checkFuture(of node: Node) {
    guard node.flag("existing") == false, let key = node.pair("existing")?.key else { return }
    if node["default_privileges_of"] == nil {
      context.report(
        .missingKey, "objects to come are those of certain roles, and the grant names none", key,
        "write `default_privileges_of:`")
    }
    let plurals = Set(ObjectKind.allCases.filter(\.hasDefaultPrivileges).map(\.plural))
    let others: Set = ["to", "in", "database", "state", "grant_option", "expires", "default_privileges_of", "existing"]
    for pair in node.pairs where !others.contains(pair.name) {
      if plurals.contains(pair.name), pair.value.pairs.isEmpty { continue }
      context.report(
        .conflict, "`\(pair.name)` is about what is there, and `existing: false` leaves that out", pair.key,
        "write it in an entry of its own")
    }
  }
}

// Where it holds.
extension GrantReader {
  struct Place {
    var databases: [String]
    /// `nil` for all schemas, and for what lies in none.
    var schema: NamePattern?
  }

  private mutating func places(of node: Node, _ aboutSchemas: [Node]) -> [Place] {
    if let place = node["in"] {
      if let other = node.pair("database") {
        context.report(.conflict, "`in` names the database already", other.key, "take `database` out")
      }
      if let privileges = node.pair("privileges") {
        context.report(
          .conflict, "`privileges` are on a database, and `in` names a schema", privileges.key,
          "write `schema:`, `tables:` …, or another entry")
      }
      refuseOutside(node)
      return place.oneOrMany.compactMap { one in
        context.place(one).map { Place(databases: [$0.database], schema: NamePattern($0.schema)) }
      }
    }
    if let key = aboutSchemas.first {
      context.report(
        .missingKey, "`\(key.text ?? "")` is about a schema, and the grant names none", key,
        "write `in: database.schema`")
      return []
    }
    guard let name = node["database"], let database = name.text else {
      if context.databases.isEmpty, !isOnlyOfCluster(node) {
        context.report(
          .missingKey, "the grant names no database", node,
          "write `database:`, or `databases:` in the document")
      }
      return [Place(databases: context.databases)]
    }
    context.check(database: database, at: name)
    return [Place(databases: [database])]
  }

  private func isOnlyOfCluster(_ node: Node) -> Bool {
    let names = Set((Language.schemaKinds + Language.databaseKinds).flatMap { [$0.plural, $0.rawValue] })
    return !node.pairs.contains { names.contains($0.name) || ["privileges", "profile", "schema"].contains($0.name) }
  }

  private mutating func refuseOutside(_ node: Node) {
    let names = Set((Language.databaseKinds + Language.clusterKinds).flatMap { [$0.plural, $0.rawValue] })
    for pair in node.pairs where names.contains(pair.name) {
      context.report(
        .conflict, "`\(pair.name)` lies in no schema, and `in` names one", pair.key, "write it in an entry of its own")
    }
  }
}

// What it gives.
extension GrantReader {
  private mutating func reportEmpty(_ node: Node) {
    guard node["profile"] == nil else { return }
    context.report(
      .missingKey, "the grant names no privileges", node,
      "write `privileges:`, `schema:`, `tables:` … or `profile:`")
  }

  private mutating func checkDefaults(of node: Node, _ items: [GrantItem]) {
    guard let key = node.pair("default_privileges_of")?.key else { return }
    guard !items.contains(where: \.hasDefaults) else { return }
    context.report(
      .conflict,
      "`default_privileges_of` is about `tables`, `sequences`, `functions`, `types` or `large_objects`, and the grant has "
        + "none of them",
      key,
      "take it out")
  }
}
