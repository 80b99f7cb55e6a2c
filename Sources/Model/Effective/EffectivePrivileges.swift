/// Who may do what on what, by every way by which PostgreSQL would say yes: as superuser, as owner, by a grant of its
/// own or to a role whose privileges it has, by what everybody may do, by a predefined role; and what a role would have
/// after `SET ROLE`. System objects are in no observation, so they are not told of, nor is what an extension's script left.
///
/// What is alike is kept once for each grantee: asking for a role costs what it has, not what there is.
package struct EffectivePrivileges: Sendable {
  private let observed: Observed
  private let reach: RoleReach
  private let holdings: Holdings
  private let gates: Gates

  /// - Parameter selects: which objects are asked about.
  package init(_ observed: Observed, selects: (_ database: String, ObjectID) -> Bool = { _, _ in true }) {
    self.observed = observed
    reach = RoleReach(observed)
    holdings = Holdings(observed, version: reach.graph.version, selects: selects)
    gates = Gates(observed, reach)
  }

  /// The roles that there are, without the server's own, by name.
  package var roles: [String] { observed.roles.keys.filter { !$0.hasPrefix("pg_") }.sorted() }

  /// What everybody may do.
  package var ofEverybody: [EffectiveGrant] {
    grants(of: .everybody, path: RoleReach.Path(), way: .everybody, missing: gates.missing(for: [])).sorted()
  }

  /// What the role may do, all ways beside one another; sorted by objects.
  ///
  /// - Parameter includingEverybody: also what it may do because everybody may.
  package func grants(of role: String, includingEverybody: Bool) -> [EffectiveGrant] {
    if reach.graph.isSuperuser(role) { return [everything(RoleReach.Path())] }
    let inherited = reach.inherited(by: role)
    let own = Set(inherited.keys)
    var found = grants(inherited, held: own)
    if includingEverybody { found += ofEverybody(held: own) }
    let assumed = reach.assumed(by: role, besides: inherited)
    for (become, paths) in Dictionary(grouping: assumed, by: { $0.value.afterSetRole ?? "" }) {
      let held = Set(reach.inherited(by: become).keys)
      found += grants(Dictionary(uniqueKeysWithValues: paths.map { ($0.key, $0.value) }), held: held)
    }
    // That somebody is a superuser is lent to nobody; it can only be become.
    for (other, path) in reach.assumable(by: role) where reach.graph.isSuperuser(other) {
      found.append(everything(path))
    }
    return (found + asDatabaseOwner(role)).sorted()
  }

  /// Before 16 an owner without INHERIT, and whoever may become it, has to become `pg_database_owner`.
  private func asDatabaseOwner(_ role: String) -> [EffectiveGrant] {
    let become = PredefinedRole.databaseOwner
    guard observed.roles[become] != nil else { return [] }
    let assumable = reach.assumable(by: role)
    return observed.databases.flatMap { name, database -> [EffectiveGrant] in
      let owner = database.owner
      guard !reach.lendsDatabaseOwner(owner), !reach.graph.isSuperuser(owner),
        let way = role == owner ? [] : assumable[owner]?.roles
      else { return [] }
      return grants(
        of: .role(become), path: RoleReach.Path(roles: way + [become], afterSetRole: become), way: .grant, in: name,
        missing: gates.missing(for: [become]))
    }
  }

  private func everything(_ path: RoleReach.Path) -> EffectiveGrant {
    EffectiveGrant(objects: nil, isWhole: true, privileges: [], way: .superuser, path: path)
  }

  private func ofEverybody(held: Set<String>) -> [EffectiveGrant] {
    grants(of: .everybody, path: RoleReach.Path(), way: .everybody, missing: gates.missing(for: held))
  }

  /// What comes by the lists that name one of the roles, and by those roles themselves where they are predefined.
  ///
  /// - Parameter held: all roles whose privileges count at the same time.
  private func grants(_ paths: [String: RoleReach.Path], held: Set<String>) -> [EffectiveGrant] {
    let missing = gates.missing(for: held)
    var found: [EffectiveGrant] = []
    for (lender, path) in paths {
      found += grants(of: .role(lender), path: path, way: .grant, missing: missing)
      found += predefined(lender, path, missing)
    }
    // Within a database its owner is a member of `pg_database_owner`.
    for (name, database) in observed.databases {
      guard let path = reach.addingDatabaseOwner(database.owner, to: paths)[PredefinedRole.databaseOwner] else {
        continue
      }
      found += grants(of: .role(PredefinedRole.databaseOwner), path: path, way: .grant, in: name, missing: missing)
    }
    return found
  }

  private func grants(
    of grantee: Grantee, path: RoleReach.Path, way: EffectiveGrant.Way, in database: String? = nil,
    missing: (Holdings.Place) -> [EffectiveGrant.Missing]
  ) -> [EffectiveGrant] {
    (holdings.byGrantee[grantee] ?? [:]).compactMap { key, names in
      guard database == nil || key.place.database == database else { return nil }
      return EffectiveGrant(
        objects: group(key.place, names), isWhole: isWhole(key.place, names.count), privileges: key.privileges,
        grantable: key.grantable, way: key.isOwner ? .owner : way, path: path,
        grantor: key.isOwner ? nil : key.grantor, missing: missing(key.place))
    }
  }

  private func predefined(
    _ role: String, _ path: RoleReach.Path, _ missing: (Holdings.Place) -> [EffectiveGrant.Missing]
  ) -> [EffectiveGrant] {
    guard PredefinedRole.lenders.contains(role) else { return [] }
    return holdings.names.compactMap { place, names in
      let privileges = PredefinedRole.privileges(of: role, on: place.kind)
      guard !privileges.isEmpty else { return nil }
      return EffectiveGrant(
        objects: group(place, names), isWhole: isWhole(place, names.count), privileges: privileges, way: .predefined,
        path: path, missing: missing(place))
    }
  }

  private func group(_ place: Holdings.Place, _ names: [String]) -> ObjectGroup {
    ObjectGroup(database: place.database, kind: place.kind, schema: place.schema, names: names)
  }

  /// Only of what lies in a schema: of one table that is the only one nobody would say "all tables".
  private func isWhole(_ place: Holdings.Place, _ count: Int) -> Bool {
    place.kind.place == .schema && place.kind != .column && count > 1 && holdings.counts[place] == count
  }
}

