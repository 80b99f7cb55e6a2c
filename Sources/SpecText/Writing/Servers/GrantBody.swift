import Model

/// In which way an entry of `grants:` means its privileges.
enum GrantLayer: Int, Hashable, Comparable, CaseIterable {
  case plain

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Where an entry of `grants:` holds.
enum GrantPlace: Hashable, Comparable {
  case database(String)
  case schema(database: String, name: String)

  var database: String {
    switch self {
    case .database(let name), .schema(let name, _): name
    }
  }

  private var order: (String, Int, String) {
    switch self {
    case .database(let name): (name, 0, "")
    case .schema(let database, let name): (database, 1, name)
    }
  }

  static func < (left: Self, right: Self) -> Bool { left.order < right.order }
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

  var isEmpty: Bool { place.isEmpty && all.isEmpty && named.isEmpty }

  /// What may be said once for several schemas.
  var shareable: GrantBody {
    var copy = self
    (copy.named, copy.defaultPrivilegesOf) = ([:], [])
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
