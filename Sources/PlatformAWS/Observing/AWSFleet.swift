import AWSWire
import Model
import XML

/// Reads one account for all instances of the specs that are in it: by page, and not by instance.
package actor AWSFleet {
  /// For so few instances, looking for each is less than listing all.
  private static let fewInstances = 3

  let clients: AWSAccountClients
  /// What the next look at an instance is answered from, by the instance's name.
  private var prepared: [String: AccountReading] = [:]
  /// In no fact, so waiting doesn't ask for it again and again.
  private var maintenance: [String: [String]]?
  /// Engine defaults don't change while a process runs.
  private var defaults: [AccountReading.GroupKey: [String: RDSParameter]] = [:]
  /// Nor does what RDS has to offer.
  private var classes: [OfferKey: Read<[Offer]>] = [:]

  package init(_ clients: AWSAccountClients) { self.clients = clients }

  nonisolated var account: AWSAccount { clients.account }

  /// Reads the account once for all of these; each one's next look is answered from it.
  package func prepare(for instances: [DesiredInstance]) async {
    for instance in instances { prepared[instance.name] = nil }
    guard instances.count > Self.fewInstances else { return }
    let reading = await read(for: instances, onlyThose: false)
    for instance in instances { prepared[instance.name] = reading }
  }

  /// What there is to know of an instance: from what was prepared, once, or else read afresh.
  func reading(for instance: DesiredInstance) async -> AccountReading {
    if let reading = prepared.removeValue(forKey: instance.name) { return reading }
    return await read(for: [instance], onlyThose: true)
  }

  /// Reads what isn't needed of instances that are there: traces of one that is gone.
  func results(_ calls: [AWSPages]) async -> [Result<[XMLElement], AWSFailure>] { await clients.results(calls) }

  /// Credentials of another account would make everything look deleted.
  func checkAccount() async throws(ReadFailure) {
    let found: String
    do throws(AWSFailure) { found = try await clients.callerAccount() } catch { throw ReadFailure(error) }
    guard found == account.account else {
      throw ReadFailure(
        message: "the credentials are of account \(found), and the platform is account \(account.account)",
        hint: "use credentials of \(account.account), or correct `account:`")
    }
  }

  /// Lists the whole account, whatever the specs declare.
  func listing() async throws(ReadFailure) -> AccountReading {
    try await checkAccount()
    var reading = AccountReading()
    let calls = AccountCalls.everything
    calls.fill(&reading, await clients.results(calls.all))
    return reading
  }

  /// The listing with what the parameter groups say that these instances name.
  func withParameters(_ listing: AccountReading, of instances: [DesiredInstance]) async -> AccountReading {
    var reading = listing
    await readParameters(instances, &reading)
    return reading
  }

  private func read(for instances: [DesiredInstance], onlyThose: Bool) async -> AccountReading {
    var reading = AccountReading()
    // Nothing of a wrong account is looked at.
    do throws(ReadFailure) { try await checkAccount() } catch {
      reading.instances = .failure(error)
      return reading
    }
    await readInstances(instances, onlyThose, &reading)
    await readVersions(instances, &reading)
    await readParameters(instances, &reading)
    await readDefaults(instances, &reading)
    await readOffers(instances, &reading)
    await readCopies(instances, onlyThose, &reading)
    return reading
  }
}

// MARK: What the account has

extension AWSFleet {
  private func readInstances(
    _ desired: [DesiredInstance], _ onlyThose: Bool, _ reading: inout AccountReading
  ) async {
    let calls = AccountCalls(desired, onlyThose: onlyThose, withMaintenance: !onlyThose || maintenance == nil)
    // What the groups say goes out beside the lists: whether they are there, the lists tell.
    let guessed = Set(desired.compactMap(\.likelyGroup)).sorted { $0.name < $1.name }
    let parameters = guessed.map { RDSRead.parameters(ofGroup: $0.name, ofCluster: $0.isOfCluster) }
    let results = await clients.results(calls.all + parameters)
    calls.fill(&reading, Array(results.prefix(calls.all.count)))
    for (index, result) in results.dropFirst(calls.all.count).enumerated() {
      let read = result.read(parameters[index], RDSParameter.init)
      // One that is missing, or that couldn't be read, is asked for again where it turns out to be needed.
      if case .success = read { reading.parameters[guessed[index]] = read }
    }
    if case .success(let known)? = reading.maintenance { maintenance = known }
    reading.maintenance = reading.maintenance ?? maintenance.map { .success($0) }
    let missing = desired.filter { reading.isMissing($0) }
    guard !missing.isEmpty, onlyThose || reading.clusters == nil else { return }
    let more = AccountCalls(missing: missing, onlyThose: onlyThose)
    more.fill(&reading, await clients.results(more.all))
  }

