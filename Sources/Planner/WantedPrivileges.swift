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

  init(rules: [GrantRule], database: String, version: ServerVersion) {
    for rule in rules where rule.databases.contains(database) {
      for item in rule.items { add(item, of: rule, version) }
    }
  }

  func grants(on object: ObjectID) -> Grants {
    let all = onAll[ObjectClass(kind: object.kind, schema: object.schema)] ?? [:]
    guard let named = onNamed[object] else { return all }
    return all.merging(named) { Self.merge($0, $1) }
  }

  private mutating func add(_ item: GrantItem, of rule: GrantRule, _ version: ServerVersion) {
    let kind = item.kind
    switch item.selector {
    case .database: Self.add(item, rule, kind, version, to: &onDatabase)
    case .schema(let name): Self.add(item, rule, kind, version, to: &onSchemas[name, default: [:]])
    case .named(let id): Self.add(item, rule, kind, version, to: &onNamed[id, default: [:]])
    case .all(_, let schema):
      Self.add(item, rule, kind, version, to: &onAll[ObjectClass(kind: kind, schema: schema), default: [:]])
      for owner in rule.defaultPrivilegesOf {
        let list = DefaultPrivileges(owner: owner, schema: schema, kind: kind)
        Self.add(item, rule, kind, version, to: &onDefaults[list, default: [:]])
      }
    }
  }

  private static func add(
    _ item: GrantItem, _ rule: GrantRule, _ kind: ObjectKind, _ version: ServerVersion, to grants: inout Grants
  ) {
    let privileges: PrivilegeSet =
      switch item.privileges {
      case .all: kind.allPrivileges(version: version)
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

extension GrantItem {
  fileprivate var kind: ObjectKind {
    switch selector {
    case .database: .database
    case .schema: .schema
    case .all(let kind, _): kind
    case .named(let id): id.kind
    }
  }
}
