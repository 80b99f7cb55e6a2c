import Model

package let randomRoleNames = ["amy", "bob", "carol", "dan d", "e\"ve", "fé", "g/h"]

/// A cluster that PostgreSQL could hold: owners and grantors exist, what is passed on hangs on a grant option, no circles.
package func randomObserved(_ random: inout SeededRandom) -> Observed {
  let version = random.pick([
    ServerVersion(major: 15, minor: 20), ServerVersion(major: 16, minor: 4), ServerVersion(major: 18, minor: 0),
  ])
  var observed = pristineCluster(version: version)
  observed.isAssumed = false
  observed.systemIdentifier = "7400000000000000001"
  for name in random.some(randomRoleNames, percent: 75) { observed.roles[name] = randomRole(&random) }
  addMemberships(to: &observed, &random)
  observed.databases["app"] = randomDatabase(observed, version, &random)
  if random.chance(50) { observed.databases["crm"] = randomDatabase(observed, version, &random) }
  if random.chance(30), let owner = observed.roles.keys.sorted().randomElement(using: &random) {
    observed.databases["far"] = pristineDatabase(owner: owner, version: version, isRead: false)
  }
  addSettings(to: &observed, &random)
  addLayer(to: &observed, &random)
  addRowSecurity(to: &observed, random)
  addKinds(to: &observed, random)
  addOwnedSequences(to: &observed, random)
  return observed
}

private func randomRole(_ random: inout SeededRandom) -> Role {
  var role = Role(attributes: randomAttributes(&random), comment: random.chance(20) ? "old" : nil)
  role.password = random.pick([
    .none, .none, .present, .matches(reference: .environment(variable: "P")),
    .differs(reference: .environment(variable: "P")),
  ])
  return role
}

package func randomAttributes(_ random: inout SeededRandom) -> RoleAttributes {
  var attributes = RoleAttributes()
  attributes.login = random.chance(40)
  attributes.createDatabase = random.chance(10)
  attributes.inherit = random.chance(90)
  attributes.connectionLimit = random.chance(15) ? 5 : nil
  attributes.passwordValidUntil = random.chance(10) ? Timestamp(seconds: 1_800_000_000) : nil
  return attributes
}

private func addMemberships(to observed: inout Observed, _ random: inout SeededRandom) {
  let names = randomRoleNames.filter { observed.roles[$0] != nil }
  let hasOptions = observed.version!.major >= 16  // Every random cluster has a version.
  for (index, member) in names.enumerated() {
    for role in names[..<index] where random.chance(25) {
      let inherit: Bool? =
        hasOptions ? random.chance(70) ? observed.roles[member]?.attributes.inherit : random.chance(50) : nil
      observed.memberships.append(
        Membership(
          role: role, member: member, grantor: "postgres", admin: random.chance(30), inherit: inherit,
          set: hasOptions ? random.chance(85) : nil))
    }
  }
  guard hasOptions else { return observed.memberships.sort() }
  for edge in observed.memberships where edge.admin && random.chance(50) {
    let later = names.drop { $0 != edge.member }.dropFirst()
    guard let member = later.randomElement(using: &random) else { continue }
    observed.memberships.append(
      Membership(
        role: edge.role, member: member, grantor: edge.member, admin: random.chance(20), inherit: random.chance(80),
        set: random.chance(80)))
  }
  addAutomaticEdges(names, to: &observed, &random)
  observed.memberships.sort()
}

/// Of roles that another role with CREATEROLE made.
private func addAutomaticEdges(_ names: [String], to observed: inout Observed, _ random: inout SeededRandom) {
  for (index, maker) in names.enumerated() where random.chance(20) {
    guard let made = names[..<index].randomElement(using: &random) else { continue }
    let edge = Membership(role: made, member: maker, grantor: "postgres", admin: true, inherit: false, set: false)
    // One edge for each grantor.
    guard !observed.memberships.contains(where: { $0.isSameEdge(as: edge, version: observed.version) }) else {
      continue
    }
    observed.memberships.append(edge)
  }
}