  private func readVersions(_ desired: [DesiredInstance], _ reading: inout AccountReading) async {
    let keys = Set(desired.compactMap { reading.neededVersions($0) }).sorted {
      ($0.engine, $0.version ?? "") < ($1.engine, $1.version ?? "")
    }
    let calls = keys.map { RDSRead.versions(ofEngine: $0.engine, $0.version) }
    for (index, result) in await clients.results(calls).enumerated() {
      reading.versions[keys[index]] = result.read(calls[index]) { element throws(UnreadableAnswer) in
        guard let version = ServerVersion(try element.needed("EngineVersion")) else { return nil }
        return AccountReading.Version(version: version, upgradeTargets: upgradeTargets(element))
      }.map { (versions: [AccountReading.Version?]) in versions.compactMap(\.self) }
    }
  }

  private func readParameters(_ desired: [DesiredInstance], _ reading: inout AccountReading) async {
    let keys = Set(desired.compactMap { reading.existingGroup($0) }).filter { reading.parameters[$0] == nil }
      .sorted { $0.name < $1.name }
    let calls = keys.map { RDSRead.parameters(ofGroup: $0.name, ofCluster: $0.isOfCluster) }
    for (index, result) in await clients.results(calls).enumerated() {
      reading.parameters[keys[index]] = result.read(calls[index], RDSParameter.init)
    }
  }

  private func readDefaults(_ desired: [DesiredInstance], _ reading: inout AccountReading) async {
    var missing: [AccountReading.GroupKey] = []
    for key in Set(desired.compactMap { reading.neededDefaults($0) }).sorted(by: { $0.name < $1.name }) {
      if let known = defaults[key] { reading.defaults[key] = .success(known) } else { missing.append(key) }
    }
    let calls = missing.map { RDSRead.defaults(ofFamily: $0.name, ofCluster: $0.isOfCluster) }
    for (index, result) in await clients.results(calls).enumerated() {
      let read = result.read(calls[index], RDSParameter.init)
        .map { Dictionary($0.map { ($0.name, $0) }) { first, _ in first } }
      reading.defaults[missing[index]] = read
      if case .success(let parameters) = read { defaults[missing[index]] = parameters }
    }
  }
}

// MARK: What can be had

extension AWSFleet {
  /// Only of what is to be made or moved: of a fleet as its specs ask for it nothing is asked.
  private func readOffers(_ desired: [DesiredInstance], _ reading: inout AccountReading) async {
    let found = desired.compactMap { one in (try? reading.find(one)).map { (one, $0) } }
    await readClasses(Set(found.flatMap { $0.0.neededClasses($0.1, reading).map(\.key) }), &reading)
    if found.contains(where: { $0.0.neededSubnetGroup($0.1) != nil }) {
      let call = RDSRead.subnetGroups()
      reading.offers.subnetGroups = await clients.results([call])[0].read(call) { element throws(UnreadableAnswer) in
        try element.needed("DBSubnetGroupName")
      }
    }
    let snapshots = found.compactMap { desired, known in
      desired.neededSnapshot(known).map { SnapshotKey(name: $0, isOfCluster: desired.cloud.isCluster) }
    }
    await readSnapshots(Set(snapshots), &reading)
    await readSources(Set(found.compactMap { $0.0.neededSource($0.1) }), &reading)
  }

