import Model

/// Sequences of columns, which belong to whoever owns the table, and its row types with lists of their own. It has numbers
/// of its own, so that the rest of a seed stays what it was.
func addOwnedSequences(to observed: inout Observed, _ random: SeededRandom) {
  var random = random
  for name in observed.databases.keys.sorted() {
    guard var database = observed.databases[name] else { continue }
    for (sequence, state) in database.objects.states.sorted(by: { $0.key < $1.key })
    where sequence.kind == .sequence && random.chance(50) {
      let tables = database.objects.states.filter {
        $0.key.kind == .table && $0.key.schema == sequence.schema && $0.value.owner == state.owner
      }.keys.sorted()
      if let table = tables.first { database.sequencesOfColumns[sequence] = table }
    }
    observed.databases[name] = database
  }
}

/// Owners of what is there: by name, by pattern and of all of a kind. Two rules never differ at one rank.
func addOwners(to desired: inout DesiredInstance, _ observed: Observed, _ random: SeededRandom) {
  var random = random
  let owners = desired.access.roles.filter { $0.value.state == .present }.keys.sorted() + ["postgres"]
  for name in desired.databases.keys.sorted() where random.chance(50) {
    guard let database = observed.databases[name] else { continue }
    let kind: ObjectKind = random.pick([.table, .table, .sequence, .function, .type])
    let schema = NamePattern(random.pick(["s1", "s*", "s 2"]))
    if database.schemas.keys.contains(where: schema.matches) {
      let names = random.pick([nil, NamePattern("t*")])
      addOwner(
        random.pick(owners), OwnerRule.Item(kind: kind, schema: schema, names: names), name, to: &desired, &random)
    }
    let named = database.objects.states.keys.filter { id in
      [.table, .function, .type].contains(id.kind) && !database.isOfExtension(id) && database.leader(of: id) == nil
    }
    guard let id = named.sorted().randomElement(using: &random), random.chance(50) else { continue }
    let item = OwnerRule.Item(
      kind: id.kind, schema: NamePattern(exactly: id.schema), names: NamePattern(exactly: id.name))
    addOwner(random.pick(owners), item, name, to: &desired, &random)
  }
}

private func addOwner(
  _ owner: String, _ item: OwnerRule.Item, _ database: String, to desired: inout DesiredInstance,
  _ random: inout SeededRandom
) {
  let number = desired.access.owners.count + 1
  desired.access.owners.append(
    OwnerRule(
      owner: owner, database: database, items: [item],
      mode: random.pick([.authoritative, .authoritative, .authoritative, .additive, .audit]),
      address: Address(["access", "team", "owner", "\(number)"])))
}
