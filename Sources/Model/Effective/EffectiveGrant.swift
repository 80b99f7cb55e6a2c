/// One way by which somebody may do something to some objects.
package struct EffectiveGrant: Hashable, Sendable {
  package enum Way: String, Hashable, Sendable, CaseIterable, Comparable {
    case superuser, owner, grant, predefined, everybody

    package static func < (left: Self, right: Self) -> Bool {
      allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!  // `allCases` holds every case.
    }
  }

  /// What has to be there besides, and isn't.
  package enum Missing: String, Hashable, Sendable, CaseIterable {
    case connect, usage
  }

  /// `nil` for everything that there is, which is what superusers may touch.
  package var objects: ObjectGroup?
  /// The group is all of that kind that the schema, or the database, holds.
  package var isWhole = false
  /// Empty for an owner that took its own privileges away, and may give them back to itself.
  package var privileges: PrivilegeSet
  /// The part of `privileges` that may be granted on.
  package var grantable: PrivilegeSet
  package var way: Way
  package var path: RoleReach.Path
  package var grantor: String?
  /// CONNECT on the database, USAGE on the schema: without them the privileges can't be used.
  package var missing: [Missing] = []

  package init(
    objects: ObjectGroup?, isWhole: Bool = false, privileges: PrivilegeSet, grantable: PrivilegeSet = [], way: Way,
    path: RoleReach.Path, grantor: String? = nil, missing: [Missing] = []
  ) {
    (self.objects, self.isWhole, self.privileges, self.grantable) = (objects, isWhole, privileges, grantable)
    (self.way, self.path, self.grantor, self.missing) = (way, path, grantor, missing)
  }
}

extension EffectiveGrant: Comparable {
  package static func < (left: Self, right: Self) -> Bool {
    guard let one = left.objects, let other = right.objects else {
      return left.objects == nil && right.objects != nil || left.objects == right.objects && left.path < right.path
    }
    if one.database != other.database { return one.database < other.database }
    if one.kind != other.kind { return one.kind < other.kind }
    if one.schema != other.schema { return one.schema < other.schema }
    if left.way != right.way { return left.way < right.way }
    if left.path != right.path { return left.path < right.path }
    if one.names != other.names { return one.names.lexicographicallyPrecedes(other.names) }
    if left.grantor != right.grantor { return (left.grantor ?? "") < (right.grantor ?? "") }
    return (left.privileges.rawValue, left.grantable.rawValue) < (right.privileges.rawValue, right.grantable.rawValue)
  }
}