  private func readClasses(_ keys: Set<OfferKey>, _ reading: inout AccountReading) async {
    let missing = keys.filter { classes[$0] == nil }.sorted { "\($0)" < "\($1)" }
    let calls = missing.map { RDSRead.offers(of: $0) }
    for (index, result) in await clients.results(calls).enumerated() {
      let read = result.read(calls[index], Offer.init)
      reading.offers.classes[missing[index]] = read
      if case .success = read { classes[missing[index]] = read }
    }
    for key in keys { reading.offers.classes[key] = reading.offers.classes[key] ?? classes[key] }
    await readOtherClasses(keys.filter { (try? reading.offers.classes[$0]?.get())?.isEmpty == true }, &reading)
  }

  /// What the author may have meant.
  private func readOtherClasses(_ keys: Set<OfferKey>, _ reading: inout AccountReading) async {
    let keys = keys.sorted { "\($0)" < "\($1)" }
    let calls = keys.map { RDSRead.offers(ofEngine: $0.engine, $0.version) }
    for (index, result) in await clients.results(calls).enumerated() {
      reading.offers.otherClasses[keys[index]] = result.read(calls[index]) { element throws(UnreadableAnswer) in
        try element.needed("DBInstanceClass")
      }
    }
  }

  private func readSnapshots(_ keys: Set<SnapshotKey>, _ reading: inout AccountReading) async {
    let missing: Set = ["DBSnapshotNotFound", "DBSnapshotNotFoundFault", "DBClusterSnapshotNotFoundFault"]
    let keys = keys.sorted { "\($0)" < "\($1)" }
    let calls = keys.map { RDSRead.snapshot($0.name, ofCluster: $0.isOfCluster) }
    for (index, result) in await clients.results(calls).enumerated() {
      reading.offers.snapshots[keys[index]] = result.read(calls[index], missing: missing, RDSSnapshot.init).map(\.first)
    }
  }
}

extension DesiredInstance {
  /// The parameter group that it most likely has: whose name the spec says, or that of its lowest version where Holdfast
  /// made it. None where the spec makes something new, or moves it.
  fileprivate var likelyGroup: AccountReading.GroupKey? {
    guard state != .absent, renamedFrom == nil, let group = version.flatMap({ parameterGroup(for: $0.atLeast) }) else {
      return nil
    }
    return AccountReading.GroupKey(name: group.name.lowercased(), isOfCluster: cloud.isCluster)
  }
}

extension AccountReading {
  fileprivate func isMissing(_ desired: DesiredInstance) -> Bool {
    if case .absent? = try? find(desired) { true } else { false }
  }

  /// All versions for an instance to be made, the targets of the version it has where that is not the wanted one.
  fileprivate func neededVersions(_ desired: DesiredInstance) -> VersionKey? {
    guard let found = try? find(desired), desired.state != .absent else { return nil }
    guard let asked = found.askedVersion else {
      return found == .absent ? VersionKey(engine: desired.cloud.engine, version: nil) : nil
    }
    return desired.version.map { $0.accepts(asked) } ?? true ? nil : VersionKey(of: found)
  }

  fileprivate func existingGroup(_ desired: DesiredInstance) -> GroupKey? {
    guard let found = try? find(desired), let wanted = try? wantedGroup(desired, found) else { return nil }
    let isOfCluster = desired.cloud.isCluster
    guard (try? groups[isOfCluster]?.get()[wanted.name.lowercased()]) != nil else { return nil }
    return GroupKey(name: wanted.name.lowercased(), isOfCluster: isOfCluster)
  }

  /// Where a wanted parameter isn't among those that the group tells of, and where there is no group yet.
  fileprivate func neededDefaults(_ desired: DesiredInstance) -> GroupKey? {
    guard let values = desired.parameters.values, let found = try? find(desired),
      let wanted = try? wantedGroup(desired, found)
    else { return nil }
    let family = GroupKey(name: wanted.family, isOfCluster: desired.cloud.isCluster)
    guard let key = existingGroup(desired), found != .absent else { return family }
    guard let parameters = try? parameters[key]?.get() else { return nil }
    let known = Set(parameters.map { $0.name.lowercased() })
    return values.keys.allSatisfy { known.contains($0.lowercased()) } ? nil : family
  }
}
