import AWSWire
import Model
import XML

/// A `DBInstance` of an answer: a plain instance, or a member of a cluster.
struct RDSInstance: Hashable, Sendable {
  var identifier: String
  var resourceID: String?
  var arn: String?
  var engine: String
  var status: RDSStatus
  var settings: ManagedSettings
  var tags: [String: String]
  var endpoint: ManagedState.Endpoint?
  /// The cluster that it is a member of.
  var cluster: String?
  var replicaOf: String?
  /// `in-sync`, `pending-reboot`, …
  var groupStatus: String?
  var latestRestorable: Timestamp?
  var backupCopies: [String]
  var backupOwner: String?

  init(_ element: XMLElement) throws(UnreadableAnswer) {
    identifier = try element.needed("DBInstanceIdentifier")
    engine = try element.needed("Engine")
    status = RDSStatus(try element.needed("DBInstanceStatus"))
    resourceID = element.value("DbiResourceId")
    arn = element.value("DBInstanceArn")
    tags = element.tags
    endpoint = instanceEndpoint(element)
    cluster = element.value("DBClusterIdentifier")
    let source = element.value("ReadReplicaSourceDBInstanceIdentifier")
    replicaOf = (source ?? element.value("ReadReplicaSourceDBClusterIdentifier")).map(lastPart)
    groupStatus = element.list("DBParameterGroups").first?.value("ParameterApplyStatus")
    latestRestorable = element.value("LatestRestorableTime").flatMap(moment)
    backupCopies = regions(element.list("DBInstanceAutomatedBackupsReplications"))
    backupOwner = element.value("AwsBackupRecoveryPointArn").map { _ in "AWS Backup" }
    settings = ManagedSettings(values: instanceValues(element), pending: instancePending(element))
    addSecurityGroups(element, to: &settings)
    settings.awaitsRestart = groupStatus == "pending-reboot"
  }
}

/// Where a `DBInstance` is reached.
func instanceEndpoint(_ element: XMLElement) -> ManagedState.Endpoint? {
  element["Endpoint"].flatMap { endpoint(host: $0.value("Address"), port: $0.value("Port")) }
}

/// `nil` where there is none yet.
func endpoint(host: String?, port: String?) -> ManagedState.Endpoint? {
  guard let host, let port = port.flatMap({ Int($0) }), (1...65_535).contains(port) else { return nil }
  return ManagedState.Endpoint(host: host, port: port)
}

/// `arn:aws:rds:eu-west-1:123456789012:db:orders` or `orders`.
private func lastPart(_ text: String) -> String {
  text.hasPrefix("arn:") ? text.split(separator: ":").last.map(String.init) ?? text : text
}

/// The regions in ARNs of copied backups.
private func regions(_ copies: [XMLElement]) -> [String] {
  let found = copies.compactMap { copy -> String? in
    let parts = (copy.value("DBInstanceAutomatedBackupsArn") ?? "").split(
      separator: ":", omittingEmptySubsequences: false)
    return parts.count > 3 && !parts[3].isEmpty ? String(parts[3]) : nil
  }
  return Set(found).sorted()
}

private func instanceValues(_ element: XMLElement) -> [ManagedField: String] {
  var values: [ManagedField: String?] = [
    .instanceClass: element.value("DBInstanceClass"),
    .storageSize: element.number("AllocatedStorage"),
    .storageMaximum: element.number("MaxAllocatedStorage"),
    .storageType: element.value("StorageType"),
    .storageIOPS: element.number("Iops"),
    .storageThroughput: element.number("StorageThroughput"),
    .multiAZ: element.flag("MultiAZ"),
    .availabilityZone: element.value("AvailabilityZone"),
    .subnetGroup: element["DBSubnetGroup"]?.value("DBSubnetGroupName"),
    .publicAccess: element.flag("PubliclyAccessible"),
    // Where there is no endpoint yet; for plain instances RDS says 0 there.
    .port: element["Endpoint"]?.number("Port") ?? element.number("DbInstancePort").flatMap { $0 == "0" ? nil : $0 },
    .certificateAuthority: element.value("CACertificateIdentifier"),
  ]
  addShared(element, to: &values)
  values[.performanceInsights] = element.flag("PerformanceInsightsEnabled")
  values[.performanceInsightsRetention] = element.number("PerformanceInsightsRetentionPeriod")
  values[.performanceInsightsKey] = element.value("PerformanceInsightsKMSKeyId")
  values[.monitoringInterval] = element.number("MonitoringInterval")
  values[.monitoringRole] = element.value("MonitoringRoleArn")
  values[.optionGroup] = optionGroups(element).current
  values[.parameterGroup] = element.list("DBParameterGroups").first?.value("DBParameterGroupName")
  values[.failoverTier] = element.number("PromotionTier")
  return values.compactMapValues(\.self)
}

