import Model
import Planner

/// Snapshots by Holdfast, and copies of automated backups.
extension AWSOperations {
  var snapshot: Operation {
    var form = form(wanted.isCluster ? "CreateDBClusterSnapshot" : "CreateDBSnapshot")
    form.set(
      wanted.isCluster ? "DBClusterSnapshotIdentifier" : "DBSnapshotIdentifier",
      .timestamped(prefix: names.snapshotPrefix))
    return form.call()
  }

  func snapshotRemoval(_ label: String) -> Operation {
    var form = RDSForm(wanted.isCluster ? "DeleteDBClusterSnapshot" : "DeleteDBSnapshot")
    form.set(wanted.isCluster ? "DBClusterSnapshotIdentifier" : "DBSnapshotIdentifier", label)
    return form.call(doneCodes: [wanted.isCluster ? "DBClusterSnapshotNotFoundFault" : "DBSnapshotNotFound"])
  }

  /// Asked of the region that the copies go to.
  func backupCopy(_ region: String, _ copied: Bool) -> Operation {
    var form = RDSForm(
      copied ? "StartDBInstanceAutomatedBackupsReplication" : "StopDBInstanceAutomatedBackupsReplication")
    form.set("SourceDBInstanceArn", names.arn)
    if copied { form.set("BackupRetentionPeriod", after.managed?.settings.asked(.backupRetention)) }
    return form.call(region: region)
  }
}
