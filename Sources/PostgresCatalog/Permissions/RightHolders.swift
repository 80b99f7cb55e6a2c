import Model

/// Who else could do what the applying user may not: roles that can log in.
struct RightHolders {
  private let observed: Observed
  private let graph: RoleGraph
  private let user: String
  private let makers: Set<String>
  private let superusers: [String]
  /// Memberships by role.
  private let members: [String: [Membership]]

  init(observed: Observed, graph: RoleGraph, user: String) {
    (self.observed, self.graph, self.user) = (observed, graph, user)
    makers = Set(observed.roles.filter(\.value.attributes.createRole).keys)
    superusers = observed.roles.filter(\.value.attributes.superuser).keys.sorted()
    members = Dictionary(grouping: graph.allEdges, by: \.role)
  }

  /// `; alice and postgres could`, at most three of them; empty where nobody could.
  func couldAct(as role: String) -> String { words(inheritors(of: [role])) }

  /// Those who may `SET ROLE` to it.
  func couldBecome(_ role: String) -> String { words(closure(below: [role]) { $0.set ?? true }) }

  /// Those whose privileges hold ADMIN on the role, and may create roles where that is asked for too.
  func couldAdminister(_ role: String, altering: Bool) -> String {
    let lenders = inheritors(of: graph.administrators(of: role))
    guard altering || version.major < 16 else { return words(lenders) }
    let able = version.major >= 16 ? lenders.intersection(makers) : altering ? makers : makers.union(lenders)
    return words(able)
  }

  var superusersCould: String { words([]) }

  private var version: ServerVersion { observed.version ?? ServerVersion(major: 15) }

  /// Superusers could in any case. Those of a cloud are nobody's to log in as.
  private func words(_ able: Set<String>) -> String {
    let others = able.subtracting([user]).filter { observed.roles[$0]?.attributes.superuser != true }
    let found = (others.sorted() + superusers)
      .filter { observed.roles[$0]?.attributes.login == true && !observed.isBuiltIn($0) }
    guard let last = found.prefix(3).last else { return "; nobody who can log in could" }
    let first = found.prefix(3).dropLast()
    return "; " + (first.isEmpty ? last : first.joined(separator: ", ") + " and " + last) + " could"
  }

  /// The roles that have the privileges of any of these without `SET ROLE`, these included.
  private func inheritors(of roles: Set<String>) -> Set<String> { closure(below: roles) { graph.isInherited($0) } }

  /// These and their members, members' members and so on.
  private func closure(below roles: Set<String>, through isOpen: (Membership) -> Bool) -> Set<String> {
    var (reached, waiting) = (roles, Array(roles))
    while let role = waiting.popLast() {
      for edge in members[role] ?? [] where isOpen(edge) && reached.insert(edge.member).inserted {
        waiting.append(edge.member)
      }
    }
    return reached
  }
}
