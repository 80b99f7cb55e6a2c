import AWSWire
import Model

/// What was read of an account at one time, for some instances. What failed fails those alone that need it.
struct AccountReading: Sendable {
  /// A parameter group by kind: RDS keeps those of clusters apart, under names of their own.
  struct GroupKey: Hashable, Sendable {
    var name: String
    var isOfCluster: Bool
  }

  struct VersionKey: Hashable, Sendable {
    var engine: String
    /// `nil` for all versions of the engine.
    var version: String?
  }

  struct Version: Hashable, Sendable {
    var version: ServerVersion
    var upgradeTargets: [ServerVersion]
  }

  /// `nil` stands for what was not read, because no instance needs it.
  var instances: Read<[String: RDSInstance]>?
  var clusters: Read<[String: RDSCluster]>?
  var groups: [Bool: Read<[String: ParameterGroup]>] = [:]
  var parameters: [GroupKey: Read<[RDSParameter]>] = [:]
  /// By family.
  var defaults: [GroupKey: Read<[String: RDSParameter]>] = [:]
  var versions: [VersionKey: Read<[Version]>] = [:]
  var offers = Offers()
  /// By whether they are clusters' ones, then by the instance or cluster.
  var snapshots: [Bool: Read<[String: [RDSSnapshot]]>] = [:]
  /// What other accounts hold of snapshots, and may copy.
  var copies: [CopyKey: Read<CopiedSnapshots>] = [:]
  /// By ARN.
  var maintenance: Read<[String: [String]]>?
}

/// What of an account belongs to an instance of the specs.
enum Found: Hashable, Sendable {
  case absent
  case instance(RDSInstance)
  case cluster(RDSCluster, members: [RDSInstance])

  var settings: ManagedSettings? {
    switch self {
    case .absent: nil
    case .instance(let instance): instance.settings
    case .cluster(let cluster, _): cluster.settings
    }
  }

  var engine: String? {
    switch self {
    case .absent: nil
    case .instance(let instance): instance.engine
    case .cluster(let cluster, _): cluster.engine
    }
  }

  var isCluster: Bool { if case .cluster = self { true } else { false } }

  /// The version that was asked for last.
  var askedVersion: ServerVersion? { settings?.asked(.version).flatMap { ServerVersion($0) } }
}

extension AccountReading {
  /// - Errors: where it can't be told, never `absent` then.
  func find(_ desired: DesiredInstance) throws(ReadFailure) -> Found {
    let name = desired.cloud.identifier
    let found = try find(named: name, desired)
    guard let former = desired.renamedFrom, former.lowercased() != name.lowercased() else { return found }
    let renamed = try find(named: former, desired)
    switch (found, renamed) {
    case (.absent, _): return renamed
    case (_, .absent): return found
    default:
      throw ReadFailure(
        message: "`\(name)` is there, and so is `\(former)`, which the spec says it was renamed from",
        hint: "take `renamed_from:` away, or correct `identifier:`")
    }
  }

  private func find(named name: String, _ desired: DesiredInstance) throws(ReadFailure) -> Found {
    let key = name.lowercased()
    guard let instances = try instances?.get() else { return .absent }
    let instance = instances[key]
    // Instances and clusters may have one name: then the specs say which is meant.
    if let cluster = try clusters?.get()[key], desired.cloud.isCluster || instance == nil {
      let listed = Set(cluster.members.map { $0.identifier.lowercased() })
      let members = instances.values.filter { instance in
        instance.cluster?.lowercased() == key || listed.contains(instance.identifier.lowercased())
      }
      return .cluster(cluster, members: members.sorted { $0.identifier < $1.identifier })
    }
    guard let instance else { return .absent }
    guard let cluster = instance.cluster else { return .instance(instance) }
    throw ReadFailure(
      message: "`\(name)` is a member of the cluster `\(cluster)`, and no instance of its own",
      hint: "declare the cluster, with it among `members:`")
  }

  /// The versions that it may be upgraded to; none were asked for where its version is right.
  func upgradeTargets(_ found: Found) throws(ReadFailure) -> [ServerVersion] {
    guard let key = VersionKey(of: found), let versions = versions[key] else { return [] }
    return try versions.get().flatMap(\.upgradeTargets).sorted()
  }

  /// The version that will be made: the newest of those offered that the spec takes.
  func versionToMake(_ desired: DesiredInstance) throws(ReadFailure) -> ServerVersion? {
    let key = VersionKey(engine: desired.cloud.engine, version: nil)
    guard let offered = try versions[key]?.get().map(\.version) else { return desired.version?.atLeast }
    guard let constraint = desired.version else { return offered.max() }
    if let newest = offered.filter(constraint.accepts).max() { return newest }
    let names = offered.suffix(12).map(\.description).joined(separator: ", ")
    throw ReadFailure(
      message: "RDS offers no version of \(desired.cloud.engine) that is \(constraint)",
      hint: names.isEmpty ? "check `engine:` and the region" : "it offers \(names)", path: ["version"])
  }

  /// The group that the specs want, whether it is there or not.
  func wantedGroup(_ desired: DesiredInstance, _ found: Found) throws(ReadFailure) -> ParameterGroup? {
    guard desired.wantsGroup else { return nil }
    guard let asked = found.askedVersion else { return try versionToMake(desired).flatMap(desired.parameterGroup) }
    let target = desired.targetVersion(from: asked, among: try upgradeTargets(found))
    return desired.parameterGroup(for: target ?? asked)
  }
}

extension AccountReading {
  /// Parameter groups in lower case that others have, so far as the others were read.
  func groupsInUse(byOthersThan identifier: String, ofClusters: Bool) -> Set<String> {
    var settings: [(name: String, settings: ManagedSettings)] = []
    if ofClusters {
      settings = ((try? clusters?.get()) ?? [:]).values.map { ($0.identifier, $0.settings) }
    } else {
      settings = ((try? instances?.get()) ?? [:]).values.map { ($0.identifier, $0.settings) }
    }
    let others = settings.filter { $0.name.lowercased() != identifier.lowercased() }
    return Set(
      others.flatMap { [$0.settings.values[.parameterGroup], $0.settings.asked(.parameterGroup)] }
        .compactMap { $0?.lowercased() })
  }
}

extension AccountReading.VersionKey {
  init?(of found: Found) {
    guard let engine = found.engine, let version = found.settings?.asked(.version) else { return nil }
    self.init(engine: engine, version: version)
  }
}

extension DesiredInstance {
  var wantsGroup: Bool { parameters.values != nil || cloud.values[.parameterGroup] != nil }

  /// Only a policy that takes, keeps or ages snapshots has to know them.
  var needsSnapshots: Bool { cloud.backup.map { $0.full != nil || $0.keepSnapshots != nil } ?? false }
}
