import Model

/// The entries of `roles:`, and what of the roles no entry says.
struct ServerRoles {
  private let observed: Observed
  private let declared: DeclaredRoles
  private(set) var blocks: [String: YAMLMapping] = [:]
  private(set) var unsaid = Unsaid()
  /// Roles whose document may take nothing away, because it doesn't say everything of them.
  private(set) var additive: Set<Grantee> = []

  init(of observed: Observed, _ declared: DeclaredRoles) {
    (self.observed, self.declared) = (observed, declared)
    let memberships = Dictionary(grouping: observed.memberships, by: \.member)
    let settings = Dictionary(grouping: observed.settings.filter { $0.scope.role != nil }) { $0.scope.role ?? "" }
    for name in declared.names.sorted() {
      guard let role = observed.roles[name] else { continue }
      var block = YAMLMapping(.inline)
      add(role, name, to: &block)
      add(memberships[name] ?? [], of: name, to: &block)
      add(settings[name] ?? [], of: name, to: &block)
      blocks[name] = block
    }
    noteForeignMembers()
  }

  private mutating func add(_ role: Role, _ name: String, to block: inout YAMLMapping) {
    let (attributes, standard) = (role.attributes, RoleAttributes())
    for field in RoleAttributes.Field.allCases.sorted(by: { $0.rank < $1.rank })
    where attributes.text(of: field) != standard.text(of: field) {
      if let value = attributes.written(field) {
        block.add(field.key, value)
      } else {
        unsaid.add("moments that specs don't take", "`valid_until` of \(name)")
        additive.insert(.role(name))
      }
    }
    guard let comment = role.comment else { return }
    if TextKind.words.fault(in: comment) == nil, !comment.isEmpty {
      block.add("comment", comment)
    } else {
      unsaid.add("comments that specs don't take", "that of \(name)")
    }
  }

  private mutating func add(_ edges: [Membership], of name: String, to block: inout YAMLMapping) {
    var groups: [YAMLValue] = []
    let byRole = Dictionary(grouping: edges.filter { !$0.isAutomatic(for: observed) }, by: \.role)
    for (role, edges) in byRole.sorted(by: { $0.key < $1.key }) {
      guard Sayable.names(role) else {
        unsaid.add("memberships in roles with names that specs don't take", "\(name) in \(role)")
        additive.insert(.role(name))
        continue
      }
      let membership = membership(in: role, edges, of: name)
      groups.append(membership.entries.count == 1 ? .scalar(role) : .mapping(membership))
    }
    if !groups.isEmpty { block.add("member_of", .items(groups)) }
  }

  /// What all edges between the two give together.
  private func membership(in role: String, _ edges: [Membership], of member: String) -> YAMLMapping {
    var membership = YAMLMapping(.inline)
    membership.add("role", role)
    if edges.contains(where: \.admin) { membership.add("admin", .flag(true)) }
    let inherits = edges.compactMap(\.inherit).reduce(nil) { ($0 ?? false) || $1 }
    let sets = edges.compactMap(\.set).reduce(nil) { ($0 ?? false) || $1 }
    let standard = observed.roles[member]?.attributes.inherit ?? true
    if let inherits, inherits != standard { membership.add("inherit", .flag(inherits)) }
    if sets == false { membership.add("set", .flag(false)) }
    return membership
  }

  private mutating func add(_ settings: [ScopedSetting], of name: String, to block: inout YAMLMapping) {
    let byDatabase = Dictionary(grouping: settings, by: \.scope.database)
    block.add("settings", nonEmpty: SettingText.block(byDatabase[nil] ?? [], of: name, observed, &unsaid))
    var inDatabases = YAMLMapping(.inline)
    for case (let database?, let settings) in byDatabase.sorted(by: { $0.key ?? "" < $1.key ?? "" }) {
      guard Sayable.declares(database: database) else {
        unsaid.add("settings of roles in databases with names that specs don't take", "\(name) in \(database)")
        continue
      }
      let block = SettingText.block(settings, of: "\(name) in \(database)", observed, &unsaid)
      inDatabases.add(database, nonEmpty: block)
    }
    block.add("settings_in", nonEmpty: inDatabases)
  }

  /// What declared roles lend to roles that aren't declared: an authoritative document would take it back.
  private mutating func noteForeignMembers() {
    for edge in observed.memberships
    where declared.names.contains(edge.role) && !declared.names.contains(edge.member)
      && !edge.isAutomatic(for: observed)
    {
      unsaid.add("memberships of roles that are not declared", "\(edge.member) in \(edge.role)")
      additive.insert(.role(edge.role))
    }
  }
}

extension RoleAttributes.Field {
  /// In the order in which a person reads them.
  fileprivate var rank: Int { Language.role.fields.firstIndex { $0.key == key } ?? 0 }
}

extension RoleAttributes {
  /// As the language takes it; `nil` where it has no word for the value.
  fileprivate func written(_ field: Field) -> YAMLValue? {
    switch field {
    case .login: .flag(login)
    case .superuser: .flag(superuser)
    case .createDatabase: .flag(createDatabase)
    case .createRole: .flag(createRole)
    case .inherit: .flag(inherit)
    case .replication: .flag(replication)
    case .bypassRowSecurity: .flag(bypassRowSecurity)
    case .connectionLimit: connectionLimit.map { .scalar("\($0)") }
    case .passwordValidUntil: passwordValidUntil.flatMap(moment)
    }
  }

  /// A day where it is the end of one.
  private func moment(_ time: Timestamp) -> YAMLValue? {
    let text = time.description
    let day = (time - TimeSpan(seconds: 1)).description.prefix(10)
    let candidates = [String(day), text.prefix(10) + "T" + text.dropFirst(11).prefix(8) + "Z"]
    return candidates.first { Timestamp(specText: $0) == time }.map { .scalar($0) }
  }
}
