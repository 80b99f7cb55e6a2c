import Model

/// Who gains or loses which privilege in effect: over direct grants, memberships and what everybody may do. Superusers are
/// left out, since no list binds them.
func effects(from before: Observed, to after: Observed) -> [Effect] {
  var comparison = EffectComparison(before: before, after: after)
  comparison.compare()
  return comparison.effects
}

private struct EffectComparison {
  let before: Observed
  let after: Observed
  let lentBefore: [String: Set<String>]
  let lentAfter: [String: Set<String>]
  private var found: [Key: [String]] = [:]

  struct Key: Hashable {
    var role: String
    var gains: Bool
    var privileges: PrivilegeSet
    var through: String?
    var database: String
    var kind: ObjectKind
    var schema: String
  }

  init(before: Observed, after: Observed) {
    (self.before, self.after) = (before, after)
    (lentBefore, lentAfter) = (before.rolesInEffect(), after.rolesInEffect())
  }

  mutating func compare() {
    for (name, database) in after.databases.merging(before.databases, uniquingKeysWith: { after, _ in after }) {
      let old = before.databases[name]
      compare(.database, "", name, name, old?.acl, database.acl)
      for schema in Set(database.schemas.keys).union(old?.schemas.keys ?? [:].keys) {
        compare(.schema, "", schema, name, old?.schemas[schema]?.acl, database.schemas[schema]?.acl)
      }
      for id in Set(database.objects.states.keys).union(old?.objects.states.keys ?? [:].keys) {
        compare(id.kind, id.schema, id.name, name, old?.objects.states[id]?.acl, database.objects.states[id]?.acl)
      }
    }
  }

  private mutating func compare(
    _ kind: ObjectKind, _ schema: String, _ name: String, _ database: String, _ old: ACL?, _ new: ACL?
  ) {
    for role in rolesToCheck(old, new) {
      let isNew = before.roles[role] == nil || after.roles[role] == nil
      let had = old.map { effective(role, $0, lentBefore) } ?? [:]
      let has = new.map { effective(role, $0, lentAfter) } ?? [:]
      let (hadAll, hasAll) = (PrivilegeSet(had.keys), PrivilegeSet(has.keys))
      note(
        role, true, hasAll.subtracting(hadAll), has, kind, schema, name, database, leavingOutPublic: isNew || old == nil
      )
      note(
        role, false, hadAll.subtracting(hasAll), had, kind, schema, name, database,
        leavingOutPublic: isNew || new == nil)
    }
  }

  /// All roles where the list changed; where it didn't, those whose memberships did.
  private func rolesToCheck(_ old: ACL?, _ new: ACL?) -> [String] {
    if old == new { return changedRoles }
    let named = Set(((old?.entries ?? []) + (new?.entries ?? [])).map(\.grantee))
    if named.contains(.everybody) && old?.privileges(of: .everybody) != new?.privileges(of: .everybody) {
      return ordinaryRoles
    }
    let names = named.compactMap(\.role)
    return ordinaryRoles.filter { role in
      let lent = (lentBefore[role] ?? []).union(lentAfter[role] ?? [])
      return names.contains { $0 == role || lent.contains($0) }
    }
  }

  private var changedRoles: [String] { ordinaryRoles.filter { lentBefore[$0] != lentAfter[$0] } }

  private var ordinaryRoles: [String] {
    Set(before.roles.keys).union(after.roles.keys).filter { name in
      !name.hasPrefix("pg_") && !(before.roles[name]?.attributes.superuser ?? false)
        && !(after.roles[name]?.attributes.superuser ?? false)
    }.sorted()
  }

  /// Each privilege with the role that it comes through; `nil` stands for the role itself, which is preferred.
  private func effective(_ role: String, _ acl: ACL, _ lent: [String: Set<String>]) -> [UInt16: String?] {
    var found: [UInt16: String?] = [:]
    guard let lenders = lent[role] else { return found }
    for entry in acl.entries {
      let isOwn = entry.grantee == .role(role)
      guard isOwn || entry.grantee == .everybody || lenders.contains(entry.grantee.role ?? "") else { continue }
      for row in PrivilegeSet.table where entry.privileges.contains(row.privilege) {
        if isOwn || found[row.privilege.rawValue] == nil {
          found[row.privilege.rawValue] = .some(isOwn ? nil : "\(entry.grantee)")
        }
      }
    }
    return found
  }

  private mutating func note(
    _ role: String, _ gains: Bool, _ privileges: PrivilegeSet, _ ways: [UInt16: String?], _ kind: ObjectKind,
    _ schema: String,
    _ name: String, _ database: String, leavingOutPublic: Bool
  ) {
    var byWay: [String?: PrivilegeSet] = [:]
    for row in PrivilegeSet.table where privileges.contains(row.privilege) {
      byWay[ways[row.privilege.rawValue] ?? nil, default: []].formUnion(row.privilege)
    }
    // That a new role may do what everybody may is no news.
    if leavingOutPublic { byWay["\(Grantee.everybody)"] = nil }
    for (way, privileges) in byWay {
      let key = Key(
        role: role, gains: gains, privileges: privileges, through: way, database: database, kind: kind, schema: schema)
      found[key, default: []].append(name)
    }
  }

  var effects: [Effect] {
    found.map { key, names in
      Effect(
        role: key.role, gains: key.gains, privileges: key.privileges,
        on: ObjectGroup(database: key.database, kind: key.kind, schema: key.schema, names: names.sorted()),
        through: key.through)
    }.sorted { order($0).lexicographicallyPrecedes(order($1)) }
  }

  private func order(_ effect: Effect) -> [String] {
    [
      effect.role, effect.gains ? "1" : "0", effect.on.database, effect.on.schema, effect.on.kind.rawValue,
      "\(effect.privileges)", effect.through ?? "", effect.on.names[0],
    ]
  }
}

extension PrivilegeSet {
  fileprivate init(_ keys: Dictionary<UInt16, String?>.Keys) { self.init(rawValue: keys.reduce(0, |)) }
}

extension Observed {
  /// For each role the roles whose privileges it has without doing anything.
  ///
  /// - Source: from 16 on each membership says whether it inherits; before, the member's INHERIT does.
  fileprivate func rolesInEffect() -> [String: Set<String>] {
    var direct: [String: [String]] = [:]
    for edge in memberships where edge.inherit ?? roles[edge.member]?.attributes.inherit ?? true {
      direct[edge.member, default: []].append(edge.role)
    }
    var closures: [String: Set<String>] = [:]
    for role in roles.keys {
      var (seen, queue): (Set<String>, [String]) = ([], [role])
      while let next = queue.popLast() {
        for lender in direct[next] ?? [] where seen.insert(lender).inserted { queue.append(lender) }
      }
      closures[role] = seen
    }
    return closures
  }
}
