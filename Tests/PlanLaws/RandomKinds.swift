import Model

/// What lies beside tables, sequences and functions: columns' own lists, types, languages, foreign data, large objects, and
/// what all databases share. It has numbers of its own, so that the rest of a seed stays what it was.
func addKinds(to observed: inout Observed, _ random: SeededRandom) {
  var random = random
  let version = observed.version ?? ServerVersion(major: 15)
  let roles = observed.roles.keys.filter { !$0.hasPrefix("pg_") }.sorted()
  for name in observed.databases.keys.sorted() where observed.databases[name]?.isRead == true {
    guard var database = observed.databases[name] else { continue }
    addTypes(to: &database, roles, version, &random)
    addSchemaless(to: &database, roles, version, &random)
    addColumns(to: &database, roles, &random)
    observed.databases[name] = database
  }
  var shared = ObjectTable()
  if random.chance(50) {
    let owner = random.pick(roles)
    shared.states[ObjectID(kind: .tablespace, schema: "", name: "fast")] = ObjectState(
      owner: owner, acl: randomACL(.tablespace, owner, roles, version, &random))
  }
  if random.chance(50) {
    let acl = randomACL(.parameter, "postgres", roles, version, &random)
    if acl != observed.untouchedParameter.acl {
      shared.states[ObjectID(kind: .parameter, schema: "", name: "work_mem")] = ObjectState(
        owner: "postgres", acl: acl)
    }
  }
  observed.shared = shared
  observed.findDepartures()
}

extension Observed {
  /// What the server says of tablespaces and parameters that name a role.
  mutating func findDepartures() {
    let found = roles.keys.map { ($0, blockers(of: $0, shared)) }.filter { !$0.1.isEmpty }
    departures = Dictionary(uniqueKeysWithValues: found.map { ($0, Departure(blockers: $1)) })
  }
}

private func blockers(of role: String, _ shared: ObjectTable) -> [Departure.Blocker] {
  func count(_ kind: ObjectKind, where isMeant: (ObjectState) -> Bool) -> Int {
    shared.states.count { $0.key.kind == kind && isMeant($0.value) }
  }
  let isNamed = { (state: ObjectState) in
    state.owner != role && state.acl.entries.contains { $0.grantee == .role(role) || $0.grantor == role }
  }
  return [
    Departure.Blocker(.tablespace, count: count(.tablespace) { $0.owner == role }),
    Departure.Blocker(.tablespacePrivileges, count: count(.tablespace, where: isNamed)),
    Departure.Blocker(.parameterPrivileges, count: count(.parameter, where: isNamed)),
  ].filter { $0.count > 0 }.sorted()
}

private func addTypes(
  to database: inout Database, _ roles: [String], _ version: ServerVersion, _ random: inout SeededRandom
) {
  for schema in ["s1", "s 2"] where database.schemas[schema] != nil && random.chance(50) {
    let owner = random.pick(roles)
    database.objects.states[ObjectID(kind: .type, schema: schema, name: "mood")] = ObjectState(
      owner: owner, acl: randomACL(.type, owner, roles, version, &random))
  }
}

private func addSchemaless(
  to database: inout Database, _ roles: [String], _ version: ServerVersion, _ random: inout SeededRandom
) {
  let objects: [(ObjectKind, String)] = [
    (.language, "plpgsql"), (.foreignDataWrapper, "fake"), (.foreignServer, "far"), (.largeObject, "4711"),
  ]
  for (kind, name) in objects where random.chance(40) {
    let owner = kind == .language ? "postgres" : random.pick(roles)
    database.objects.states[ObjectID(kind: kind, schema: "", name: name)] = ObjectState(
      owner: owner, acl: randomACL(kind, owner, roles, version, &random))
  }
}

private func addColumns(to database: inout Database, _ roles: [String], _ random: inout SeededRandom) {
  for (table, state) in database.objects.states.sorted(by: { $0.key < $1.key })
  where table.kind == .table && random.chance(35) {
    for column in ["i", "j"] where random.chance(60) {
      let acl = randomColumnACL(of: state, roles, &random)
      guard !acl.entries.isEmpty else { continue }
      database.objects.states[.column(column, of: table.name, schema: table.schema)] = ObjectState(
        owner: state.owner, acl: acl)
    }
  }
  database.objects.indexColumns()
}

/// By the owner, by who may grant on from him, or by who may grant on the whole table.
private func randomColumnACL(of table: ObjectState, _ roles: [String], _ random: inout SeededRandom) -> ACL {
  let version = ServerVersion(major: 15)
  var acl = ACL()
  for _ in 0..<Int.random(in: 1...3, using: &random) {
    let grantee: Grantee = random.chance(15) ? .everybody : .role(random.pick(roles))
    guard grantee != .role(table.owner) else { continue }
    let privileges = randomPrivileges(.column, version, &random)
    let grantable = grantee == .everybody || random.chance(60) ? [] : privileges
    acl.add(ACLEntry(grantee: grantee, grantor: table.owner, privileges: privileges, grantable: grantable))
  }
  let all = ObjectKind.column.allPrivileges(version: version)
  for entry in table.acl.entries + acl.entries where entry.grantor == table.owner && random.chance(40) {
    guard let lender = entry.grantee.role, lender != table.owner else { continue }
    let privileges = entry.grantable.intersection(all)
    let receiver = random.pick(roles)
    let isCircle = acl.entries.contains { $0.grantor == receiver || $0.grantee == .role(receiver) }
    guard !privileges.isEmpty, receiver != table.owner, receiver != lender, !isCircle else { continue }
    guard !table.acl.entries.contains(where: { $0.grantee == .role(receiver) || $0.grantor == receiver }) else {
      continue
    }
    acl.add(ACLEntry(grantee: .role(receiver), grantor: lender, privileges: privileges))
  }
  return acl
}

