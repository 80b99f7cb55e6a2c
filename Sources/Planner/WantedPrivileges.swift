import Model

/// What the rules want in one database, resolved against the objects that are there.
struct WantedPrivileges {
  /// By grantee.
  typealias Grants = [Grantee: Want]

  private(set) var onDatabase: Grants = [:]
  private(set) var onSchemas: [String: Grants] = [:]
  private(set) var onAll: [ObjectClass: Grants] = [:]
  private(set) var onNamed: [ObjectID: Grants] = [:]
  /// What patterns that fit objects of extensions would give.
  private var onMatching: [ObjectID: Grants] = [:]
  private(set) var onDefaults: [DefaultPrivileges: Grants] = [:]

  struct ObjectClass: Hashable {
    var kind: ObjectKind
    var schema: String
  }

  /// Patterns that nothing there fits, with the rule of each.
  private(set) var unmatched: [(pattern: String, kind: ObjectKind, rule: Address)] = []
  private let existing: Database
  private let version: ServerVersion
  private let now: Timestamp

  init(rules: [GrantRule], database: String, existing: Database, version: ServerVersion, now: Timestamp) {
    (self.existing, self.version, self.now) = (existing, version, now)
    for rule in rules where rule.isInForce(at: now) && rule.databases.contains(database) {
      for item in rule.items where item.kind == .database || item.kind.place != .cluster { add(item, of: rule) }
    }
  }

  /// What the rules want of what lies in no database.
  init(rules: [GrantRule], shared: ObjectTable, version: ServerVersion, now: Timestamp) {
    existing = Database(sharing: shared)
    (self.version, self.now) = (version, now)
    for rule in rules where rule.isInForce(at: now) {
      for item in rule.items where item.kind != .database && item.kind.place == .cluster { add(item, of: rule) }
    }
  }

  func grants(on object: ObjectID) -> Grants {
    // A grant on whatever is there would also open what an extension keeps shut: such objects have to be named.
    if existing.isOfExtension(object) { return onNamed[object] ?? [:] }
    let all = onAll[ObjectClass(kind: object.kind, schema: object.schema)] ?? [:]
    guard let named = onNamed[object] else { return all }
    return all.merging(named) { $0.overridden(by: $1) }
  }

  /// Whether the object may be wanted otherwise than those beside it.
  func isSpecial(_ object: ObjectID) -> Bool {
    onNamed[object] != nil || existing.isOfExtension(object)
      || !existing.extensionLists.states.isEmpty && existing.extensionLists.states[object] != nil
  }

  /// What may stay on the object though no rule asks for it there: what an extension's script granted, and on what
  /// extensions brought whatever the rules for all objects give.
  func spared(on object: ObjectID) -> [Grantee: SparedPrivileges] {
    guard let list = existing.extensionList(of: object) else { return [:] }
    var spared: [Grantee: SparedPrivileges] = [:]
    for entry in list.entries {
      spared[entry.grantee, default: SparedPrivileges()].add(entry.privileges, grantable: entry.grantable)
    }
    guard existing.isOfExtension(object) else { return spared }
    let general = onAll[ObjectClass(kind: object.kind, schema: object.schema)] ?? [:]
    for (grantee, want) in general.merging(onMatching[object] ?? [:], uniquingKeysWith: { $0.overridden(by: $1) }) {
      spared[grantee, default: SparedPrivileges()].add(want.allowed, grantable: want.allowedGrantable)
    }
    return spared
  }

  private mutating func add(_ item: GrantItem, of rule: GrantRule) {
    switch item.selector {
    case .database: Self.give(want(item, rule), rule, to: &onDatabase)
    case .schemas(let pattern):
      let found = schemas(pattern)
      if found.isEmpty { unmatched.append((pattern.text, .schema, rule.address)) }
      for name in found { Self.give(want(item, rule), rule, to: &onSchemas[name, default: [:]]) }
    case .objects(let kind, let schema, let names):
      for schema in kind.place == .schema ? schemas(schema) : [""] {
        add(item, rule, ObjectClass(kind: kind, schema: schema), names)
      }
      if names == nil { addDefaults(item, rule, kind, schema) }
    }
  }

  private mutating func add(_ item: GrantItem, _ rule: GrantRule, _ objects: ObjectClass, _ names: NamePattern?) {
    guard let names else {
      guard rule.coversExisting || rule.state == .present else { return }
      return Self.give(want(item, rule, ofExisting: true), rule, to: &onAll[objects, default: [:]])
    }
    let found = names.exact.map { [$0] } ?? matching(names, objects)
    if found.isEmpty { unmatched.append((names.text, objects.kind, rule.address)) }
    for name in found {
      let id = ObjectID(kind: objects.kind, schema: objects.schema, name: name)
      // A pattern that happens to fit what an extension brought gives nothing there.
      if names.exact == nil, existing.isOfExtension(id) {
        Self.give(want(item, rule), rule, to: &onMatching[id, default: [:]])
      } else {
        Self.give(want(item, rule), rule, to: &onNamed[id, default: [:]])
      }
    }
  }

  /// A rule for all schemas speaks of the database-wide defaults.
  private mutating func addDefaults(
    _ item: GrantItem, _ rule: GrantRule, _ kind: ObjectKind, _ pattern: NamePattern?
  ) {
    guard kind.hasDefaultPrivileges(version: version) else { return }
    for owner in rule.defaultPrivilegesOf {
      for schema in pattern.map({ schemas($0).map(Optional.some) }) ?? [nil] {
        let list = DefaultPrivileges(owner: owner, schema: schema, kind: kind)
        Self.give(want(item, rule), rule, to: &onDefaults[list, default: [:]])
      }
    }
  }

  private func schemas(_ pattern: NamePattern?) -> [String] {
    pattern?.exact.map { [$0] } ?? existing.schemas.keys.filter { pattern?.matches($0) ?? true }.sorted()
  }

  private func matching(_ names: NamePattern, _ objects: ObjectClass) -> [String] {
    existing.objects.states.keys
      .filter { $0.kind == objects.kind && $0.schema == objects.schema && names.matches($0.name) }.map(\.name)
  }

  /// - Parameter ofExisting: whether it is about all objects that are there, of which a rule for those to come says nothing.
  private func want(_ item: GrantItem, _ rule: GrantRule, ofExisting: Bool = false) -> Want {
    let privileges: PrivilegeSet =
      switch item.privileges {
      case .all: item.kind.allPrivileges(version: version)
      case .some(let some): some
      }
    let isExpired = rule.isExpired(at: now)
    return ofExisting && !rule.coversExisting
      ? Want(tolerating: privileges, by: rule, isExpired: isExpired) : Want(rule, privileges, isExpired: isExpired)
  }

  private static func give(_ want: Want, _ rule: GrantRule, to grants: inout Grants) {
    for grantee in rule.grantees {
      var whole = grants[grantee] ?? want
      if grants[grantee] != nil { whole.add(want) }
      grants[grantee] = whole
    }
  }
}

extension GrantRule {
  /// What must not be there is not limited in time; what was to be there for a time is to go afterwards.
  fileprivate func isInForce(at now: Timestamp) -> Bool { state == .present || !isExpired(at: now) }
}

extension Database {
  fileprivate init(sharing objects: ObjectTable) {
    self.init(owner: "", acl: ACL())
    self.objects = objects
  }
}
