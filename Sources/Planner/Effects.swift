import Model

/// Who gains or loses which privilege in effect: over direct grants, memberships, predefined roles, the database's owner
/// and what everybody may do. Superusers are left out, since no list binds them.
func effects(from before: Observed, to after: Observed) -> [Effect] {
  var comparison = EffectComparison(before: before, after: after)
  comparison.compare()
  return comparison.effects
}

private struct EffectComparison {
  private let before: EffectSide
  private let after: EffectSide
  private let ordinary: Set<String>
  /// By lender, the roles that have its privileges on one side only.
  private var moved: [String: Set<String>] = [:]
  private var found: [Key: [String]] = [:]

  struct Key: Hashable {
    var role: String
    var gains: Bool
    var privileges: PrivilegeSet
    var through: String?
    var place: EffectPlace
  }

  /// Objects of one place whose lists are the same before, and the same afterwards: compared once.
  private struct Alike: Hashable {
    var place: EffectPlace
    var old: Lists?
    var new: Lists?
  }

  init(before: Observed, after: Observed) {
    (self.before, self.after) = (EffectSide(before), EffectSide(after))
    ordinary = Set(before.roles.keys).union(after.roles.keys).filter { name in
      !name.hasPrefix("pg_") && ![before, after].contains { $0.roles[name]?.attributes.superuser == true }
    }
    for role in ordinary {
      for lender in self.before.lenders(of: role).symmetricDifference(self.after.lenders(of: role)) {
        moved[lender, default: []].insert(role)
      }
    }
  }

  mutating func compare() {
    var alike: [Alike: [String]] = [:]
    before.observed.forEachListedObject { database, id, state in
      let other = after.observed.lists(of: id, in: database)
      let lists = before.observed.lists(of: id, in: database, known: state)
      guard lists != other || mayMove(lists, id.kind, database) else { return }
      alike[Alike(place: EffectPlace(database, id), old: lists, new: other), default: []].append(id.name)
    }
    after.observed.forEachListedObject { database, id, state in
      guard !before.observed.keepsList(of: id, in: database) else { return }
      let old = before.observed.lists(of: id, in: database)
      let lists = after.observed.lists(of: id, in: database, known: state)
      alike[Alike(place: EffectPlace(database, id), old: old, new: lists), default: []].append(id.name)
    }
    for (group, names) in alike { compare(group, names) }
  }

  /// Whether somebody's way to a list that stayed as it is may have changed.
  private func mayMove(_ lists: Lists?, _ kind: ObjectKind, _ database: String) -> Bool {
    if before.observed.databases[database]?.owner != after.observed.databases[database]?.owner { return true }
    guard let lists, !moved.isEmpty else { return false }
    return lists.all.contains { $0.grantee.role.map { isMoved($0, in: database) } ?? false }
      || PredefinedRole.lenders.contains { moved[$0] != nil && !PredefinedRole.privileges(of: $0, on: kind).isEmpty }
  }

  private func isMoved(_ lender: String, in database: String) -> Bool {
    if moved[lender] != nil { return true }
    guard lender == PredefinedRole.databaseOwner, let owner = before.observed.databases[database]?.owner else {
      return false
    }
    return moved[owner] != nil
  }

  private mutating func compare(_ group: Alike, _ names: [String]) {
    for role in rolesToCheck(group) {
      let isNew = before.observed.roles[role] == nil || after.observed.roles[role] == nil
      let had = group.old.map { before.privileges(of: role, $0, group.place) } ?? EffectiveWays()
      let has = group.new.map { after.privileges(of: role, $0, group.place) } ?? EffectiveWays()
      // What the whole table gives or gave is told of the table.
      let told = had.ofTable.union(has.ofTable)
      note(
        role, true, has.all.subtracting(had.all).subtracting(told), has, group.place, names,
        leavingOutPublic: isNew || group.old == nil)
      note(
        role, false, had.all.subtracting(has.all).subtracting(told), had, group.place, names,
        leavingOutPublic: isNew || group.new == nil)
    }
  }

  /// The roles with the privileges of somebody whose part of the list changed, and those whose ways there did.
  private func rolesToCheck(_ group: Alike) -> Set<String> {
    let (old, new) = (group.old?.all ?? [], group.new?.all ?? [])
    let grantees = Set((old + new).map(\.grantee))
    let database = group.place.database
    var roles: Set<String> = []
    for grantee in grantees {
      let isChanged = old.filter { $0.grantee == grantee } != new.filter { $0.grantee == grantee }
      guard let lender = grantee.role else {
        if isChanged { return ordinary }
        continue
      }
      if isChanged || lender == PredefinedRole.databaseOwner {
        roles.formUnion(before.borrowers(of: lender, in: database))
        roles.formUnion(after.borrowers(of: lender, in: database))
      } else {
        roles.formUnion(moved[lender] ?? [])
      }
    }
    for lender in PredefinedRole.lenders where !PredefinedRole.privileges(of: lender, on: group.place.kind).isEmpty {
      roles.formUnion(
        group.old == nil || group.new == nil ? after.borrowers(of: lender, in: database) : moved[lender] ?? [])
    }
    return roles.intersection(ordinary)
  }

  private mutating func note(
    _ role: String, _ gains: Bool, _ privileges: PrivilegeSet, _ ways: EffectiveWays, _ place: EffectPlace,
    _ names: [String], leavingOutPublic: Bool
  ) {
    var byWay: [String?: PrivilegeSet] = [:]
    for row in PrivilegeSet.table where privileges.contains(row.privilege) {
      byWay[ways.way(of: row.privilege), default: []].formUnion(row.privilege)
    }
    // That a new role may do what everybody may is no news.
    if leavingOutPublic { byWay["\(Grantee.everybody)"] = nil }
    for (way, privileges) in byWay {
      let key = Key(role: role, gains: gains, privileges: privileges, through: way, place: place)
      found[key, default: []] += names
    }
  }

  var effects: [Effect] {
    let contents = found.keys.contains(where: opens) ? SchemaContents(before, after) : nil
    return found.map { key, names in
      Effect(
        role: key.role, gains: key.gains, privileges: key.privileges,
        on: ObjectGroup(
          database: key.place.database, kind: key.place.kind, schema: key.place.schema, names: names.sorted()),
        through: key.through,
        inside: opens(key) ? contents?.count(heldBy: key.role, in: key.place.database, schemas: names) : nil)
    }.sorted { order($0).lexicographicallyPrecedes(order($1)) }
  }

  private func opens(_ key: Key) -> Bool { key.place.kind == .schema && key.privileges.contains(.usage) }

  private func order(_ effect: Effect) -> [String] {
    [
      effect.role, effect.gains ? "1" : "0", effect.on.database, effect.on.schema, effect.on.kind.rawValue,
      "\(effect.privileges)", effect.through ?? "", effect.on.names[0],
    ]
  }
}
