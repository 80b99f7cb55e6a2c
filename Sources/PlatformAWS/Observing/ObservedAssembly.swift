import Model
import Planner

/// Puts together what was read of an account to what was observed of one instance.
struct ObservedAssembly {
  let instance: DesiredInstance
  let reading: AccountReading
  let now: Timestamp

  private var wanted: DesiredManaged { instance.cloud }

  func observed() throws(ReadFailure) -> Observed {
    do throws(ReadFailure) { return try whole() } catch {
      guard let path = error.path else { throw error }
      var observed = Observed(presence: .absent)
      observed.objections = [Objection(path, error.message, hint: error.hint)]
      return observed
    }
  }

  private func whole() throws(ReadFailure) -> Observed {
    // Without what there is, nothing can be said; without a right account least of all.
    let found = try reading.find(instance)
    var observed: Observed
    switch found {
    case .absent: observed = try absent()
    case .instance(let one): observed = try plain(one)
    case .cluster(let cluster, let members): observed = try self.cluster(cluster, members)
    }
    try addParameters(to: &observed, found)
    observed.objections = try reading.objections(instance, found)
    return observed
  }

  private func absent() throws(ReadFailure) -> Observed {
    var observed = Observed(presence: .absent)
    if instance.state != .absent { observed.version = try reading.versionToMake(instance) }
    observed.leftGroups = try leftGroups(named: wanted.identifier)
    return observed
  }

  private func plain(_ one: RDSInstance) throws(ReadFailure) -> Observed {
    var observed = Observed(
      presence: one.status.presence, version: one.settings.values[.version].flatMap { ServerVersion($0) })
    observed.systemIdentifier = one.resourceID
    var managed = ManagedState(
      identifier: spelled(one.identifier), engine: one.engine, status: one.status.word, activity: one.status.activity,
      settings: spelled(one.settings, wanted.values))
    (managed.tags, managed.endpoint, managed.replicaOf) = (one.tags, one.endpoint, one.replicaOf)
    (managed.backupCopies, managed.backupOwner) = (one.backupCopies, one.backupOwner)
    try addSurroundings(to: &managed, .instance(one), arn: one.arn)
    observed.managed = managed
    observed.leftGroups = try leftGroups(named: one.identifier)
    observed.backup = try backups(of: one.identifier, ofCluster: false, one.latestRestorable)
    return observed
  }

  private func cluster(_ cluster: RDSCluster, _ members: [RDSInstance]) throws(ReadFailure) -> Observed {
    var observed = Observed(
      presence: cluster.status.presence, version: cluster.settings.values[.version].flatMap { ServerVersion($0) })
    observed.systemIdentifier = cluster.resourceID
    var managed = ManagedState(
      identifier: spelled(cluster.identifier), engine: cluster.engine, status: cluster.status.word,
      activity: cluster.status.activity, settings: spelled(cluster.settings, wanted.values),
      members: self.members(of: cluster, members))
    (managed.tags, managed.endpoint, managed.replicaOf) = (cluster.tags, cluster.endpoint, cluster.replicaOf)
    managed.backupOwner = cluster.backupOwner
    try addSurroundings(to: &managed, .cluster(cluster, members: members), arn: cluster.arn)
    observed.managed = managed
    observed.leftGroups = try leftGroups(named: cluster.identifier)
    observed.backup = try backups(of: cluster.identifier, ofCluster: true, cluster.latestRestorable)
    return observed
  }

  /// A member that the cluster names and that the list of instances doesn't hold yet is on its way.
  private func members(of cluster: RDSCluster, _ instances: [RDSInstance]) -> [String: ManagedMember] {
    let listed = Dictionary(cluster.members.map { ($0.identifier.lowercased(), $0) }) { first, _ in first }
    let names = Dictionary((wanted.members ?? [:]).keys.map { ($0.lowercased(), $0) }) { first, _ in first }
    var members: [String: ManagedMember] = [:]
    for instance in instances {
      let key = instance.identifier.lowercased()
      let name = names[key] ?? instance.identifier
      var settings = spelled(instance.settings, wanted.members?[name] ?? [:])
      settings.values = settings.values.filter { ManagedField.ofMember.contains($0.key) }
      settings.pending = settings.pending.filter { ManagedField.ofMember.contains($0.key) }
      // A member's own group is nobody's here; the cluster's waits in the cluster's word about the member.
      settings.awaitsRestart = listed[key]?.groupStatus == "pending-reboot"
      members[name] = ManagedMember(
        status: instance.status.word, activity: instance.status.activity, settings: settings,
        isWriter: listed[key]?.isWriter ?? false)
    }
    for (key, member) in listed {
      let name = names[key] ?? member.identifier
      guard members[name] == nil else { continue }
      members[name] = ManagedMember(status: ManagedMember.notListed, activity: .busy, isWriter: member.isWriter)
    }
    return members
  }
}

