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
    for name in declared.unsayable { unsaid.add("roles with names that specs don't take", name) }
    unsaid.add(roles.unsaid)
    unsaid.add(grants.losses.unsaid)
    let policies = ServerPolicies(of: observed, in: databases)
    unsaid.add(policies.unsaid)
    let additive = roles.additive.union(grants.losses.additive)
    for entry in grants.entries where entry.layer == .absent && additive.contains(entry.grantees[0]) {
      unsaid.add("what was taken from roles of which something else can't be said", "\(entry.grantees[0])")
    }
    for isAdditive in [false, true] {
      let isHere = { (grantee: Grantee) in additive.contains(grantee) == isAdditive }
      let blocks = roles.blocks.filter { isHere(.role($0.key)) }
      // What may take nothing away can't say that something must not be there.
      let entries = grants.entries.filter { isHere($0.grantees[0]) && !(isAdditive && $0.layer == .absent) }
      let isForPolicies = documents.isEmpty && !policies.entries.isEmpty
      guard !blocks.isEmpty || !entries.isEmpty || isForPolicies else { continue }
      var writing = AccessWriting(name: name(isAdditive), databases: databases, isAdditive: isAdditive)
      if documents.isEmpty { addSuperusers(of: observed, to: &writing) }
      writing.add(blocks)
      writing.add(FoldedGrants(entries, databases: databases))
      if isForPolicies { writing.document.add("policies", .items(policies.entries.map(YAMLValue.mapping))) }
      documents.append(Document(mapping: writing.document, name: writing.name, isAdditive: isAdditive))
    }
  }
}

extension ServerAccess {
  /// Those that are not declared: any superuser beside them and the declared ones is a difference then.
  private mutating func addSuperusers(of observed: Observed, to writing: inout AccessWriting) {
    let names = observed.roles.filter { $0.value.attributes.superuser && !declared.names.contains($0.key) }.keys
      .sorted()
    if names.allSatisfy({ Sayable.names($0) }) {
      writing.document.add("superusers", .list(names))
    } else {
      unsaid.add("the list of superusers, among which are names that specs don't take", names.joined(separator: ", "))
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
    var block = YAMLMapping(.inline)
    block.add("to", oneOrMany(entry.grantees.map(\.description)))
    if entry.layer == .absent { block.add("state", "absent") }
    if entry.layer == .grantable { block.add("grant_option", .flag(true)) }
    switch entry.places[0] {
    case .cluster: break
    case .database(let name):
      add(database: name, of: entry, to: &block)
      block.add("privileges", written(entry.body.place))
    case .contents(let name): add(database: name, of: entry, to: &block)
    case .schema: block.add("in", written(entry.places))
    }
    if let profile { block.add("profile", profile) } else { addShareable(entry, to: &block) }
    addNamed(entry.body.named, to: &block)
    let owners = entry.body.defaultPrivilegesOf
    if !owners.isEmpty { block.add("default_privileges_of", oneOrMany(owners)) }
    if entry.body.isFuture { block.add("existing", .flag(false)) }
    return block
  }

  private func add(database: String, of entry: GrantEntry, to block: inout YAMLMapping) {
    if entry.places.count == 1, databases.count > 1 { block.add("database", database) }
  }

  private func addShareable(_ entry: GrantEntry, to block: inout YAMLMapping) {
    var body = entry.body.shareable
    if !entry.places[0].isSchema { body.place = [] }
    addShareable(body, to: &block)
  }

  /// What a profile may say.
  private func addShareable(_ body: GrantBody, to block: inout YAMLMapping) {
    if !body.place.isEmpty { block.add("schema", written(body.place)) }
    for kind in ObjectKind.written {
      if let privileges = body.all[kind] { block.add(kind.plural, written(privileges)) }
    }
  }

  /// Single objects. Columns stand with their table.
  private func addNamed(_ named: [ObjectKind: [String: PrivilegeSet]], to block: inout YAMLMapping) {
    for kind in ObjectKind.written {
      var objects = (named[kind] ?? [:]).mapValues(words)
      if kind == .table {
        for (table, words) in columnWords(named[.column] ?? [:]) { objects[table, default: []] += words }
      }
      guard !objects.isEmpty else { continue }
      var mapping = YAMLMapping(.inline)
      for (name, words) in objects.sorted(by: { $0.key < $1.key }) { mapping.add(name, .list(words)) }
      block.add(kind.rawValue, .mapping(mapping))
    }
  }

  /// By table: `select (id, amount)`.
  private func columnWords(_ columns: [String: PrivilegeSet]) -> [String: [String]] {
    var words: [String: [String]] = [:]
    let names = columns.compactMap { name, privileges in ColumnName(name).map { ($0, privileges) } }
    for (table, columns) in Dictionary(grouping: names, by: \.0.table) {
      for privilege in PrivilegeSet.table.map(\.privilege) {
        let holding = columns.filter { $0.1.contains(privilege) }.map(\.0.column).sorted()
        guard !holding.isEmpty else { continue }
        words[table, default: []].append("\(self.words(privilege)[0]) (\(holding.joined(separator: ", ")))")
      }
    }
    return words
  }

  private func written(_ privileges: PrivilegeSet) -> YAMLValue { .list(words(privileges)) }

  private func words(_ privileges: PrivilegeSet) -> [String] {
    privileges.keywords.map { String($0.lowercased().map { $0 == " " ? "_" : $0 }) }
  }

  private func oneOrMany(_ names: [String]) -> YAMLValue { names.count == 1 ? .scalar(names[0]) : .list(names) }

  private func written(_ places: [GrantPlace]) -> YAMLValue {
    let all = places.map(written)
    let texts = all.compactMap { if case .scalar(let text) = $0 { text } else { nil } }
    return all.count == 1 ? all[0] : texts.count == all.count ? .list(texts) : .items(all)
  }

  private func written(_ place: GrantPlace) -> YAMLValue {
    guard case .schema(let database, let schema) = place else { return .scalar("") }
    let text = "\(database).\(schema)"
    if TextKind.place.fault(in: text) == nil { return .scalar(text) }
    var parts = YAMLMapping(.inline)
    parts.add("database", database)
    parts.add("schema", schema)
    return .mapping(parts)
  }
}
