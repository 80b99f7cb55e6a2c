import Model

/// The calls that take settings.
enum RDSAction: String, CaseIterable {
  case createInstance = "CreateDBInstance"
  case createReplica = "CreateDBInstanceReadReplica"
  case restoreInstance = "RestoreDBInstanceFromDBSnapshot"
  case restoreInstanceInTime = "RestoreDBInstanceToPointInTime"
  case modifyInstance = "ModifyDBInstance"
  case createCluster = "CreateDBCluster"
  case restoreCluster = "RestoreDBClusterFromSnapshot"
  case restoreClusterInTime = "RestoreDBClusterToPointInTime"
  case modifyCluster = "ModifyDBCluster"

  var isOfCluster: Bool {
    switch self {
    case .createInstance, .createReplica, .restoreInstance, .restoreInstanceInTime, .modifyInstance: false
    case .createCluster, .restoreCluster, .restoreClusterInTime, .modifyCluster: true
    }
  }

  var isModification: Bool { self == .modifyInstance || self == .modifyCluster }

  func takes(_ field: ManagedField) -> Bool {
    isOfCluster ? ManagedField.ofCluster.contains(field) && !lacking.contains(field) : !lacking.contains(field)
  }

  /// What the call has no member for.
  ///
  /// - Source: botocore 1.43.11, `rds/2014-10-31`, read 2026-11-22.
  private var lacking: Set<ManagedField> {
    let ofClusters: Set<ManagedField> = [.serverlessMinimum, .serverlessMaximum]
    let inherited: Set<ManagedField> = [
      .version, .storageEncrypted, .masterUser, .maintenanceWindow, .failoverTier,
    ]
    let insights: Set<ManagedField> = [
      .performanceInsights, .performanceInsightsRetention, .performanceInsightsKey, .monitoringInterval,
      .monitoringRole,
    ]
    return switch self {
    case .createInstance: ofClusters
    case .createReplica:
      ofClusters.union(inherited).union([.masterPasswordManaged, .masterSecretKey, .backupRetention, .backupWindow])
    case .restoreInstance: ofClusters.union(inherited).union(insights).union([.storageMaximum, .storageKey])
    case .restoreInstanceInTime: ofClusters.union(inherited).union(insights).union([.storageKey])
    case .modifyInstance: ofClusters.union([.storageEncrypted, .storageKey, .availabilityZone, .masterUser])
    case .createCluster: []
    case .restoreCluster: restoredClusterLacks
    case .restoreClusterInTime: restoredClusterLacks.union([.version])
    case .modifyCluster: [.storageEncrypted, .storageKey, .subnetGroup, .masterUser]
    }
  }

  private var restoredClusterLacks: Set<ManagedField> {
    [
      .storageEncrypted, .masterUser, .masterPasswordManaged, .masterSecretKey, .autoMinorUpgrade, .maintenanceWindow,
    ]
  }
}

extension RDSForm {
  /// Adds settings, in the order of their fields.
  ///
  /// - Parameter former: the log exports before, since a modification takes what is added and what is removed.
  mutating func set(
    _ values: [ManagedField: String], for action: RDSAction, formerLogExports former: String? = nil
  ) {
    for field in ManagedField.allCases where action.takes(field) {
      guard let value = values[field] else { continue }
      switch field {
      case .securityGroups: set("VpcSecurityGroupIds", each: "VpcSecurityGroupId", elements(value))
      case .logExports: setLogExports(elements(value), from: elements(former ?? ""), action)
      default: set(name(of: field, in: action), value)  // A text is a text, whatever it means.
      }
    }
  }

  private mutating func setLogExports(_ wanted: [String], from former: [String], _ action: RDSAction) {
    guard action.isModification else { return set("EnableCloudwatchLogsExports", wanted) }
    set("CloudwatchLogsExportConfiguration.EnableLogTypes", wanted.filter { !former.contains($0) })
    set("CloudwatchLogsExportConfiguration.DisableLogTypes", former.filter { !wanted.contains($0) })
  }
}

/// The elements of a list in canonical form.
func elements(_ value: String) -> [String] { value.split(separator: ",").map(String.init) }

private func name(of field: ManagedField, in action: RDSAction) -> String {
  switch field {
  case .version: "EngineVersion"
  case .deletionProtection: "DeletionProtection"
  case .instanceClass: "DBInstanceClass"
  case .storageSize: "AllocatedStorage"
  case .storageMaximum: "MaxAllocatedStorage"
  case .storageType: "StorageType"
  case .storageIOPS: "Iops"
  case .storageThroughput: "StorageThroughput"
  case .storageEncrypted: "StorageEncrypted"
  case .storageKey: "KmsKeyId"
  case .multiAZ: "MultiAZ"
  case .availabilityZone: "AvailabilityZone"
  case .subnetGroup: "DBSubnetGroupName"
  case .securityGroups: "VpcSecurityGroupIds"
  case .publicAccess: "PubliclyAccessible"
  case .port: action == .modifyInstance ? "DBPortNumber" : "Port"
  case .networkType: "NetworkType"
  case .certificateAuthority: "CACertificateIdentifier"
  case .masterUser: "MasterUsername"
  case .masterPasswordManaged: "ManageMasterUserPassword"
  case .masterSecretKey: "MasterUserSecretKmsKeyId"
  case .iamAuthentication: "EnableIAMDatabaseAuthentication"
  case .autoMinorUpgrade: "AutoMinorVersionUpgrade"
  case .maintenanceWindow: "PreferredMaintenanceWindow"
  case .copyTagsToSnapshots: "CopyTagsToSnapshot"
  case .logExports: "EnableCloudwatchLogsExports"
  case .performanceInsights: "EnablePerformanceInsights"
  case .performanceInsightsRetention: "PerformanceInsightsRetentionPeriod"
  case .performanceInsightsKey: "PerformanceInsightsKMSKeyId"
  case .monitoringInterval: "MonitoringInterval"
  case .monitoringRole: "MonitoringRoleArn"
  case .optionGroup: "OptionGroupName"
  case .parameterGroup: action.isOfCluster ? "DBClusterParameterGroupName" : "DBParameterGroupName"
  case .serverlessMinimum: "ServerlessV2ScalingConfiguration.MinCapacity"
  case .serverlessMaximum: "ServerlessV2ScalingConfiguration.MaxCapacity"
  case .failoverTier: "PromotionTier"
  case .backupRetention: "BackupRetentionPeriod"
  case .backupWindow: "PreferredBackupWindow"
  }
}
