import Model

/// Specs that could be written for a cluster like the one given, sometimes agreeing with it.
package func randomDesired(for observed: Observed, _ random: inout SeededRandom) -> DesiredInstance {
  var desired = DesiredInstance(
    name: "orders", platform: DesiredPlatform(name: "db1", kind: .local(hostname: "db1", runAs: "postgres")))
  desired.state = .running
  addRoles(to: &desired, observed, &random)
  let owners = desired.access.roles.filter { $0.value.state == .present }.keys.sorted() + ["postgres"]
  for name in ["app", "crm"] where observed.databases[name] != nil || random.chance(30) {
    desired.databases[name] = randomDatabase(owners, observed.databases[name], &random)
  }
  desired.access.databases = Set(desired.databases.keys)
  for number in 0..<Int.random(in: 0...6, using: &random) { addRule(number, to: &desired, observed, &random) }
  addParameters(to: &desired, &random)
  addRowSecurity(to: &desired, observed, random)
  addRules(to: &desired, observed, random)
  addOwners(to: &desired, observed, random)
  return desired
}

private let document = Address(["access", "team"])

private func addRoles(to desired: inout DesiredInstance, _ observed: Observed, _ random: inout SeededRandom) {
  let names = random.some(randomRoleNames, percent: 65)
  var absent: Set<String> = []
  for name in names where random.chance(15) { absent.insert(name) }
  for name in names {
    var role = DesiredRole(document: document)
    if absent.contains(name) {
      let heirs = ["postgres"] + names.filter { !absent.contains($0) }
      let owns = observed.databases.values.contains { $0.countOwned(by: name) > 0 }
      role.state = .absent(reassignTo: owns || random.chance(30) ? random.pick(heirs) : nil)
    } else {
      fill(&role, name, names.filter { !absent.contains($0) }, observed, &random)
    }
    desired.access.roles[name] = role
  }
}

private func fill(
  _ role: inout DesiredRole, _ name: String, _ present: [String], _ observed: Observed, _ random: inout SeededRandom
) {
  role.attributes = random.chance(50) ? observed.roles[name]?.attributes ?? RoleAttributes() : randomAttributes(&random)
  role.comment = random.pick([nil, nil, .some(nil), .some("new")])
  role.password = random.pick([nil, nil, nil, .kept(.environment(variable: "P")), .disabled])
  role.mode = random.pick([.authoritative, .authoritative, .authoritative, .additive, .audit])
  if random.chance(20) { role.settings["work_mem"] = random.pick(["8MB", "1GB"]) }
  if random.chance(10) { role.expires = Timestamp(seconds: 1_700_000_000) }
  for lender in present where lender < name && random.chance(30) {
    role.memberOf.append(randomMembership(lender, observed, &random))
  }
}

private func randomMembership(_ lender: String, _ observed: Observed, _ random: inout SeededRandom)
  -> DesiredMembership
{
  var membership = DesiredMembership(role: lender, admin: random.chance(20))
  if random.chance(15) { membership.expires = Timestamp(seconds: random.pick([1_700_000_000, 1_900_000_000])) }
  guard observed.version?.major ?? 15 >= 16 else { return membership }
  membership.inherit = random.pick([nil, nil, true, false])
  membership.set = random.pick([nil, nil, true, false])
  return membership
}

private func randomDatabase(_ owners: [String], _ observed: Database?, _ random: inout SeededRandom) -> DesiredDatabase
{
  var database = DesiredDatabase()
  database.owner = random.chance(60) ? random.pick(owners) : nil
  if random.chance(20) { database.extensions = ["pgcrypto"] }
  for name in ["s1", "s 2"] where random.chance(60) {
    database.schemas[name] = DesiredSchema(owner: random.chance(60) ? random.pick(owners) : nil)
  }
  if random.chance(20) { database.settings["statement_timeout"] = "60s" }
  return database
}

private func addRule(
  _ number: Int, to desired: inout DesiredInstance, _ observed: Observed, _ random: inout SeededRandom
) {
  let roles = desired.access.roles.filter { $0.value.state == .present }.keys.sorted()
  guard let database = desired.databases.keys.sorted().randomElement(using: &random), !roles.isEmpty else { return }
  let version = observed.version ?? ServerVersion(major: 15)
  var grantees = random.some(roles, percent: 40).map { Grantee.role($0) }
  if random.chance(10) || grantees.isEmpty { grantees.append(.everybody) }
  let schemas = Set(desired.databases[database]?.schemas.keys.sorted() ?? []).union(
    observed.databases[database]?.schemas.keys.sorted() ?? []
  ).sorted()
  var items: [GrantItem] = []
  for _ in 0..<Int.random(in: 1...3, using: &random) {
    items.append(randomItem(schemas, observed.databases[database], version, &random))
  }
  let makers = random.chance(40) ? [random.pick(roles)] : []
  desired.access.rules.append(
    GrantRule(
      grantees: grantees, databases: [database], items: items, defaultPrivilegesOf: makers,
      mode: random.pick([.authoritative, .authoritative, .authoritative, .additive, .audit]),
      address: document.appending("grant", "\(number + 1)")))
}

private func randomItem(
  _ schemas: [String], _ database: Database?, _ version: ServerVersion, _ random: inout SeededRandom
) -> GrantItem {
  func privileges(_ kind: ObjectKind) -> GrantItem.Privileges {
    random.chance(20) ? .all : .some(randomPrivileges(kind, version, &random))
  }
  guard let schema = schemas.randomElement(using: &random), random.chance(80) else {
    return GrantItem(selector: .database, privileges: privileges(.database))
  }
  if random.chance(25) { return GrantItem(selector: .schema(schema), privileges: privileges(.schema)) }
  let kind: ObjectKind = random.pick([.table, .table, .sequence, .function])
  let named = database?.objects.states.keys.sorted().filter { $0.schema == schema && $0.kind == kind } ?? []
  if let id = named.randomElement(using: &random), random.chance(40) {
    return GrantItem(selector: .named(id), privileges: privileges(kind))
  }
  return GrantItem(selector: .all(kind, schema: schema), privileges: privileges(kind))
}

private func addParameters(to desired: inout DesiredInstance, _ random: inout SeededRandom) {
  guard random.chance(60) else { return }
  desired.parameters.values = [:]
  desired.parameters.mode = random.chance(80) ? .authoritative : .additive
  for (name, value) in [
    ("work_mem", "16MB"), ("work_mem", "16384kB"), ("max_connections", "300"), ("log_connections", "yes"),
    ("gone.setting", "x"),
  ] where random.chance(35) {
    desired.parameters.values?[name] = DesiredParameter(
      value: .scalar(value), document: Address(["parameters", "oltp"]))
  }
}
