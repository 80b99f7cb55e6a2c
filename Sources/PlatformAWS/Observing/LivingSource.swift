import AWSWire
import Model
import XML

/// What an instance is to be made of that lives: the source of a read replica, or of a restore to a point in time.
struct SourceKey: Hashable, Sendable {
  var identifier: String
  /// Where it isn't the platform's own.
  var region: String?
  var isCluster: Bool
}

/// How a source is, so far as making something of it depends on that.
struct LivingSource: Hashable, Sendable {
  var engine: String
  var version: ServerVersion?
  var status: RDSStatus
  /// Days; `0` for no automated backups.
  var retention: String?
  var earliest: Timestamp?
  var latest: Timestamp?

  init(_ instance: RDSInstance) {
    (engine, status, latest) = (instance.engine, instance.status, instance.latestRestorable)
    version = instance.settings.values[.version].flatMap { ServerVersion($0) }
    retention = instance.settings.values[.backupRetention]
  }

  init(_ cluster: RDSCluster) {
    (engine, status, latest) = (cluster.engine, cluster.status, cluster.latestRestorable)
    version = cluster.settings.values[.version].flatMap { ServerVersion($0) }
    retention = cluster.settings.values[.backupRetention]
  }
}

extension DesiredInstance {
  /// What it is to be made of; `nil` where it is there, or where that is in an account that nobody may ask.
  func neededSource(_ found: Found) -> SourceKey? {
    guard found == .absent, state != .absent else { return nil }
    if case .pointInTime(let name, _)? = cloud.restoreFrom {
      return SourceKey(identifier: name, isCluster: cloud.isCluster)
    }
    guard let name = cloud.replicaOf else { return nil }
    guard name.hasPrefix("arn:") else { return SourceKey(identifier: name, isCluster: false) }
    // `arn:aws:rds:eu-west-1:123456789012:db:orders`
    let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 7, parts[4] == account.account else { return nil }
    return SourceKey(identifier: parts[6], region: parts[3] == account.region ? nil : parts[3], isCluster: false)
  }
}

// MARK: Asking

extension AWSFleet {
  func readSources(_ keys: Set<SourceKey>, _ reading: inout AccountReading) async {
    for key in keys { reading.offers.sources[key] = await source(key) }
  }

  private func source(_ key: SourceKey) async -> Read<LivingSource?> {
    let living =
      key.isCluster ? RDSRead.clusters(key.identifier) : RDSRead.instances(key.identifier)
    let kept = RDSRead.retainedBackups(of: key.identifier, ofCluster: key.isCluster)
    let results = await clients.results([living, kept], in: key.region)
    let missing: Set = ["DBInstanceNotFound", "DBInstanceNotFoundFault", "DBClusterNotFoundFault", "DBClusterNotFound"]
    let read: Read<LivingSource?> =
      key.isCluster
      ? results[0].read(living, missing: missing, RDSCluster.init).map { $0.first.map { LivingSource($0) } }
      : results[0].read(living, missing: missing, RDSInstance.init).map { $0.first.map { LivingSource($0) } }
    // Not known where it can't be had: the call itself tells then.
    let earliest = (try? results[1].get())?.compactMap { $0["RestoreWindow"]?.value("EarliestTime").flatMap(moment) }
    return read.map { source in
      var source = source
      source?.earliest = earliest?.min()
      return source
    }
  }
}

// MARK: What would be refused

extension DesiredInstance {
  func objections(to source: LivingSource?, _ key: SourceKey) -> [Objection] {
    let isReplica = cloud.replicaOf != nil
    let path = isReplica ? ["aws", "replica_of"] : ["restore_from"]
    let name = "`\(key.identifier)`"
    guard let source else {
      let place = key.region.map { " in \($0)" } ?? ""
      return [
        Objection(
          path, "there is no \(key.isCluster ? "cluster" : "instance") \(name)\(place) to make it of",
          hint: isReplica
            ? "make that first, with `--only`, or correct the name"
            : "correct the name; of one that is gone restore a snapshot")
      ]
    }
    if source.engine != cloud.engine {
      return [Objection(path, "\(name) is of engine \(source.engine), not \(cloud.engine)", hint: "name another")]
    }
    return objection(toVersion: source.version, of: name)
      + (isReplica
        ? objection(toReplicating: source, name, path) : objection(toRestoring: source, name, path, key))
  }

  /// What is made of another has its version.
  func objection(toVersion version: ServerVersion?, of name: String) -> [Objection] {
    guard let version, let wanted = self.version, !wanted.accepts(version) else { return [] }
    return [
      Objection(
        ["version"], "\(name) is of version \(version), and so is what is made of it",
        hint: "write `version: \(version.major)`, and upgrade it once it is there")
    ]
  }

  private func objection(toReplicating source: LivingSource, _ name: String, _ path: [String]) -> [Objection] {
    // What is merely busy is available soon, and the call waits for it.
    if source.status.presence == .stopped {
      return [Objection(path, "\(name) is \(source.status.word), and replicates nothing", hint: "start it first")]
    }
    if case .broken(let hint) = source.status.activity {
      return [Objection(path, "\(name) is \(source.status.word), and replicates nothing", hint: hint)]
    }
    guard source.retention == "0" else { return [] }
    return [
      Objection(
        path, "\(name) keeps no automated backups, which a read replica is made of",
        hint: "give it a policy with `retain:` first")
    ]
  }

  private func objection(
    toRestoring source: LivingSource, _ name: String, _ path: [String], _ key: SourceKey
  ) -> [Objection] {
    guard case .pointInTime(_, let at)? = cloud.restoreFrom else { return [] }
    guard source.retention != "0", let latest = source.latest else {
      return [
        Objection(
          path,
          "\(name) can be restored to no moment: it keeps no automated backups"
            + (source.retention == "0" ? "" : " yet"), hint: "restore a snapshot, or wait for its first backup")
      ]
    }
    guard let at else { return [] }
    if at > latest {
      return [
        Objection(
          path, "\(name) can be restored to \(latest) at the latest, not to \(at)",
          hint: "write an earlier moment or `latest`, or wait")
      ]
    }
    guard let earliest = source.earliest, at < earliest else { return [] }
    return [
      Objection(
        path, "\(name) can be restored to \(earliest) at the earliest, not to \(at)",
        hint: "write a later moment, or restore a snapshot")
    ]
  }
}
