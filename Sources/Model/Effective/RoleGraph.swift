/// Who has whose rights, by the server's own rules.
///
/// - Source: `acl.c`, `has_privs_of_role()`, `member_can_set_role()`, `select_best_admin()`.
package struct RoleGraph: Sendable {
  let roles: [String: Role]
  /// Memberships by member.
  let edges: [String: [Membership]]
  let version: ServerVersion

  package init(roles: [String: Role], memberships: [Membership], version: ServerVersion) {
    (self.roles, self.version) = (roles, version)
    edges = Dictionary(grouping: memberships, by: \.member)
  }

  /// The roles whose privileges the user has without `SET ROLE`, itself included.
  package func inherited(by user: String) -> Set<String> {
    isSuperuser(user) ? Set(roles.keys) : closure(of: user, through: isInherited)
  }

  /// The roles that the user may become by `SET ROLE`, itself included.
  package func assumable(by user: String) -> Set<String> {
    isSuperuser(user) ? Set(roles.keys) : closure(of: user) { edge in edge.set ?? true }
  }

  /// The roles that the user may lend to others. ADMIN counts from every role whose privileges the user has.
  package func lendable(by user: String) -> Set<String> {
    if isSuperuser(user) { return Set(roles.keys) }
    let held = inherited(by: user)
    var lendable = Set(held.flatMap { edges[$0] ?? [] }.filter(\.admin).map(\.role))
    if createsRolesFreely(user) { lendable.formUnion(roles.keys.filter { !isSuperuser($0) }) }
    if held.contains("rds_superuser") { lendable.formUnion(Self.rolesOfRDS.filter { roles[$0] != nil }) }
    return lendable
  }

  /// What Amazon RDS lets members of `rds_superuser` lend, ADMIN option or not.
  ///
  /// - Source: Amazon RDS User Guide, "Understanding the rds_superuser role", read 2026-11-22; on 16 and later seen by
  ///   others, gravitational/teleport#48897.
  package static let rolesOfRDS = ["rds_iam", "rds_password", "rds_replication", "rds_superuser"]

  /// Those with ADMIN on the role by an edge of their own.
  package func administrators(of role: String) -> Set<String> {
    Set(allEdges.filter { $0.admin && $0.role == role }.map(\.member))
  }

  package var allEdges: [Membership] { edges.values.flatMap { $0 } }

  package func isSuperuser(_ user: String) -> Bool { roles[user]?.attributes.superuser == true }

  /// Before 16 CREATEROLE alone was enough for every role that is no superuser.
  private func createsRolesFreely(_ user: String) -> Bool {
    version.major < 16 && roles[user]?.attributes.createRole == true
  }

  /// Whether the member of the edge has the role's privileges without doing anything.
  package func isInherited(_ edge: Membership) -> Bool { edge.inherit ?? inherits(edge.member) }

  func inherits(_ member: String) -> Bool { roles[member]?.attributes.inherit ?? false }

  private func closure(of user: String, through isOpen: (Membership) -> Bool) -> Set<String> {
    var (reached, waiting): (Set<String>, [String]) = ([user], [user])
    while let member = waiting.popLast() {
      for edge in edges[member] ?? [] where isOpen(edge) && reached.insert(edge.role).inserted {
        waiting.append(edge.role)
      }
    }
    return reached
  }
}
