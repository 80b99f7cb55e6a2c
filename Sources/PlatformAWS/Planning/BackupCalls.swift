import Model
import Planner

/// Snapshots by Holdfast, and copies of automated backups.
extension AWSOperations {
  var snapshot: Operation {
    var form = form(wanted.isCluster ? "CreateDBClusterSnapshot" : "CreateDBSnapshot")
    form.set(snapshotKey, .timestamped(prefix: names.snapshotPrefix))
    return form.call()
  }

  func snapshotRemoval(_ label: String) -> Operation {
    var form = RDSForm(wanted.isCluster ? "DeleteDBClusterSnapshot" : "DeleteDBSnapshot")
    form.set(snapshotKey, label)
    return form.call(doneCodes: [goneCode])
  }

  /// Asked of the region that the copies go to.
  func backupCopy(_ region: String, _ copied: Bool) -> Operation {
    var form = RDSForm(
      copied ? "StartDBInstanceAutomatedBackupsReplication" : "StopDBInstanceAutomatedBackupsReplication")
    form.set("SourceDBInstanceArn", names.arn)
    if copied {
      form.set("BackupRetentionPeriod", after.managed?.settings.asked(.backupRetention))
      form.set("KmsKeyId", wanted.backup?.copyKeys[region])
    }
    return form.call(region: region)
  }
}

// MARK: Copies in another account

extension AWSOperations {
  /// Shared by the platform's own account, copied by the other one.
  func copy(of label: String?, to target: CopyTarget) -> [Operation] {
    var form = RDSForm(wanted.isCluster ? "CopyDBClusterSnapshot" : "CopyDBSnapshot")
    form.set("Source\(snapshotKey)", snapshot(label, prefix: names.snapshotARN("")))
    form.set("Target\(snapshotKey)", snapshot(label))
    form.set("KmsKeyId", wanted.backup?.copies.first { $0.target == target }?.key)
    return [
      sharing(label, with: target.account, isAllowed: true), form.call(region: target.region, account: target.account),
    ]
  }

  func sharing(_ label: String?, with account: String, isAllowed: Bool) -> Operation {
    var form = RDSForm(wanted.isCluster ? "ModifyDBClusterSnapshotAttribute" : "ModifyDBSnapshotAttribute")
    form.set(snapshotKey, snapshot(label))
    form.set("AttributeName", "restore")
    form.set(isAllowed ? "ValuesToAdd" : "ValuesToRemove", each: "AttributeValue", [account])
    // With the snapshot its sharing has gone.
    return form.call(doneCodes: isAllowed ? [] : [goneCode])
  }

  func copyRemoval(_ label: String, _ target: CopyTarget) -> Operation {
    var form = RDSForm(wanted.isCluster ? "DeleteDBClusterSnapshot" : "DeleteDBSnapshot")
    form.set(snapshotKey, label)
    return form.call(region: target.region, account: target.account, doneCodes: [goneCode])
  }

  private var snapshotKey: String { wanted.isCluster ? "DBClusterSnapshotIdentifier" : "DBSnapshotIdentifier" }

  private var goneCode: String { wanted.isCluster ? "DBClusterSnapshotNotFoundFault" : "DBSnapshotNotFound" }

  private func snapshot(_ label: String?, prefix: String = "") -> HTTPField.Value {
    label.map { .literal(prefix + $0) }
      ?? .newestSnapshot(
        of: SnapshotSource(identifier: names.identifier, isCluster: wanted.isCluster), prefix: prefix)
  }
}
