import Model

/// What RDS says of how an instance, a cluster or a member is.
///
/// - Source: Amazon RDS User Guide, "Viewing Amazon RDS DB instance status", and Amazon Aurora User Guide, "Viewing DB
///   cluster status", both read 2026-11-22.
struct RDSStatus: Hashable, Sendable {
  var word: String
  var presence: Observed.Presence
  var activity: ManagedState.Activity

  /// A word that isn't known stands for something that goes on: waiting harms nothing.
  init(_ word: String) {
    self.word = word
    presence = word == "stopped" || word == "stopping" ? .stopped : .running
    if Self.settled.contains(word) {
      activity = .settled
    } else if let hint = Self.hints[word] {
      activity = .broken(hint: hint)
    } else {
      activity = .busy
    }
  }

  /// In the middle of optimizing its storage an instance takes every call but another change of the storage.
  static let settled: Set<String> = [
    "available", "stopped", "storage-optimization", "storage-initialization", "storage-config-upgrade",
  ]

  static let hints: [String: String] = [
    "cloning-failed": "delete the clone and make it again",
    "failed": "RDS can't recover it: restore it from a snapshot or to a point in time",
    "inaccessible-encryption-credentials":
      "RDS can't use the instance's KMS key: enable the key, then restore from a backup",
    "inaccessible-encryption-credentials-recoverable":
      "RDS can't use the instance's KMS key: enable the key, then start the instance",
    "incompatible-create": "it can't be made as it was asked for: see its events",
    "incompatible-credentials": "set a master password again that RDS knows",
    "incompatible-network": "see that its subnets have free addresses and its VPC resolves names",
    "incompatible-option-group": "take the option group back to what it was",
    "incompatible-parameters": "take the parameters back that its class has no memory for, then restart it",
    "incompatible-restore": "parameters or options don't fit what was restored: restore again with others",
    "insufficient-capacity": "the zone has no room for its class: choose another class or zone",
    "migration-failed": "see the events of the cluster, and migrate again",
    "restore-error": "it can't be restored so: see its events",
    "storage-full": "raise `aws.storage.size`, or set `aws.storage.max`",
  ]

  /// Those that end by themselves.
  static let busy: Set<String> = [
    "backing-up", "backtracking", "configuring-activity-stream", "configuring-associated-roles",
    "configuring-enhanced-monitoring", "configuring-iam-database-auth", "configuring-log-exports", "converting-to-vpc",
    "creating", "delete-precheck", "deleting", "failing-over", "maintenance", "migrating", "modifying", "moving-to-vpc",
    "preparing-data-migration", "promoting", "rebooting", "renaming", "resetting-master-credentials", "scaling-compute",
    "scaling-storage", "starting", "stopping", "update-iam-db-auth", "upgrading",
  ]
}
