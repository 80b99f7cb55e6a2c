import Model

/// As a server writes them.
private let forms = [
  "true", "(tenant = (current_setting('app.tenant'::text))::integer)", "(owner = CURRENT_USER)", "(a > 1)",
]

/// As authors write them; some of them mean what a form says.
private let texts = [
  "1 = 1", "tenant = current_setting('app.tenant')::int", "owner = current_user", "( (a > 1) )", "a > 2",
  "app.seen(a)",
]

private let policyNames = ["tenant", "own \"rows\"", "p"]

/// Draws from a copy, so that what else is drawn stays what it was.
func addRowSecurity(to observed: inout Observed, _ random: SeededRandom) {
  var random = random
  let roles = observed.roles.keys.filter { !$0.hasPrefix("pg_") }.sorted()
  for (name, database) in observed.databases.sorted(by: { $0.key < $1.key }) where database.isRead {
    for id in database.objects.states.keys.sorted() where id.kind == .table {
      let table = TableName(schema: id.schema, name: id.name)
      var value = RowSecurity(enforcement: random.pick(RowSecurity.Enforcement.allCases))
      for policy in random.some(policyNames, percent: 40) {
        value.policies[policy] = randomPolicy(roles, forms, &random)
      }
      observed.databases[name]?.rowSecurity.tables[table] = value
      observed.databases[name]?.rowSecurity.readings[table] = randomReadings(&random)
    }
  }
}

private func randomReadings(_ random: inout SeededRandom) -> ExpressionReadings {
  var readings = ExpressionReadings()
  readings.meanings = ["1 = 1": "true", texts[1]: forms[1], texts[2]: forms[2]]
  if random.chance(50) { readings.unknown[texts[5]] = "permission denied for schema app" }
  if random.chance(3) { readings.refused[texts[4]] = "column \"a\" does not exist" }
  return readings
}

private func randomPolicy(_ roles: [String], _ expressions: [String], _ random: inout SeededRandom) -> Policy {
  let named = random.some(roles, percent: 25).map(Grantee.role)
  var policy = Policy(
    isPermissive: random.chance(75), command: random.pick(Policy.Command.allCases),
    roles: named.isEmpty || random.chance(30) ? [.everybody] : named)
  if policy.command != .insert { policy.using = random.pick(expressions) }
  switch policy.command {
  case .insert: policy.check = random.pick(expressions)
  case .all, .update: policy.check = random.chance(50) ? random.pick(expressions) : nil
  case .select, .delete: break
  }
  return policy
}

func addRowSecurity(to desired: inout DesiredInstance, _ observed: Observed, _ random: SeededRandom) {
  var random = random
  let roles = desired.access.roles.filter { $0.value.state == .present && $0.value.mode == .authoritative }.keys
    .sorted()
  var number = 0
  for name in desired.access.databases.sorted() {
    let tables = observed.databases[name]?.rowSecurity.tables ?? [:]
    for (table, value) in tables.sorted(by: { $0.key < $1.key }) where random.chance(35) {
      number += 1
      var wanted = DesiredRowSecurity(
        table: ProtectedTable(database: name, schema: table.schema, name: table.name),
        mode: random.pick([.authoritative, .authoritative, .authoritative, .additive, .audit]),
        address: Address(["access", "team", "policies", "\(number)"]))
      wanted.enforcement = random.pick([nil, .disabled, .enabled, .forced])
      if random.chance(80) { wanted.policies = randomPolicies(beside: value, roles, &random) }
      desired.access.rowSecurity.append(wanted)
    }
  }
}

private func randomPolicies(
  beside existing: RowSecurity, _ roles: [String], _ random: inout SeededRandom
) -> [String: Policy] {
  var policies: [String: Policy] = [:]
  for name in random.some(policyNames, percent: 50) {
    policies[name] = randomPolicy(roles, forms + texts, &random)
    guard let old = existing.policies[name], random.chance(60) else { continue }
    let kept = random.some(Policy.Field.allCases, percent: 60).filter { $0 != .roles && $0 != .command }
    for field in kept where field != .check || old.check != nil { policies[name]?.copy(field, from: old) }
  }
  return policies.mapValues(\.valid)
}

extension Policy {
  /// Without the expression that its command has no use for.
  fileprivate var valid: Policy {
    var copy = self
    switch command {
    case .insert: (copy.using, copy.check) = (nil, check ?? using ?? "true")
    case .select, .delete: (copy.using, copy.check) = (using ?? "true", nil)
    case .all, .update: copy.using = using ?? "true"
    }
    return copy
  }
}
