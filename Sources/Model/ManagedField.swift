/// One setting of an instance that a cloud runs, or of one member of its cluster.
///
/// The raw value is the path of its key below the instance's spec, so that it names the setting to people, addresses it
/// and finds the line that sets it. Values are text in one canonical form: `true` and `false`, decimal numbers, lists
/// sorted and joined by commas.
///
/// As a key of a dictionary it is coded as a key of an object, which has an order in a saved plan.
package enum ManagedField: String, Hashable, Sendable, Codable, CodingKeyRepresentable, CaseIterable, Comparable {
  case version
  case deletionProtection = "protect"
  case instanceClass = "aws.class"
  /// GiB; the spec gives a floor, which the cloud may outgrow.
  case storageSize = "aws.storage.size"
  /// GiB up to which the cloud grows the storage by itself.
  case storageMaximum = "aws.storage.max"
  case storageType = "aws.storage.type"
  case storageIOPS = "aws.storage.iops"
  /// MiB a second.
  case storageThroughput = "aws.storage.throughput"
  case storageEncrypted = "aws.storage.encrypted"
  case storageKey = "aws.storage.kms_key"
  case multiAZ = "aws.multi_az"
  case availabilityZone = "aws.availability_zone"
  case subnetGroup = "aws.subnet_group"
  case securityGroups = "aws.security_groups"
  case publicAccess = "aws.public"
  case port = "aws.port"
  case networkType = "aws.network_type"
  case certificateAuthority = "aws.certificate_authority"
  case masterUser = "aws.master.user"
  /// `true` where the cloud keeps the master password in its own secret store.
  case masterPasswordManaged = "aws.master.managed_password"
  case masterSecretKey = "aws.master.kms_key"
  case iamAuthentication = "aws.iam_authentication"
  case autoMinorUpgrade = "aws.auto_minor_upgrade"
  case maintenanceWindow = "aws.maintenance_window"
  case copyTagsToSnapshots = "aws.copy_tags_to_snapshots"
  case logExports = "aws.log_exports"
  case performanceInsights = "aws.performance_insights.enabled"
  /// Days.
  case performanceInsightsRetention = "aws.performance_insights.retention_days"
  case performanceInsightsKey = "aws.performance_insights.kms_key"
  /// Seconds between two readings of enhanced monitoring; 0 for none.
  case monitoringInterval = "aws.monitoring.interval"
  case monitoringRole = "aws.monitoring.role"
  case optionGroup = "aws.option_group"
  case parameterGroup = "aws.parameter_group"
  /// Aurora capacity units, as `0.5`.
  case serverlessMinimum = "aws.serverless.min"
  case serverlessMaximum = "aws.serverless.max"
  /// Of a member of a cluster: who takes over first; 0 to 15.
  case failoverTier = "failover_tier"
  /// Days; 0 for no automated backups and no recovery to a point in time.
  case backupRetention = "backup.retain"
  /// `HH:MM-HH:MM`, UTC.
  case backupWindow = "backup.aws.window"

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// For people: `storage.size`.
  package var label: String {
    guard let prefix = ["backup.aws.", "aws."].first(where: rawValue.hasPrefix) else { return rawValue }
    return String(rawValue.dropFirst(prefix.count))
  }

  /// `instance/orders/aws/storage/size`, `instance/orders/members/orders-1/class`.
  package func address(in instance: String, member: String? = nil) -> Address {
    let root = Address.instance(instance)
    guard let member else { return root.appending(path) }
    return root.appending("members", member).appending(path.first == "aws" ? Array(path.dropFirst()) : path)
  }

  private var path: [String] {
    switch self {
    case .backupRetention, .backupWindow: ["backup"]
    default: rawValue.split(separator: ".").map(String.init)  // The raw value is the path of the key.
    }
  }
}

extension ManagedField {
  /// What an Aurora cluster has of itself; the rest is its members', or nobody's.
  package static let ofCluster: Set<ManagedField> = [
    .version, .deletionProtection, .storageType, .storageEncrypted, .storageKey, .subnetGroup, .securityGroups, .port,
    .networkType, .masterUser, .masterPasswordManaged, .masterSecretKey, .iamAuthentication, .autoMinorUpgrade,
    .maintenanceWindow, .copyTagsToSnapshots, .logExports, .parameterGroup, .serverlessMinimum, .serverlessMaximum,
    .backupRetention, .backupWindow,
  ]

  /// What a member of a cluster has.
  package static let ofMember: Set<ManagedField> = [
    .instanceClass, .failoverTier, .availabilityZone, .publicAccess, .performanceInsights,
    .performanceInsightsRetention, .performanceInsightsKey, .monitoringInterval, .monitoringRole, .autoMinorUpgrade,
    .certificateAuthority,
  ]
}

/// When a new value of a managed setting comes into force.
package enum ManagedTiming: String, Hashable, Sendable, Codable {
  /// Always at once, without an outage.
  case atOnce
  /// Always at once, with a restart.
  case atOnceWithRestart
  /// In the maintenance window, or at once where that is asked for; without an outage, but perhaps for hours.
  case deferrable
  /// In the maintenance window, or at once where that is asked for; with an outage.
  case deferrableWithOutage
  /// Only when the instance is made.
  case atCreation
}

extension ManagedTiming {
  /// Whether the cloud waits for the maintenance window unless it is asked to do it at once.
  package var isDeferrable: Bool {
    switch self {
    case .deferrable, .deferrableWithOutage: true
    case .atOnce, .atOnceWithRestart, .atCreation: false
    }
  }

  package var isOutage: Bool {
    switch self {
    case .atOnceWithRestart, .deferrableWithOutage: true
    case .atOnce, .deferrable, .atCreation: false
    }
  }
}

/// Whether a change waits for the maintenance window.
package enum ManagedMoment: String, Hashable, Sendable, Codable, CaseIterable { case now, window }
