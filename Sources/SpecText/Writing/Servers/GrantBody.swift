import Model

/// In which way an entry of `grants:` means its privileges.
enum GrantLayer: Int, Hashable, Comparable, CaseIterable {
  case plain
  /// With the right to grant it on.
  case grantable
  /// Not to be held: what PostgreSQL gives everybody, and was taken away.
  case absent

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Where an entry of `grants:` holds.
enum GrantPlace: Hashable, Comparable {
  /// In no database: tablespaces and parameters.
  case cluster
  case database(String)
  /// All schemas of a database, and what lies in none.
  case contents(database: String)
  case schema(database: String, name: String)

  var isSchema: Bool { if case .schema = self { true } else { false } }

  var order: [String] {
    switch self {
    case .cluster: ["0"]
    case .database(let name): ["1", name, "0"]
    case .contents(let name): ["1", name, "1"]
    case .schema(let database, let name): ["1", database, "2", name]
    }
  }

  static func < (left: Self, right: Self) -> Bool { left.order.lexicographicallyPrecedes(right.order) }
}

/// What an entry of `grants:` gives, whoever gets it and wherever that is.
struct GrantBody: Hashable {
  /// On the database or the schema itself.
  var place: PrivilegeSet = []
  /// On every object of a kind.
  var all: [ObjectKind: PrivilegeSet] = [:]
  /// On single objects, by name.
  var named: [ObjectKind: [String: PrivilegeSet]] = [:]
  /// Sorted; only `all` is about them.
  var defaultPrivilegesOf: [String] = []
  /// Whether `all` means future objects alone.
  var isFuture = false

  var isEmpty: Bool { place.isEmpty && all.isEmpty && named.isEmpty }

  /// What may be said once for several schemas.
  var shareable: GrantBody {
    var copy = self
    (copy.named, copy.defaultPrivilegesOf, copy.isFuture) = ([:], [], false)
    return copy
  }
}

/// One entry of `grants:`.
struct GrantEntry: Hashable {
  var grantees: [Grantee]
  var places: [GrantPlace]
  var layer: GrantLayer
  var body: GrantBody
}
