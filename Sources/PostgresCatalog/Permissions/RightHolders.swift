import Model

/// Who else could do what the applying user may not: roles that can log in.
struct RightHolders {
  let observed: Observed
  let graph: RoleGraph
  let user: String

  /// `; alice and postgres could`, at most three of them; empty where nobody could.
  func couldAct(as role: String) -> String { words(graph.inheritors(of: [role])) }

  /// Those who may `SET ROLE` to it.
  func couldBecome(_ role: String) -> String { words(graph.assumers(of: [role])) }

  /// Those whose privileges hold ADMIN on the role, and may create roles where that is asked for too.
  func couldAdminister(_ role: String, altering: Bool) -> String {
    let lenders = graph.inheritors(of: graph.administrators(of: role))
    guard altering || version.major < 16 else { return words(lenders) }
    let makers = Set(observed.roles.filter(\.value.attributes.createRole).keys)
    let able = version.major >= 16 ? lenders.intersection(makers) : altering ? makers : makers.union(lenders)
    return words(able)
  }

  var superusersCould: String { words([]) }

  private var version: ServerVersion { observed.version ?? ServerVersion(major: 15) }

  /// Superusers could in any case. Those of a cloud are nobody's to log in as.
  private func words(_ able: Set<String>) -> String {
    let others = able.subtracting([user]).filter { observed.roles[$0]?.attributes.superuser != true }
    let superusers = observed.roles.filter(\.value.attributes.superuser).keys
    let found = (others.sorted() + superusers.sorted())
      .filter { observed.roles[$0]?.attributes.login == true && !observed.isBuiltIn($0) }
    guard let last = found.prefix(3).last else { return "; nobody who can log in could" }
    let first = found.prefix(3).dropLast()
    return "; " + (first.isEmpty ? last : first.joined(separator: ", ") + " and " + last) + " could"
  }
}

extension RoleGraph {
  /// The roles that have the privileges of any of these without `SET ROLE`, these included.
  func inheritors(of roles: Set<String>) -> Set<String> { closure(below: roles) { isInherited($0) } }

  /// The roles that may become any of these, these included.
  func assumers(of roles: Set<String>) -> Set<String> { closure(below: roles) { $0.set ?? true } }

  private func closure(below roles: Set<String>, through isOpen: (Membership) -> Bool) -> Set<String> {
    let members = Dictionary(grouping: allEdges.filter(isOpen), by: \.role)
    var (reached, waiting) = (roles, Array(roles))
    while let role = waiting.popLast() {
      for edge in members[role] ?? [] where reached.insert(edge.member).inserted { waiting.append(edge.member) }
    }
    return reached
  }
}
