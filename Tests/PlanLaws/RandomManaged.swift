import Model

/// A cloud's instance as the fake platform makes it: all that the specs ask for, and its parameter group.
package func newManagedInstance(_ desired: DesiredInstance, version: ServerVersion) -> Observed {
  var observed = Observed(presence: .running, version: version)
  observed.isAssumed = true
  guard let wanted = desired.managed else { return observed }
  var managed = ManagedState(
    identifier: wanted.identifier, engine: wanted.engine, status: "available", activity: .settled,
    settings: ManagedSettings(values: wanted.values))
  managed.settings.values[.version] = "\(version)"
  managed.settings.values[.parameterGroup] = desired.parameterGroup(for: version)?.name
  managed.members = wanted.members == nil ? nil : [:]
  managed.replicaOf = wanted.replicaOf
  managed.tags = desired.labels
  observed.managed = managed
  return observed
}

/// Specs and an instance of a cloud, sometimes agreeing, with what waits for the window, groups and members.
package func randomManaged(_ random: inout SeededRandom) -> (desired: DesiredInstance, observed: Observed) {
  let isCluster = random.chance(35)
  let engine = isCluster ? "aurora-postgresql" : "postgres"
  var observed = randomManagedObserved(engine, isCluster: isCluster, &random)
  var desired = randomManagedDesired(engine, observed, isCluster: isCluster, &random)
  lookForGroup(of: desired, in: &observed)
  addCopies(to: &desired, &observed, random)
  return (desired, observed)
}

/// An observer reads the group that the specs want: after an upgrade to another major version that is another one.
private func lookForGroup(of desired: DesiredInstance, in observed: inout Observed) {
  guard let version = observed.version, let managed = observed.managed else { return }
  let target = desired.targetVersion(from: version, among: managed.upgradeTargets) ?? version
  guard let wanted = desired.parameterGroup(for: target), wanted.name != managed.group?.name else { return }
  observed.managed?.group = nil
  observed.layer = [:]
  for name in observed.parameters.keys { observed.parameters[name]?.pendingRestart = false }
}

private let fields: [(ManagedField, [String])] = [
  (.instanceClass, ["db.t4g.medium", "db.t4g.large"]), (.storageType, ["gp2", "gp3"]), (.multiAZ, ["true", "false"]),
  (.securityGroups, ["sg-1", "sg-1,sg-2"]), (.port, ["5432", "5433"]), (.subnetGroup, ["a", "b"]),
  (.maintenanceWindow, ["sun:03:00-sun:04:00", "mon:03:00-mon:04:00"]), (.backupRetention, ["0", "7", "14"]),
  (.deletionProtection, ["true", "false"]), (.storageIOPS, ["3000", "12000"]), (.autoMinorUpgrade, ["true", "false"]),
]

private let memberFields: [(ManagedField, [String])] = [
  (.instanceClass, ["db.r6g.large", "db.r6g.xlarge"]), (.failoverTier, ["0", "1"]), (.publicAccess, ["true", "false"]),
]

private func randomManagedObserved(_ engine: String, isCluster: Bool, _ random: inout SeededRandom) -> Observed {
  let version = random.pick([ServerVersion(major: 15, minor: 8), ServerVersion(major: 16, minor: 4)])
  var observed = Observed(presence: .running, version: version)
  observed.systemIdentifier = "db-ABC"
  observed.parameters = pristineParameters.mapValues { state in
    var state = state
    state.running = nil
    return state
  }
  var managed = ManagedState(
    identifier: random.chance(85) ? "orders" : "old-orders", engine: engine, status: "available", activity: .settled)
  managed.settings = randomSettings(fields, &random)
  managed.settings.values[.version] = "\(version)"
  managed.settings.values[.storageSize] = random.pick(["100", "205"])
  managed.upgradeTargets = [ServerVersion(major: 16, minor: 6), ServerVersion(major: 17, minor: 2)]
  managed.tags = random.chance(50) ? ["team": "orders", "cost": "7"] : [:]
  managed.nextWindow = Timestamp(seconds: 1_790_300_000)
  managed.activity = random.chance(10) ? .busy : random.chance(5) ? .broken(hint: "mend it") : .settled
  managed.backupCopies = random.some(["eu-central-1", "us-east-1"], percent: 30)
  if isCluster {
    managed.members = [:]
    for name in ["orders-1", "orders-2", "orders-3"] where name == "orders-1" || random.chance(50) {
      managed.members?[name] = ManagedMember(
        status: "available", activity: .settled, settings: randomSettings(memberFields, &random),
        isWriter: name == "orders-1")
    }
  }
  observed.managed = managed
  addGroup(to: &observed, engine, version, &random)
  return observed
}

private let mayWait: Set<ManagedField> = [
  .instanceClass, .storageType, .multiAZ, .subnetGroup, .storageIOPS, .backupRetention,
]

private func randomSettings(_ table: [(ManagedField, [String])], _ random: inout SeededRandom) -> ManagedSettings {
  var settings = ManagedSettings()
  for (field, choices) in table {
    settings.values[field] = random.pick(choices)
    let waiting = random.pick(choices)
    if mayWait.contains(field), random.chance(20), waiting != settings.values[field] {
      settings.pending[field] = waiting
    }
  }
  return settings
}