/// What instances and clusters tell in the same members.
func addShared(_ element: XMLElement, to values: inout [ManagedField: String?]) {
  let secret = element["MasterUserSecret"]
  values[.version] = element.value("EngineVersion")
  values[.deletionProtection] = element.flag("DeletionProtection")
  values[.storageEncrypted] = element.flag("StorageEncrypted")
  values[.storageKey] = element.value("KmsKeyId")
  values[.networkType] = element.value("NetworkType")
  values[.maintenanceWindow] = element.value("PreferredMaintenanceWindow")?.lowercased()
  values[.masterUser] = element.value("MasterUsername")
  values[.masterPasswordManaged] = secret?.value("SecretArn") == nil ? "false" : "true"
  values[.masterSecretKey] = secret?.value("KmsKeyId")
  values[.iamAuthentication] = element.flag("IAMDatabaseAuthenticationEnabled")
  values[.autoMinorUpgrade] = element.flag("AutoMinorVersionUpgrade")
  values[.copyTagsToSnapshots] = element.flag("CopyTagsToSnapshot")
  values[.logExports] = canonicalList(element.texts("EnabledCloudwatchLogsExports"))
  values[.backupRetention] = element.number("BackupRetentionPeriod")
  values[.backupWindow] = element.value("PreferredBackupWindow")
}

private func optionGroups(_ element: XMLElement) -> (current: String?, pending: String?) {
  var (current, pending): (String?, String?) = (nil, nil)
  for membership in element.list("OptionGroupMemberships") {
    guard let name = membership.value("OptionGroupName") else { continue }
    switch membership.value("Status") {
    case "pending-apply", "pending-maintenance-apply", "applying": pending = name
    case "pending-removal", "pending-maintenance-removal", "removing": current = name
    default: current = current ?? name
    }
  }
  return (current ?? pending, current == nil ? nil : pending)
}

private func instancePending(_ element: XMLElement) -> [ManagedField: String] {
  guard let waiting = element["PendingModifiedValues"] else {
    return optionGroups(element).pending.map { [.optionGroup: $0] } ?? [:]
  }
  let pending: [ManagedField: String?] = [
    .version: waiting.value("EngineVersion"),
    .instanceClass: waiting.value("DBInstanceClass"),
    .storageSize: waiting.number("AllocatedStorage"),
    .storageType: waiting.value("StorageType"),
    .storageIOPS: waiting.number("Iops"),
    .storageThroughput: waiting.number("StorageThroughput"),
    .multiAZ: waiting.flag("MultiAZ"),
    .subnetGroup: waiting.value("DBSubnetGroupName"),
    .port: waiting.number("Port"),
    .certificateAuthority: waiting.value("CACertificateIdentifier"),
    .iamAuthentication: waiting.flag("IAMDatabaseAuthenticationEnabled"),
    .logExports: pendingLogExports(waiting, now: element.texts("EnabledCloudwatchLogsExports")),
    .optionGroup: optionGroups(element).pending,
    .backupRetention: waiting.number("BackupRetentionPeriod"),
  ]
  return pending.compactMapValues(\.self)
}

func pendingLogExports(_ waiting: XMLElement, now: [String]) -> String? {
  guard let pending = waiting["PendingCloudwatchLogsExports"] else { return nil }
  let (enabled, disabled) = (pending.texts("LogTypesToEnable"), pending.texts("LogTypesToDisable"))
  guard !enabled.isEmpty || !disabled.isEmpty else { return nil }
  return canonicalList((now + enabled).filter { !disabled.contains($0) })
}

/// Groups that are being added are asked for and not in force; those being removed the other way round.
func addSecurityGroups(_ element: XMLElement, to settings: inout ManagedSettings) {
  let groups = element.list("VpcSecurityGroups").compactMap { group in
    group.value("VpcSecurityGroupId").map { (id: $0, status: group.value("Status") ?? "active") }
  }
  let inForce = canonicalList(groups.filter { $0.status != "adding" }.map(\.id))
  let asked = canonicalList(groups.filter { $0.status != "removing" }.map(\.id))
  settings.values[.securityGroups] = inForce
  if asked != inForce { settings.pending[.securityGroups] = asked }
}
