import Model
import PlanLaws

/// An account as it might be found: instances and clusters, parameter groups that several share, tags of all sorts, values
/// that wait. Each is observed as an import observes it.
func randomAccount(_ random: inout SeededRandom) -> [Observed] {
  let groups = ["oltp", "shared.pg16", "default.postgres16"].map { name in
    (ParameterGroup(name: name, family: "postgres16"), name.hasPrefix("default.") ? [:] : randomLayer(&random))
  }
  return (0..<Int.random(in: 1...6, using: &random)).map { number in
    let identifier = random.pick(["orders", "shop-prod", "a"]) + "-\(number)"
    return random.chance(30) ? randomCluster(identifier, &random) : randomPlain(identifier, groups, &random)
  }
}

private func randomPlain(
  _ identifier: String, _ groups: [(ParameterGroup, [String: String])], _ random: inout SeededRandom
) -> Observed {
  var state = ManagedState(
    identifier: identifier, engine: "postgres", status: "available", activity: .settled,
    settings: ManagedSettings(values: randomPlainValues(&random)))
  state.settings.values[.version] = "16.4"
  if random.chance(25) { state.settings.pending[.instanceClass] = "db.r6g.large" }
  if random.chance(25) { state.settings.pending[.version] = random.pick(["16.6", "17.2"]) }
  state.settings.awaitsRestart = random.chance(15)
  if random.chance(15) { state.settings.pending[.multiAZ] = "true" }
  if random.chance(20) { state.backupOwner = "AWS Backup" }
  if random.chance(15) { state.replicaOf = "primary" }
  if random.chance(15) { state.backupCopies = ["us-east-1"] }
  var observed = observed(state, "16.4", &random)
  if random.chance(75) { attach(random.pick(groups), to: &observed) }
  if random.chance(20) {
    attach(
      (ParameterGroup(name: "holdfast-\(identifier)-postgres16", family: "postgres16"), randomLayer(&random)),
      to: &observed)
  }
  return observed
}

private func randomPlainValues(_ random: inout SeededRandom) -> [ManagedField: String] {
  var values: [ManagedField: String] = [
    .deletionProtection: randomFlag(&random), .instanceClass: "db.t4g.medium",
    .storageSize: random.pick(["20", "100", "400"]),
    .storageType: random.pick(["gp2", "gp3", "io1"]), .storageEncrypted: "false", .multiAZ: randomFlag(&random),
    .availabilityZone: "eu-west-1a", .subnetGroup: "private", .publicAccess: randomFlag(&random),
    .port: random.pick(["5432", "6432"]),
    .networkType: random.pick(["IPV4", "DUAL"]), .masterUser: "postgres", .masterPasswordManaged: "false",
    .iamAuthentication: randomFlag(&random), .autoMinorUpgrade: randomFlag(&random),
    .maintenanceWindow: random.pick(["sun:03:00-sun:04:00", "mon:23:30-tue:00:30"]),
    .copyTagsToSnapshots: randomFlag(&random),
    .performanceInsights: "false", .monitoringInterval: "0", .backupRetention: random.pick(["0", "1", "7", "35"]),
    .backupWindow: random.pick(["02:00-02:30", "22:10-22:40"]), .certificateAuthority: "rds-ca-rsa2048-g1",
    .optionGroup: random.pick(["default:postgres-16", "options"]),
  ]
  if values[.storageType] != "gp2" { (values[.storageIOPS], values[.storageThroughput]) = ("12000", "500") }
  if values[.storageType] == "io1" { values[.storageThroughput] = nil }
  if random.chance(40) { values[.storageMaximum] = "1000" }
  if random.chance(40) { values[.securityGroups] = random.pick(["sg-1", "sg-1,sg-2"]) }
  if random.chance(40) { values[.logExports] = random.pick(["postgresql", "postgresql,upgrade"]) }
  if random.chance(40) {
    (values[.storageEncrypted], values[.storageKey]) = ("true", "arn:aws:kms:eu-west-1:123456789012:key/1")
  }
  if random.chance(30) {
    (values[.performanceInsights], values[.performanceInsightsRetention]) = ("true", random.pick(["7", "731"]))
  }
  if random.chance(30) {
    (values[.monitoringInterval], values[.monitoringRole]) = ("60", "arn:aws:iam::123456789012:role/monitoring")
  }
  if random.chance(20) { values[.masterPasswordManaged] = "true" }
  return values
}

