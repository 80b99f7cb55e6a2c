import Model

/// What the rules want in one database, resolved against the objects that are there.
struct WantedPrivileges {
  struct Want: Hashable {
    var privileges: PrivilegeSet = []
    /// The rule that named it first: where a reader should look.
    var rule: Address
    /// `additive` and `audit` only where no authoritative rule names the same.
    var mode: AccessMode
  }

  /// By grantee.
  typealias Grants = [Grantee: Want]

  private(set) var onDatabase: Grants = [:]
  private(set) var onSchemas: [String: Grants] = [:]
  private(set) var onAll: [ObjectClass: Grants] = [:]
  private(set) var onNamed: [ObjectID: Grants] = [:]
  private(set) var onDefaults: [DefaultPrivileges: Grants] = [:]

  struct ObjectClass: Hashable {
    var kind: ObjectKind
    var schema: String
  }

  private let existing: Database
  private let version: ServerVersion

  init(rules: [GrantRule], database: String, existing: Database, version: ServerVersion) {
    (self.existing, self.version) = (existing, version)
    for rule in rules where rule.databases.contains(database) {
      for item in rule.items { add(item, of: rule) }
    }
  }

  func grants(on object: ObjectID) -> Grants {
    let all = onAll[ObjectClass(kind: object.kind, schema: object.schema)] ?? [:]
    guard let named = onNamed[object] else { return all }
    return all.merging(named) { Self.merge($0, $1) }
  }

  private mutating func add(_ item: GrantItem, of rule: GrantRule) {
    switch item.selector {
    case .database: Self.add(item, rule, version, to: &onDatabase)
    case .schemas(let pattern):
      for name in schemas(pattern) { Self.add(item, rule, version, to: &onSchemas[name, default: [:]]) }
    case .objects(let kind, let schema, let names):
      for schema in kind.place == .schema ? schemas(schema) : [""] {
        add(item, rule, ObjectClass(kind: kind, schema: schema), names)
      }
      if names == nil { addDefaults(item, rule, kind, schema) }
    }
  }

  private mutating func add(_ item: GrantItem, _ rule: GrantRule, _ objects: ObjectClass, _ names: NamePattern?) {
    guard let names else { return Self.add(item, rule, version, to: &onAll[objects, default: [:]]) }
    for name in names.exact.map({ [$0] }) ?? matching(names, objects) {
      let id = ObjectID(kind: objects.kind, schema: objects.schema, name: name)
      Self.add(item, rule, version, to: &onNamed[id, default: [:]])
    }
  }

  /// A rule for all schemas speaks of the database-wide defaults.
  private mutating func addDefaults(
    _ item: GrantItem, _ rule: GrantRule, _ kind: ObjectKind, _ pattern: NamePattern?
  ) {
    for owner in rule.defaultPrivilegesOf {
      for schema in pattern.map({ schemas($0).map(Optional.some) }) ?? [nil] {
        let list = DefaultPrivileges(owner: owner, schema: schema, kind: kind)
        Self.add(item, rule, version, to: &onDefaults[list, default: [:]])
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

  private static func add(_ item: GrantItem, _ rule: GrantRule, _ version: ServerVersion, to grants: inout Grants) {
    let privileges: PrivilegeSet =
      switch item.privileges {
      case .all: item.kind.allPrivileges(version: version)
      case .some(let some): some
      }
    for grantee in rule.grantees {
      let want = Want(privileges: privileges, rule: rule.address, mode: rule.mode)
      grants[grantee] = grants[grantee].map { merge($0, want) } ?? want
    }
  }

  private static func merge(_ left: Want, _ right: Want) -> Want {
    Want(
      privileges: left.privileges.union(right.privileges), rule: left.rule,
      mode: left.mode == .authoritative ? left.mode : right.mode)
  }
}