private func addGroup(
  to observed: inout Observed, _ engine: String, _ version: ServerVersion, _ random: inout SeededRandom
) {
  let own = ParameterGroup(name: "holdfast-orders-\(engine)\(version.major)", family: "\(engine)\(version.major)")
  observed.managed?.settings.values[.parameterGroup] = "default.\(own.family)"
  if random.chance(20) { observed.managed?.formerGroups = ["holdfast-orders-\(engine)14"] }
  guard random.chance(60) else { return }
  observed.managed?.group = own
  for (name, value) in [("work_mem", "16MB"), ("max_connections", "200"), ("log_connections", "on")]
  where random.chance(50) {
    observed.layer[name] = value
  }
  guard random.chance(70) else { return }
  observed.managed?.settings.values[.parameterGroup] = own.name
  guard random.chance(25), observed.layer["max_connections"] != nil else { return }
  observed.parameters["max_connections"]?.pendingRestart = true
  if observed.managed?.members == nil { observed.managed?.settings.awaitsRestart = true }
  for name in (observed.managed?.members ?? [:]).keys {
    observed.managed?.members?[name]?.settings.awaitsRestart = true
  }
}

private func randomManagedDesired(
  _ engine: String, _ observed: Observed, isCluster: Bool, _ random: inout SeededRandom
) -> DesiredInstance {
  let account = AWSAccount(region: "eu-west-1", account: "123456789012")
  var desired = DesiredInstance(name: "shop", platform: DesiredPlatform(name: "aws", kind: .aws(account)))
  var managed = DesiredManaged(identifier: "orders", engine: engine)
  managed.values = randomValues(fields, beside: observed.managed?.settings, &random)
  managed.moment = random.pick([.now, .window, .window])
  managed.otherwise = Set(random.some([.instanceClass, .multiAZ, .storageSize, .version], percent: 20))
  if !isCluster, random.chance(50) { managed.values[.storageSize] = random.pick(["50", "100", "210", "400"]) }
  if isCluster {
    managed.members = [:]
    for name in ["orders-1", "orders-2", "orders-3"] where name == "orders-2" || random.chance(60) {
      managed.members?[name] = randomValues(memberFields, beside: observed.managed?.members?[name]?.settings, &random)
    }
  }
  if random.chance(40) { managed.backup = randomBackup(&random) }
  desired.managed = managed
  desired.version = VersionConstraint(random.pick(["15", "16", "16.4", ">=15 <17", "17"]))
  if random.chance(50) { desired.labels = ["team": random.pick(["orders", "shop"])] }
  guard random.chance(60) else { return desired }
  desired.parameters.values = [:]
  desired.parameters.mode = random.chance(80) ? .authoritative : .additive
  for (name, value) in [("work_mem", "16384kB"), ("max_connections", "300"), ("shared_buffers", "{DBMemory/32768}")]
  where random.chance(50) {
    desired.parameters.values?[name] = DesiredParameter(
      value: .scalar(value), document: Address(["parameters", "oltp"]))
  }
  return desired
}

/// Half of what is written agrees with what was observed.
private func randomValues(
  _ table: [(ManagedField, [String])], beside settings: ManagedSettings?, _ random: inout SeededRandom
) -> [ManagedField: String] {
  table.reduce(into: [:]) { values, row in
    guard random.chance(50) else { return }
    values[row.0] = random.chance(50) ? settings?.asked(row.0) ?? random.pick(row.1) : random.pick(row.1)
  }
}

/// Snapshots, in other accounts too. Draws from a copy, so that what else is drawn stays what it was.
private func addCopies(to desired: inout DesiredInstance, _ observed: inout Observed, _ source: SeededRandom) {
  var random = source
  guard desired.managed?.backup != nil, let identifier = observed.managed?.identifier, random.chance(60) else { return }
  let targets = ["210987654321": "eu-central-1", "310987654321": "eu-west-1"].map {
    CopyTarget(account: $0, region: $1)
  }
  .sorted()
  desired.managed?.backup?.copies = random.some(targets, percent: 60).map { target in
    DesiredCopy(
      target: target, role: .init(name: "arn:aws:iam::\(target.account):role/vault"),
      keep: random.chance(50) ? TimeSpan("30d") : nil)
  }
  let days = random.some([0, 3, 10, 40, 60, 100, 200], percent: 40)
  let taken = days.map { Timestamp(seconds: 1_790_000_000 - $0 * 86_400) }
  let label = { (moment: Timestamp) in DesiredManaged.snapshotPrefix(of: identifier) + moment.compact }
  var backup = observed.backup ?? BackupState(file: .absent, stanza: .absent)
  backup.backups = taken.map { Backup(label: label($0), kind: .full, finished: $0) }
  observed.backup = backup
  // An account that has left the specs, whatever they name now.
  observed.managed?.snapshotShares = random.some(taken, percent: 10)
    .map { SnapshotShare(account: "410987654321", label: label($0)) }
  guard desired.managed?.backup?.copies.isEmpty == false else { return }
  observed.managed?.snapshotCopies = (desired.managed?.backup?.copies ?? []).flatMap { copy in
    random.some(taken, percent: 60).map { moment in
      SnapshotCopy(
        target: copy.target, label: label(moment), taken: moment,
        state: random.chance(85) ? .finished : random.pick([.underWay, .failed(status: "failed")]))
    }
  }
  for copy in desired.managed?.backup?.copies ?? [] {
    observed.managed?.snapshotShares += random.some(taken, percent: 15)
      .map { SnapshotShare(account: copy.target.account, label: label($0)) }
  }
}

private func randomBackup(_ random: inout SeededRandom) -> DesiredManagedBackup {
  var backup = DesiredManagedBackup(policy: "tier-1")
  if random.chance(50) { backup.full = DesiredBackup.Cadence(every: TimeSpan("7d"), maxAge: TimeSpan("8d")) }
  backup.keepSnapshots = random.chance(50) ? TimeSpan("90d") : nil
  backup.copyTo = random.chance(50) ? random.some(["eu-central-1", "us-east-1"], percent: 50) : nil
  return backup
}
