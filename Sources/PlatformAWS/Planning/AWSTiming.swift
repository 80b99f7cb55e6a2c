import Model

/// When RDS puts a new value of a setting in force.
///
/// - Source: the members of `ModifyDBInstance` and `ModifyDBCluster` in botocore 1.43.11, and the Amazon RDS User Guide,
///   "Settings for DB instances" (when a change occurs, downtime), both read 2026-11-22.
func managedTiming(of field: ManagedField, from old: String?, to new: String) -> ManagedTiming {
  switch field {
  // EngineVersion: "Changing this parameter results in an outage."
  case .version: .deferrableWithOutage
  // DBInstanceClass: "a change causes an outage".
  case .instanceClass: .deferrableWithOutage
  // DBSubnetGroupName: "Changing the subnet group causes an outage during the change."
  case .subnetGroup: .deferrableWithOutage
  // User Guide, "Network type": downtime is possible.
  case .networkType: .deferrableWithOutage
  // CACertificateIdentifier: the instance is restarted, unless its engine can take the certificate without.
  case .certificateAuthority: .deferrableWithOutage
  // MultiAZ: "Changing this parameter doesn't result in an outage."
  case .multiAZ: .deferrable
  // OptionGroupName: "doesn't result in an outage, with one exception", which is Oracle's.
  case .optionGroup: .deferrable
  // User Guide, "IAM DB authentication": at once only with ApplyImmediately.
  case .iamAuthentication: .deferrable
  // AllocatedStorage, Iops, StorageThroughput: no outage, for hours perhaps.
  case .storageSize, .storageIOPS, .storageThroughput: .deferrable
  // StorageType: magnetic storage is left and entered with an outage.
  case .storageType: old == "standard" || new == "standard" ? .deferrableWithOutage : .deferrable
  // BackupRetentionPeriod: "from a non-zero value to another non-zero value … as soon as possible".
  case .backupRetention: isZero(old) == isZero(new) ? .atOnce : .deferrableWithOutage
  // DBPortNumber: "your database restarts regardless of the value of the ApplyImmediately parameter".
  case .port: .atOnceWithRestart
  // DBParameterGroupName: the name at once; what waits for a restart then is a fact of its own.
  case .parameterGroup: .atOnce
  // MasterUserSecretKmsKeyId: "If the DB instance already manages the master user password …, you can't change the KMS key".
  // PerformanceInsightsKMSKeyId is likewise kept from when insights were switched on.
  case .masterSecretKey, .performanceInsightsKey: old == nil ? .atOnce : .atCreation
  // Not in ModifyDBInstance.
  case .storageEncrypted, .storageKey, .availabilityZone, .masterUser: .atCreation
  // User Guide: these ignore ApplyImmediately and are done as soon as possible, without downtime.
  case .deletionProtection, .storageMaximum, .securityGroups, .publicAccess, .masterPasswordManaged, .autoMinorUpgrade,
    .maintenanceWindow, .copyTagsToSnapshots, .logExports, .performanceInsights, .performanceInsightsRetention,
    .monitoringInterval, .monitoringRole, .serverlessMinimum, .serverlessMaximum, .failoverTier, .backupWindow:
    .atOnce
  }
}

/// Nothing known counts as none: an instance that is restored keeps what it had.
private func isZero(_ days: String?) -> Bool { days == nil || days == "0" }