private func randomCluster(_ identifier: String, _ random: inout SeededRandom) -> Observed {
  var state = ManagedState(
    identifier: identifier, engine: "aurora-postgresql", status: "available", activity: .settled,
    settings: ManagedSettings(values: [
      .version: "15.10", .deletionProtection: randomFlag(&random), .storageEncrypted: "true",
      .storageType: "aurora-iopt1",
      .subnetGroup: "private", .port: "5432", .securityGroups: "sg-1", .masterUser: "postgres",
      .iamAuthentication: randomFlag(&random), .maintenanceWindow: "sun:03:00-sun:04:00", .backupRetention: "7",
      .backupWindow: "02:00-02:30", .copyTagsToSnapshots: "true",
    ]))
  if random.chance(50) {
    (state.settings.values[.serverlessMinimum], state.settings.values[.serverlessMaximum]) = ("0.5", "8")
  }
  var members: [String: ManagedMember] = [:]
  for number in 1...Int.random(in: 1...3, using: &random) {
    var values: [ManagedField: String] = [
      .instanceClass: "db.r6g.large", .failoverTier: "\(number)", .publicAccess: "false",
      .availabilityZone: "eu-west-1a",
      .autoMinorUpgrade: randomFlag(&random), .certificateAuthority: "rds-ca-rsa2048-g1", .performanceInsights: "false",
      .monitoringInterval: "0",
    ]
    if random.chance(30) { (values[.performanceInsights], values[.performanceInsightsRetention]) = ("true", "7") }
    members["\(identifier)-\(number)"] = ManagedMember(
      status: "available", activity: .settled, settings: ManagedSettings(values: values), isWriter: number == 1)
  }
  state.members = members
  var observed = observed(state, "15.10", &random)
  let group = ParameterGroup(name: "aurora-\(random.pick(["a", "b"]))", family: "aurora-postgresql15")
  // Shared ones hold the same, so there is nothing random in them.
  if random.chance(50) { attach((group, ["log_connections": "1"]), to: &observed) }
  return observed
}

private func observed(_ state: ManagedState, _ version: String, _ random: inout SeededRandom) -> Observed {
  var observed = Observed(presence: random.chance(15) ? .stopped : .running, version: ServerVersion(version))
  observed.managed = state
  observed.managed?.tags = randomTags(&random)
  observed.systemIdentifier = "db-" + state.identifier.uppercased()
  return observed
}

private func attach(_ group: (ParameterGroup, [String: String]), to observed: inout Observed) {
  observed.managed?.group = group.0
  observed.managed?.settings.values[.parameterGroup] = group.0.name
  observed.layer = group.1
  for (name, value) in group.1 {
    observed.parameters[name] = ParameterState(definition: randomDefinitions[name] ?? anyText, running: value)
  }
}

private let anyText = ParameterDefinition(kind: .string, context: .sighup)

private let randomDefinitions: [String: ParameterDefinition] = [
  "work_mem": ParameterDefinition(kind: .integer, context: .sighup, unit: "kB", minimum: "64", maximum: "2147483647"),
  "log_connections": ParameterDefinition(kind: .bool, context: .sighup),
  "max_connections": ParameterDefinition(kind: .integer, context: .postmaster, minimum: "6", maximum: "8388607"),
  "shared_buffers": ParameterDefinition(
    kind: .integer, context: .postmaster, unit: "8kB", minimum: "16", maximum: "1073741823"),
]

private func randomLayer(_ random: inout SeededRandom) -> [String: String] {
  let all = [
    "work_mem": random.pick(["16384", "65", "4096"]), "log_connections": random.pick(["0", "1", "on"]),
    "max_connections": random.pick(["500", "LEAST({DBInstanceClassMemory/9531392},5000)"]),
    "shared_buffers": random.pick(["{DBInstanceClassMemory/32768}", "65536"]), "log_line_prefix": "%t:%r:%u@%d:[%p]:",
    "search_path": "\"$user\", public", "log_statement": "ddl",
  ]
  return all.filter { _ in random.chance(40) }
}

private func randomTags(_ random: inout SeededRandom) -> [String: String] {
  let texts = [
    "orders", "", " ", "null", "~", "default", "no", "010", "a: b", "- x", "#", "{a}", "[a", "'", "\"", "\\", "é", "日本",
    "\u{202E}",
    "\u{2028}", "\u{7}", "line\nbreak", "${instance}", "kind: Instance", "---", "aws:x",
    String(repeating: "k", count: 128),
  ]
  var tags: [String: String] = [:]
  for _ in 0..<Int.random(in: 0...4, using: &random) { tags[random.pick(texts)] = random.pick(texts) }
  return tags
}

private func randomFlag(_ random: inout SeededRandom) -> String { random.chance(50) ? "true" : "false" }
