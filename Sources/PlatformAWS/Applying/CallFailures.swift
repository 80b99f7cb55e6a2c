import AWSWire
import PlatformKit

extension ApplyFailure {
  /// What a failed call means for the step that it belongs to.
  init(_ failure: AWSFailure) {
    self.init(
      message: failure.message, hint: failure.hint ?? nextStep(failure), leftNothing: !failure.mayHaveActed,
      isTransient: failure.isTransient || failure.isOfState || failure.saysItExists)
  }

  init(_ failure: EndpointFailure) {
    self.init(message: failure.message, hint: failure.hint, leftNothing: true)
  }
}

extension AWSFailure {
  /// Refused for what the resource is doing just now.
  var isOfState: Bool {
    guard kind == .refused, let code else { return false }
    return [
      "InvalidDBInstanceState", "InvalidDBInstanceStateFault", "InvalidDBClusterStateFault",
      "InvalidDBParameterGroupState", "InvalidDBSnapshotState", "InvalidDBClusterSnapshotStateFault",
      "InvalidDBInstanceAutomatedBackupState",
    ].contains(code)
  }

  /// Perhaps a call of ours made it whose answer was lost: the executor looks before it goes on.
  fileprivate var saysItExists: Bool {
    guard kind == .refused, let code else { return false }
    return [
      "DBInstanceAlreadyExists", "DBClusterAlreadyExistsFault", "DBSnapshotAlreadyExists",
      "DBClusterSnapshotAlreadyExistsFault",
    ].contains(code)
  }

  /// RDS has it so already.
  var saysNothingChanges: Bool {
    kind == .refused && code == "InvalidParameterCombination" && detail.hasPrefix("No modifications were requested")
  }
}

private func nextStep(_ failure: AWSFailure) -> String? {
  if failure.mayHaveActed { return "run plan again: it shows whether the change took effect" }
  return switch failure.code {
  case "DBInstanceAlreadyExists", "DBClusterAlreadyExistsFault": "there is one of that name already: plan again"
  case "DBInstanceNotFound", "DBClusterNotFoundFault": "it was there when the plan was made: plan again"
  case "DBParameterGroupNotFound": "the parameter group is gone: plan again"
  case "InstanceQuotaExceeded", "DBClusterQuotaExceededFault", "StorageQuotaExceeded", "SnapshotQuotaExceeded",
    "DBParameterGroupQuotaExceeded", "DBInstanceAutomatedBackupQuotaExceeded":
    "free something, or ask AWS for a higher quota"
  case "InsufficientDBInstanceCapacity", "InsufficientDBClusterCapacityFault", "InsufficientStorageClusterCapacity":
    "AWS has none to give now: try later, or another class or zone"
  case "KMSKeyNotAccessibleFault": "see whether the key is enabled, and let these credentials use it"
  case "DBSubnetGroupNotFoundFault", "DBSubnetGroupDoesNotCoverEnoughAZs", "InvalidSubnet": "check `aws.subnet_group`"
  case "InvalidVPCNetworkStateFault": "check `aws.subnet_group` and `aws.security_groups`"
  case "DBSnapshotNotFound", "DBClusterSnapshotNotFoundFault": "check `restore_from.snapshot`"
  case "PointInTimeRestoreNotEnabled": "the source keeps no automated backups: restore from a snapshot"
  default: nil
  }
}