extension ManagedMember {
  /// In place of a status: the cluster names it, and the list of instances doesn't.
  static let notListed = "not listed"
}

// MARK: What is around it

extension ObservedAssembly {
  private func addSurroundings(
    to managed: inout ManagedState, _ found: Found, arn: String?
  ) throws(ReadFailure) {
    managed.isBeingMade = ([managed.status] + (managed.members ?? [:]).values.map(\.status)).contains("creating")
    managed.formerIdentifier = instance.renamedFrom
    let copies = try reading.copies(of: instance, named: managed.identifier)
    managed.snapshotCopies = copies?.copies
    let shares = (copies?.shares ?? []).union(try reading.sharesByTag(of: instance, named: managed.identifier))
    managed.snapshotShares = shares.sorted { ($0.account, $0.label) < ($1.account, $1.label) }
    managed.upgradeTargets = try reading.upgradeTargets(found)
    managed.nextWindow = managed.settings.values[.maintenanceWindow].flatMap { nextStart(ofWindow: $0, after: now) }
    managed.maintenance = try maintenance(of: arn)
    guard let groups = try reading.groups[found.isCluster]?.get() else { return }
    if let wanted = try reading.wantedGroup(instance, found), var group = groups[wanted.name.lowercased()] {
      group.name = wanted.name
      managed.group = group
    }
    managed.formerGroups = formerGroups(groups, managed)
  }

  /// Nothing is decided by it, so that leave to read it is not needed: the note says why it isn't known.
  private func maintenance(of arn: String?) throws(ReadFailure) -> [String] {
    switch reading.maintenance {
    case .success(let entries): return arn.flatMap { entries[$0] } ?? []
    case .failure(let failure):
      guard failure.isDenied else { throw failure }
      return ["not known: \(failure.message)"]
    case nil: return []
    }
  }

  private func formerGroups(_ groups: [String: ParameterGroup], _ managed: ManagedState) -> [String] {
    let used = [managed.group?.name, managed.settings.values[.parameterGroup], managed.settings.asked(.parameterGroup)]
    let former = groups.values.filter { group in
      managed.owns(group: group.name) && !used.contains { $0?.lowercased() == group.name.lowercased() }
    }
    // All instances are looked at for that, and hardly one has a former group.
    guard !former.isEmpty else { return [] }
    let usedElsewhere = reading.groupsInUse(byOthersThan: managed.identifier, ofClusters: managed.members != nil)
    return former.map(\.name).filter { !usedElsewhere.contains($0.lowercased()) }.sorted()
  }

  /// Only those of an instance that is to be absent: they go after it, and RDS keeps them when it goes.
  private func leftGroups(named identifier: String) throws(ReadFailure) -> [String]? {
    guard instance.state == .absent, let groups = try reading.groups[wanted.isCluster]?.get() else { return nil }
    let gone = ManagedState(identifier: identifier, engine: wanted.engine, status: "deleted", activity: .settled)
    let usedElsewhere = reading.groupsInUse(byOthersThan: identifier, ofClusters: wanted.isCluster)
    return groups.values.filter { gone.owns(group: $0.name) && !usedElsewhere.contains($0.name.lowercased()) }
      .map(\.name).sorted()
  }

  private func backups(
    of identifier: String, ofCluster: Bool, _ latest: Timestamp?
  ) throws(ReadFailure) -> BackupState {
    var state = BackupState(file: .absent, stanza: .absent)
    state.latestRestorable = latest
    guard instance.needsSnapshots, let read = reading.snapshots[ofCluster] else { return state }
    state.backups = (try read.get()[identifier.lowercased()] ?? []).compactMap(\.backup)
      .sorted { ($0.finished, $0.label) < ($1.finished, $1.label) }
    return state
  }
}

// MARK: Parameters

