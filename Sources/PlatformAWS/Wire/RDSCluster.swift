import AWSWire
import Model
import XML

/// A `DBCluster` of an answer.
struct RDSCluster: Hashable, Sendable {
  struct Member: Hashable, Sendable {
    var identifier: String
    var isWriter: Bool
    /// Of the cluster's parameter group: `in-sync`, `pending-reboot`.
    var groupStatus: String?
  }

  var identifier: String
  var resourceID: String?
  var arn: String?
  var engine: String
  var status: RDSStatus
  var settings: ManagedSettings
  var tags: [String: String]
  var endpoint: ManagedState.Endpoint?
  var members: [Member]
  var replicaOf: String?
  var latestRestorable: Timestamp?
  var backupOwner: String?

  init(_ element: XMLElement) throws(UnreadableAnswer) {
    identifier = try element.needed("DBClusterIdentifier")
    engine = try element.needed("Engine")
    status = RDSStatus(try element.needed("Status"))
    resourceID = element.value("DbClusterResourceId")
    arn = element.value("DBClusterArn")
    tags = element.tags
    endpoint = clusterEndpoint(element)
    members = element.list("DBClusterMembers").compactMap(Member.init)
    replicaOf = element.value("ReplicationSourceIdentifier")
    latestRestorable = element.value("LatestRestorableTime").flatMap(moment)
    backupOwner = element.value("AwsBackupRecoveryPointArn").map { _ in "AWS Backup" }
    settings = ManagedSettings(values: clusterValues(element, engine), pending: clusterPending(element))
    addSecurityGroups(element, to: &settings)
  }
}

extension RDSCluster.Member {
  fileprivate init?(_ element: XMLElement) {
    guard let identifier = element.value("DBInstanceIdentifier") else { return nil }
    self.init(
      identifier: identifier, isWriter: element.flag("IsClusterWriter") == "true",
      groupStatus: element.value("DBClusterParameterGroupStatus"))
  }
}

/// Where a `DBCluster`'s writer is reached.
func clusterEndpoint(_ element: XMLElement) -> ManagedState.Endpoint? {
  endpoint(host: element.value("Endpoint"), port: element.value("Port"))
}

private func clusterValues(_ element: XMLElement, _ engine: String) -> [ManagedField: String] {
  let scaling = element["ServerlessV2ScalingConfiguration"]
  var values: [ManagedField: String?] = [
    // Aurora's standard storage is not told.
    .storageType: element.value("StorageType") ?? (engine.hasPrefix("aurora") ? "aurora" : nil),
    .subnetGroup: element.value("DBSubnetGroup"),
    .port: element.number("Port"),
    .parameterGroup: element.value("DBClusterParameterGroup"),
    .serverlessMinimum: scaling?.value("MinCapacity").flatMap(canonicalUnits),
    .serverlessMaximum: scaling?.value("MaxCapacity").flatMap(canonicalUnits),
  ]
  addShared(element, to: &values)
  return values.compactMapValues(\.self)
}

private func clusterPending(_ element: XMLElement) -> [ManagedField: String] {
  guard let waiting = element["PendingModifiedValues"] else { return [:] }
  let pending: [ManagedField: String?] = [
    .version: waiting.value("EngineVersion"),
    .storageType: waiting.value("StorageType"),
    .iamAuthentication: waiting.flag("IAMDatabaseAuthenticationEnabled"),
    .logExports: pendingLogExports(waiting, now: element.texts("EnabledCloudwatchLogsExports")),
    .backupRetention: waiting.number("BackupRetentionPeriod"),
  ]
  return pending.compactMapValues(\.self)
}
