import Model
import YAML

/// A grant on objects that its role can't reach, because it lacks USAGE on their schema.
struct MissingUsage: Sendable {
  let role: String
  let database: String
  let schema: String
  /// The role and those whose privileges it has; one of them owning the schema is enough.
  let through: Set<String>
  let node: Node
}

/// The grants on objects to a role that no rule gives USAGE on the schema, whether itself, through a role that it is a
/// member of, or through PUBLIC. The schema `public` is open to everybody.
func grantsWithoutUsage(_ access: DesiredAccess, nodes: [(rule: GrantRule, node: Node)]) -> [MissingUsage] {
  let usable = schemasWithUsage(access.rules)
  var lenders: [String: Set<String>?] = [:]
  return nodes.flatMap { rule, node -> [MissingUsage] in
    let schemas = Set(rule.items.compactMap { objectSchema($0.selector) }).subtracting(["public"]).sorted()
    guard !schemas.isEmpty else { return [] }
    return rule.grantees.compactMap(\.role).flatMap { role -> [MissingUsage] in
      if access.roles[role]?.attributes.superuser == true { return [] }
      if lenders[role] == nil { lenders[role] = .some(rolesLentTo(role, access.roles)) }
      guard case let through?? = lenders[role] else { return [] }
      return rule.databases.flatMap { database in
        schemas.filter { schema in
          let open = usable[Place(database: database, schema: schema)] ?? []
          return !open.contains(.everybody) && !through.contains { open.contains(.role($0)) }
        }.map { MissingUsage(role: role, database: database, schema: $0, through: through, node: node) }
      }
    }
  }
}

private struct Place: Hashable {
  let database: String
  let schema: String
}

private func schemasWithUsage(_ rules: [GrantRule]) -> [Place: Set<Grantee>] {
  var usable: [Place: Set<Grantee>] = [:]
  for rule in rules {
    for item in rule.items {
      guard case .schemas(let pattern) = item.selector, let schema = pattern.exact, item.privileges.include(.usage)
      else { continue }
      for database in rule.databases {
        usable[Place(database: database, schema: schema), default: []].formUnion(rule.grantees)
      }
    }
  }
  return usable
}

private func objectSchema(_ selector: GrantItem.Selector) -> String? {
  switch selector {
  case .database, .schemas: nil
  case .objects(_, let schema, _): schema?.exact
  }
}

/// The role and those whose privileges it has; `nil` where they are so many that a warning isn't worth the search.
private func rolesLentTo(_ role: String, _ roles: [String: DesiredRole]) -> Set<String>? {
  var (found, left): (Set<String>, [String]) = ([role], [role])
  while let next = left.popLast() {
    for membership in roles[next]?.memberOf ?? [] where found.insert(membership.role).inserted {
      left.append(membership.role)
    }
    if found.count > 256 { return nil }
  }
  return found
}

extension GrantItem.Privileges {
  func include(_ privilege: PrivilegeSet) -> Bool {
    switch self {
    case .all: true
    case .some(let set): set.contains(privilege)
    }
  }
}
