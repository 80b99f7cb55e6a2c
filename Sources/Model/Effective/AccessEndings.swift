/// When the specs take access back: the ends of roles, of memberships and of grants.
package struct AccessEndings: Hashable, Sendable {
  private struct Edge: Hashable {
    var member: String
    var role: String
  }

  private var roles: [String: Timestamp] = [:]
  private var memberships: [Edge: Timestamp] = [:]
  private var rules: [GrantRule] = []

  package init(_ access: DesiredAccess) {
    for (name, role) in access.roles {
      roles[name] = role.expires
      for membership in role.memberOf { memberships[Edge(member: name, role: membership.role)] = membership.expires }
    }
    rules = access.rules.filter { $0.state == .present }
    // Where nothing ends there is nothing to look for.
    if rules.allSatisfy({ $0.expires == nil }) { rules = [] }
  }

  /// The first end of anything on the way from the role to the privileges.
  package func end(of grant: EffectiveGrant, for role: String) -> Timestamp? {
    let path = grant.path.roles
    let edges = zip([role] + path, path).compactMap { memberships[Edge(member: $0, role: $1)] }
    // A role that ends loses its own memberships; its members keep theirs, and it keeps what was granted to it.
    let holders = ([role] + path.dropLast()).compactMap { roles[$0] }
    return (edges + holders + [endOfRules(grant, heldBy: path.last ?? role)].compactMap { $0 }).min()
  }

  /// When the first of the privileges goes: each when the last of the rules ends that ask for it. `nil` where all of them
  /// are asked for by a rule without an end, or by none.
  private func endOfRules(_ grant: EffectiveGrant, heldBy holder: String) -> Timestamp? {
    guard grant.way == .grant, let objects = grant.objects else { return nil }
    let asking = rules.filter { $0.coversExisting && $0.mode != .audit && $0.grantees.contains(.role(holder)) }
    let ends = PrivilegeSet.table.map(\.privilege).filter(grant.privileges.contains).compactMap { privilege in
      let ends = asking.filter { rule in rule.items.contains { $0.covers(privilege, on: objects, rule) } }.map(
        \.expires)
      return ends.contains(nil) ? nil : ends.compactMap { $0 }.max()
    }
    return ends.min()
  }
}

extension GrantItem {
  fileprivate func covers(_ wanted: PrivilegeSet, on objects: ObjectGroup, _ rule: GrantRule) -> Bool {
    guard kind == objects.kind, kind.place == .cluster || rule.databases.contains(objects.database) else {
      return false
    }
    if case .some(let privileges) = privileges, !privileges.isSuperset(of: wanted) { return false }
    switch selector {
    case .database: return objects.names.allSatisfy(rule.databases.contains)
    case .schemas(let pattern): return objects.names.allSatisfy(pattern.matches)
    case .objects(_, let schema, let names):
      return schema?.matches(objects.schema) ?? true && objects.names.allSatisfy { names?.matches($0) ?? true }
    }
  }
}