/// Rules for these kinds and for patterns, what must not be there, what may be granted on, what was for a time, and
/// profiles bound to schemas.
func addRules(to desired: inout DesiredInstance, _ observed: Observed, _ random: SeededRandom) {
  var random = random
  let roles = desired.access.roles.filter { $0.value.state == .present }.keys.sorted()
  guard !roles.isEmpty else { return }
  for index in desired.access.rules.indices where random.chance(30) {
    vary(&desired.access.rules[index], &random)
  }
  for number in 0..<Int.random(in: 0...4, using: &random) {
    guard let database = desired.databases.keys.sorted().randomElement(using: &random),
      let existing = observed.databases[database]
    else { continue }
    let grantees = random.some(roles, percent: 35).map(Grantee.role)
    var rule = GrantRule(
      grantees: grantees.isEmpty ? [.everybody] : grantees, databases: [database],
      items: [randomItem(existing, observed, &random)],
      mode: random.pick([.authoritative, .authoritative, .additive, .audit]),
      address: Address(["access", "team", "grant", "\(100 + number)"]))
    if random.chance(50) { vary(&rule, &random) }
    desired.access.rules.append(rule)
  }
  if random.chance(20) { addBinding(to: &desired, roles, &random) }
}

/// What the language lets nobody write is left out.
private func vary(_ rule: inout GrantRule, _ random: inout SeededRandom) {
  switch Int.random(in: 0..<3, using: &random) {
  case 0:
    guard rule.defaultPrivilegesOf.isEmpty else { return }
    rule.state = .absent
  case 1: if !rule.grantees.contains(.everybody) { rule.grantOption = true }
  default: rule.expires = Timestamp(seconds: random.pick([1_700_000_000, 1_900_000_000]))
  }
}

private func randomItem(_ database: Database, _ observed: Observed, _ random: inout SeededRandom) -> GrantItem {
  let version = observed.version ?? ServerVersion(major: 15)
  func item(_ selector: GrantItem.Selector, _ kind: ObjectKind) -> GrantItem {
    GrantItem(
      selector: selector, privileges: random.chance(25) ? .all : .some(randomPrivileges(kind, version, &random)))
  }
  let schemas = NamePattern(random.pick(["*", "s*", "s1", "s?2"]))
  switch Int.random(in: 0..<10, using: &random) {
  case 0, 1, 2:
    let tables = database.objects.states.keys.filter { $0.kind == .table }.sorted()
    guard let table = tables.randomElement(using: &random) else { break }
    return item(.named(.column(random.pick(["i", "j"]), of: table.name, schema: table.schema)), .column)
  case 3: return item(.schemas(schemas), .schema)
  case 4: return item(.objects(.table, schema: schemas, names: NamePattern(random.pick(["t*", "*", "T ?"]))), .table)
  case 5: return item(.objects(.type, schema: nil, names: nil), .type)
  case 6:
    if version.major >= 15 {
      return item(.named(ObjectID(kind: .parameter, schema: "", name: "work_mem")), .parameter)
    }
  default:
    let kinds: [ObjectKind] = [.type, .language, .foreignDataWrapper, .foreignServer, .largeObject]
    let ids = (Array(database.objects.states.keys) + observed.shared.states.keys)
      .filter { kinds.contains($0.kind) || $0.kind == .tablespace }.sorted()
    guard let id = ids.randomElement(using: &random) else { break }
    return item(.named(id), id.kind)
  }
  return item(.objects(.function, schema: nil, names: nil), .function)
}

private func addBinding(to desired: inout DesiredInstance, _ roles: [String], _ random: inout SeededRandom) {
  let document = Address(["access", "team"])
  let places = desired.databases.keys.sorted().map {
    SchemaBinding.Place(database: $0, schema: NamePattern(random.pick(["s*", "s?2", "s1"])))
  }.filter { place in place.schema.exact.map { desired.databases[place.database]?.schemas[$0] != nil } ?? true }
  let version = ServerVersion(major: 15)
  desired.access.bindings.append(
    SchemaBinding(
      places: places, role: "{database}_{schema}_rw", members: random.some(roles, percent: 30),
      items: [
        GrantItem(selector: .schemas(NamePattern("*")), privileges: .some(.usage)),
        GrantItem(
          selector: .objects(.table, schema: NamePattern("*"), names: nil),
          privileges: .some(randomPrivileges(.table, version, &random))),
      ],
      defaultPrivilegesOf: random.chance(50) ? [random.pick(roles)] : [],
      mode: random.pick([.authoritative, .authoritative, .additive]),
      document: document, address: document.appending("binding", "1")))
}