extension ObservedAssembly {
  private func addParameters(to observed: inout Observed, _ found: Found) throws(ReadFailure) {
    guard let wanted = try reading.wantedGroup(instance, found) else { return }
    let isOfCluster = self.wanted.isCluster
    if let group = try reading.groups[isOfCluster]?.get()[wanted.name.lowercased()] {
      if found == .absent { observed.preparedGroup = ParameterGroup(name: wanted.name, family: group.family) }
      let key = AccountReading.GroupKey(name: wanted.name.lowercased(), isOfCluster: isOfCluster)
      // Emulators give more than was asked for.
      let set = (try reading.parameters[key]?.get() ?? []).filter { $0.source == nil || $0.source == "user" }
      addLayer(set, to: &observed, found)
    }
    let family = AccountReading.GroupKey(name: wanted.family, isOfCluster: isOfCluster)
    for (name, parameter) in try reading.defaults[family]?.get() ?? [:] where observed.parameters[name] == nil {
      observed.parameters[name] = ParameterState(definition: parameter.definition, running: nil)
    }
  }

  private func addLayer(_ set: [RDSParameter], to observed: inout Observed, _ found: Found) {
    let attached =
      observed.managed.map { managed in
        managed.group != nil && managed.settings.values[.parameterGroup] == managed.group?.name
      } ?? false
    let (isInSync, awaitsRestart) = groupStatus(found)
    for parameter in set {
      // A list is one value, however whoever wrote it spaced it.
      guard let value = parameter.value.map({ ListSetting.canonical($0, of: parameter.name) }) else { continue }
      // RDS knows bare numbers of the parameter's unit; plans show sizes and times.
      let isMeasured = parameter.definition.unit != nil
      observed.layer[parameter.name] = isMeasured ? parameter.definition.readable(value) : value
      var state = ParameterState(definition: parameter.definition, running: nil)
      // The group's value is no default, and of the default nothing is known here.
      state.definition.bootValue = nil
      if attached, isInSync { state.running = state.definition.canonical(value) }
      state.pendingRestart = attached && awaitsRestart && state.definition.context.needsRestart
      observed.parameters[parameter.name] = state
    }
  }

  private func groupStatus(_ found: Found) -> (isInSync: Bool, awaitsRestart: Bool) {
    switch found {
    case .absent: return (false, false)
    case .instance(let one): return (one.groupStatus == "in-sync", one.groupStatus == "pending-reboot")
    case .cluster(let cluster, _):
      let statuses = cluster.members.map(\.groupStatus)
      return (!statuses.isEmpty && statuses.allSatisfy { $0 == "in-sync" }, statuses.contains("pending-reboot"))
    }
  }
}

// MARK: Spelling

extension ObservedAssembly {
  private func spelled(_ identifier: String) -> String {
    identifier.lowercased() == wanted.identifier.lowercased() ? wanted.identifier : identifier
  }

  /// Values that RDS spells in a way of its own, as the specs have them: names in lower case, keys as ARNs.
  private func spelled(_ settings: ManagedSettings, _ declared: [ManagedField: String]) -> ManagedSettings {
    var spelled = settings
    for (field, text) in declared {
      if let value = settings.values[field], isSame(field, value, text) { spelled.values[field] = text }
      if let value = settings.pending[field], isSame(field, value, text) { spelled.pending[field] = text }
    }
    return spelled
  }

  private func isSame(_ field: ManagedField, _ value: String, _ declared: String) -> Bool {
    switch field {
    case .storageKey, .masterSecretKey, .performanceInsightsKey:
      // RDS tells the ARN of a key; which key an alias is of only KMS tells, which nobody asks: then it counts as so.
      value == declared || value.hasSuffix(":key/\(declared)") || isAlias(declared)
    case .subnetGroup, .parameterGroup, .optionGroup, .maintenanceWindow, .networkType:
      value.lowercased() == declared.lowercased()
    case .storageIOPS, .storageThroughput, .storageSize, .storageMaximum, .serverlessMinimum, .serverlessMaximum:
      Double(value) != nil && Double(value) == Double(declared)
    default: value == declared
    }
  }

  /// `alias/orders` or `arn:aws:kms:eu-west-1:123456789012:alias/orders`.
  private func isAlias(_ key: String) -> Bool { key.hasPrefix("alias/") || key.contains(":alias/") }
}
