import Model

/// The `Access` documents of a server: one that is complete, and beside it one that adds only, for the roles of which
/// something can't be said.
struct ServerAccess {
  struct Document {
    var mapping: YAMLMapping
    var name: String
    /// It may take nothing away.
    var isAdditive: Bool
  }

  private(set) var documents: [Document] = []
  private(set) var unsaid = Unsaid()
  let declared: DeclaredRoles

  /// - Parameter name: gives a document its name.
  init(of observed: Observed, in databases: [String], name: (_ isAdditive: Bool) -> String) {
    declared = DeclaredRoles(of: observed)
    let roles = ServerRoles(of: observed, declared)
    let grants = ServerGrants(of: observed, declared, in: databases)
    unsaid.add(roles.unsaid)
    unsaid.add(grants.unsaid)
    let additive = roles.additive.union(grants.additive)
    for isAdditive in [false, true] {
      let isHere = { (grantee: Grantee) in additive.contains(grantee) == isAdditive }
      let blocks = roles.blocks.filter { isHere(.role($0.key)) }
      let entries = grants.entries.filter { isHere($0.grantees[0]) }
      guard !blocks.isEmpty || !entries.isEmpty else { continue }
      var writing = AccessWriting(name: name(isAdditive), databases: databases, isAdditive: isAdditive)
      writing.add(blocks)
      writing.add(FoldedGrants(entries, databases: databases))
      documents.append(Document(mapping: writing.document, name: writing.name, isAdditive: isAdditive))
    }
  }
}

/// One `Access` document on its way.
private struct AccessWriting {
  let name: String
  let databases: [String]
  var document = YAMLMapping(.block)

  init(name: String, databases: [String], isAdditive: Bool) {
    (self.name, self.databases) = (name, databases)
    document.add("kind", "Access")
    document.add("name", name)
    if !databases.isEmpty { document.add("databases", .list(databases)) }
    if isAdditive { document.add("mode", "additive") }
  }

  mutating func add(_ blocks: [String: YAMLMapping]) {
    var roles = YAMLMapping(.block)
    for (name, block) in blocks.sorted(by: { $0.key < $1.key }) { roles.add(name, .mapping(block)) }
    document.add("roles", nonEmpty: roles)
  }

  mutating func add(_ grants: FoldedGrants) {
    var profiles = YAMLMapping(.block)
    for (name, body) in grants.profiles {
      var block = YAMLMapping(.block)
      addShareable(body, to: &block)
      profiles.add(name, .mapping(block))
    }
    document.add("profiles", nonEmpty: profiles)
    let entries = grants.entries.map { YAMLValue.mapping(block(of: $0, profile: grants.profile(of: $0))) }
    if !entries.isEmpty { document.add("grants", .items(entries)) }
  }

  private func block(of entry: GrantEntry, profile: String?) -> YAMLMapping {
    var block = YAMLMapping(entry.body.named.isEmpty ? .inline : .block)
    block.add("to", oneOrMany(entry.grantees.map(\.description)))
    switch entry.places[0] {
    case .database(let name):
      if entry.places.count == 1, databases.count > 1 { block.add("database", name) }
      block.add("privileges", written(entry.body.place))
    case .schema(let database, let name):
      block.add("in", place(database, name))
      if let profile { block.add("profile", profile) } else { addShareable(entry.body, to: &block) }
    }
    for kind in Language.pluralKinds {
      guard let named = entry.body.named[kind] else { continue }
      var objects = YAMLMapping(.inline)
      for (name, privileges) in named.sorted(by: { $0.key < $1.key }) { objects.add(name, written(privileges)) }
      block.add(kind.rawValue, .mapping(objects))
    }
    let owners = entry.body.defaultPrivilegesOf
    if !owners.isEmpty { block.add("default_privileges_of", oneOrMany(owners)) }
    return block
  }

  /// What a profile may say.
  private func addShareable(_ body: GrantBody, to block: inout YAMLMapping) {
    if !body.place.isEmpty { block.add("schema", written(body.place)) }
    for kind in Language.pluralKinds {
      if let privileges = body.all[kind] { block.add(kind.plural, written(privileges)) }
    }
  }

  private func written(_ privileges: PrivilegeSet) -> YAMLValue { .list(privileges.keywords.map { $0.lowercased() }) }

  private func oneOrMany(_ names: [String]) -> YAMLValue { names.count == 1 ? .scalar(names[0]) : .list(names) }

  private func place(_ database: String, _ schema: String) -> YAMLValue {
    let text = "\(database).\(schema)"
    if TextKind.place.fault(in: text) == nil { return .scalar(text) }
    var parts = YAMLMapping(.inline)
    parts.add("database", database)
    parts.add("schema", schema)
    return .mapping(parts)
  }
}