/// CONNECT on databases and USAGE on schemas, which stand before everything inside.
private struct Gates: Sendable {
  private var connect: [String: Set<Grantee>] = [:]
  private var usage: [String: [String: Set<Grantee>]] = [:]
  private var owners: [String: String] = [:]
  private let reach: RoleReach

  init(_ observed: Observed, _ reach: RoleReach) {
    self.reach = reach
    for (name, database) in observed.databases {
      owners[name] = database.owner
      connect[name] = holders(of: .connect, database.acl)
      usage[name] = database.schemas.mapValues { holders(of: .usage, $0.acl) }
    }
  }

  /// What somebody with the privileges of these roles lacks for objects of a place.
  func missing(for roles: Set<String>) -> (Holdings.Place) -> [EffectiveGrant.Missing] {
    let readsAll = roles.contains { !PredefinedRole.privileges(of: $0, on: .schema).isEmpty }
    return { place in
      guard place.kind != .database, place.kind.place != .cluster else { return [] }
      var missing: [EffectiveGrant.Missing] = []
      if !isOpen(connect[place.database], to: roles, in: place.database) { missing.append(.connect) }
      guard place.kind.place == .schema, !readsAll else { return missing }
      if !isOpen(usage[place.database]?[place.schema], to: roles, in: place.database) { missing.append(.usage) }
      return missing
    }
  }

  private func isOpen(_ holders: Set<Grantee>?, to roles: Set<String>, in database: String) -> Bool {
    guard let holders else { return true }
    if holders.contains(.everybody) || roles.contains(where: { holders.contains(.role($0)) }) { return true }
    guard holders.contains(.role(PredefinedRole.databaseOwner)), let owner = owners[database] else { return false }
    return roles.contains(owner) && reach.lendsDatabaseOwner(owner)
  }
}

private func holders(of privilege: PrivilegeSet, _ acl: ACL) -> Set<Grantee> {
  Set(acl.entries.filter { $0.privileges.contains(privilege) }.map(\.grantee))
}
