/// By which ways roles come to the privileges of others.
package struct RoleReach: Sendable {
  /// One way, the shortest there is.
  package struct Path: Hashable, Sendable, Comparable {
    /// The roles on the way, the last of them the one whose privileges are meant; empty for the role itself.
    package var roles: [String]
    /// The role that has to be become first by `SET ROLE`; `nil` where nothing has to be done.
    package var afterSetRole: String?

    package init(roles: [String] = [], afterSetRole: String? = nil) {
      (self.roles, self.afterSetRole) = (roles, afterSetRole)
    }

    package static func < (left: Self, right: Self) -> Bool {
      if left.afterSetRole != right.afterSetRole { return (left.afterSetRole ?? "") < (right.afterSetRole ?? "") }
      return left.roles.lexicographicallyPrecedes(right.roles)
    }

    func appending(_ role: String) -> Path { Path(roles: roles + [role], afterSetRole: afterSetRole) }
  }

  package let graph: RoleGraph

  package init(_ observed: Observed) {
    graph = RoleGraph(
      roles: observed.roles, memberships: observed.memberships.sorted(),
      version: observed.version ?? ServerVersion(major: 15))
  }

  /// The roles whose privileges the role has without doing anything, itself included.
  package func inherited(by role: String) -> [String: Path] {
    walk(from: role, Path()) { graph.isInherited($0) }
  }

  /// The roles whose privileges the role has once it has become another one that is no superuser, without those that it
  /// has anyway.
  package func assumed(by role: String, besides inherited: [String: Path]) -> [String: Path] {
    var found: [String: Path] = [:]
    let assumable = assumable(by: role).filter { inherited[$0.key] == nil && !graph.isSuperuser($0.key) }
    for (other, path) in assumable.sorted(by: { ($0.value.roles.count, $0.key) < ($1.value.roles.count, $1.key) }) {
      for (lender, path) in walk(from: other, path, through: { graph.isInherited($0) })
      where inherited[lender] == nil && found[lender] == nil {
        found[lender] = path
      }
    }
    return found
  }

  /// The other roles that the role may become by `SET ROLE`.
  package func assumable(by role: String) -> [String: Path] {
    var found: [String: Path] = [:]
    for (other, path) in walk(from: role, Path(), through: { $0.set ?? true }) where other != role {
      found[other] = Path(roles: path.roles, afterSetRole: other)
    }
    return found
  }

  /// Adds `pg_database_owner`, of which the owner of each database is a member within it.
  ///
  /// - Source: `roles_is_member_of()` in PostgreSQL's `acl.c`; before 16 an owner without INHERIT is none.
  package func addingDatabaseOwner(_ owner: String, to paths: [String: Path]) -> [String: Path] {
    guard let path = paths[owner], lendsDatabaseOwner(owner) else { return paths }
    var paths = paths
    paths[PredefinedRole.databaseOwner] = path.appending(PredefinedRole.databaseOwner)
    return paths
  }

  /// Whether who has the privileges of a database's owner has those of `pg_database_owner` there too.
  package func lendsDatabaseOwner(_ owner: String) -> Bool {
    graph.roles[PredefinedRole.databaseOwner] != nil && (graph.version.major >= 16 || graph.inherits(owner))
  }

  private func walk(from role: String, _ start: Path, through isOpen: (Membership) -> Bool) -> [String: Path] {
    var (found, waiting) = ([role: start], [role])
    var next = 0
    while next < waiting.count {
      let member = waiting[next]
      next += 1
      for edge in graph.edges[member] ?? [] where found[edge.role] == nil && isOpen(edge) {
        found[edge.role] = (found[member] ?? start).appending(edge.role)
        waiting.append(edge.role)
      }
    }
    return found
  }
}