private func randomDatabase(_ observed: Observed, _ version: ServerVersion, _ random: inout SeededRandom) -> Database {
  let roles = observed.roles.keys.filter { !$0.hasPrefix("pg_") }.sorted()
  var database = pristineDatabase(owner: random.pick(roles), version: version)
  database.acl = randomACL(.database, database.owner, roles, version, &random)
  for name in ["s1", "s 2"] where random.chance(80) {
    let owner = random.pick(roles)
    database.schemas[name] = Schema(owner: owner, acl: randomACL(.schema, owner, roles, version, &random))
    addObjects(to: &database, schema: name, roles, version, &random)
  }
  for _ in 0..<Int.random(in: 0...2, using: &random) {
    let schema: String? = random.chance(70) ? database.schemas.keys.sorted().randomElement(using: &random) : nil
    let list = DefaultPrivileges(
      owner: random.pick(roles), schema: schema, kind: random.pick([.table, .function, .sequence]))
    var acl = schema == nil ? ACL.initial(kind: list.kind, owner: list.owner, version: version) : ACL()
    let grantee = random.pick(roles)
    if grantee != list.owner {
      acl.add(
        ACLEntry(
          grantee: .role(grantee), grantor: list.owner, privileges: randomPrivileges(list.kind, version, &random)))
    } else if schema == nil, list.kind == .function {
      acl.remove(.execute, from: .everybody, grantor: list.owner, grantOptionOnly: false)
    }
    if !acl.entries.isEmpty, acl != ACL.initial(kind: list.kind, owner: list.owner, version: version) {
      database.defaultPrivileges[list] = acl
    }
  }
  return database
}

private func addObjects(
  to database: inout Database, schema: String, _ roles: [String], _ version: ServerVersion, _ random: inout SeededRandom
) {
  let objects: [(ObjectKind, String)] = [
    (.table, "t1"), (.table, "t2"), (.table, "T 3"), (.sequence, "q"), (.function, "f(integer)"),
  ]
  var shared = random.pick(roles)
  for (kind, name) in objects where random.chance(70) {
    if random.chance(30) { shared = random.pick(roles) }
    let acl =
      random.chance(40)
      ? ACL.initial(kind: kind, owner: shared, version: version) : randomACL(kind, shared, roles, version, &random)
    database.objects.states[ObjectID(kind: kind, schema: schema, name: name)] = ObjectState(owner: shared, acl: acl)
  }
}

package func randomPrivileges(_ kind: ObjectKind, _ version: ServerVersion, _ random: inout SeededRandom)
  -> PrivilegeSet
{
  let all = PrivilegeSet.table.map(\.privilege).filter { kind.allPrivileges(version: version).contains($0) }
  let chosen = PrivilegeSet(random.some(all, percent: 50))
  return chosen.isEmpty ? all[0] : chosen
}

func randomACL(
  _ kind: ObjectKind, _ owner: String, _ roles: [String], _ version: ServerVersion, _ random: inout SeededRandom
) -> ACL {
  var acl = ACL.initial(kind: kind, owner: owner, version: version)
  if random.chance(30) { acl.remove(kind.publicByDefault, from: .everybody, grantor: owner, grantOptionOnly: false) }
  for _ in 0..<Int.random(in: 0...3, using: &random) {
    let grantee: Grantee = random.chance(15) ? .everybody : .role(random.pick(roles))
    guard grantee != .role(owner) else { continue }
    let privileges = randomPrivileges(kind, version, &random)
    let grantable =
      grantee == .everybody || random.chance(60)
      ? [] : privileges.intersection(randomPrivileges(kind, version, &random))
    acl.add(ACLEntry(grantee: grantee, grantor: owner, privileges: privileges, grantable: grantable))
  }
  passOn(&acl, owner, roles, &random)
  return acl
}

private func passOn(_ acl: inout ACL, _ owner: String, _ roles: [String], _ random: inout SeededRandom) {
  var lenders = [owner]
  for entry in acl.entries where !entry.grantable.isEmpty && entry.grantor == owner && random.chance(70) {
    guard let lender = entry.grantee.role, lender != owner else { continue }
    lenders.append(lender)
    let receiver = random.pick(roles)
    guard !lenders.contains(receiver), receiver != owner else { continue }
    acl.add(
      ACLEntry(
        grantee: .role(receiver), grantor: lender, privileges: entry.grantable,
        grantable: random.chance(30) ? entry.grantable : []))
  }
}

private func addSettings(to observed: inout Observed, _ random: inout SeededRandom) {
  for name in observed.roles.keys.sorted() where !name.hasPrefix("pg_") && random.chance(20) {
    let database = random.chance(30) ? "app" : nil
    observed.settings.append(
      ScopedSetting(
        scope: SettingScope(role: name, database: database), name: "work_mem", value: random.pick(["4MB", "8192kB"])))
  }
  if random.chance(20) {
    observed.settings.append(
      ScopedSetting(scope: SettingScope(database: "app"), name: "statement_timeout", value: "30s"))
  }
  observed.settings.sort()
}

private func addLayer(to observed: inout Observed, _ random: inout SeededRandom) {
  for (name, value) in [
    ("work_mem", "16MB"), ("max_connections", "200"), ("max_wal_size", "2GB"), ("gone.setting", "x"),
  ] where random.chance(40) {
    observed.layer[name] = value
    guard let definition = observed.parameters[name]?.definition else { continue }
    if definition.context.needsRestart, random.chance(40) {
      observed.parameters[name]?.pendingRestart = true
    } else {
      observed.parameters[name]?.running = definition.canonical(value)
    }
  }
}
