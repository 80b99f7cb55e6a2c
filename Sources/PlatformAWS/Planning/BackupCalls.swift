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
      form.set("Tags", each: "Tag", tagsOfCopy)
    }
    return form.call(region: region)
  }
}

// MARK: Copies in another account

extension AWSOperations {
  /// Shared by the platform's own account, copied by the other one. The tag comes before what it tells of.
  func copy(of label: String?, to target: CopyTarget) -> [Operation] {
    var form = RDSForm(wanted.isCluster ? "CopyDBClusterSnapshot" : "CopyDBSnapshot")
    form.set("Source\(snapshotKey)", snapshot(label, prefix: names.snapshotARN("")))
    form.set("Target\(snapshotKey)", snapshot(label))
    form.set("KmsKeyId", wanted.backup?.copies.first { $0.target == target }?.key)
    form.set("Tags", each: "Tag", tagsOfCopy)
    return [
      sharingTag(label, target.account), sharing(label, with: target.account, isAllowed: true),
      form.call(region: target.region, account: target.account),
    ]
  }

  func endOfSharing(_ label: String?, with account: String) -> [Operation] {
    [sharing(label, with: account, isAllowed: false), endOfSharingTag(label, account)]
  }

  /// The instance's own: `CopyTags` is of no use to an account that a snapshot is shared with, which sees none of its tags.
  /// Those of AWS are refused to everybody else.
  ///
  /// - Source: `Tag`, "can't be prefixed with aws: or rds:": botocore 1.43.11.
  private var tagsOfCopy: [[(name: String, value: String)]] {
    (after.managed?.tags ?? [:]).sorted { $0.key < $1.key }
      .filter { tag in !["aws:", "rds:"].contains { tag.key.lowercased().hasPrefix($0) } }
      .map { [("Key", $0.key), ("Value", $0.value)] }
  }

  private func sharingTag(_ label: String?, _ account: String) -> Operation {
    var form = RDSForm("AddTagsToResource")
    form.set("ResourceName", snapshot(label, prefix: names.snapshotARN("")))
    form.set("Tags", each: "Tag", [[("Key", RDSNames.sharingTag(account)), ("Value", "until it is copied")]])
    return form.call()
  }

  private func endOfSharingTag(_ label: String?, _ account: String) -> Operation {
    var form = RDSForm("RemoveTagsFromResource")
    form.set("ResourceName", snapshot(label, prefix: names.snapshotARN("")))
    form.set("TagKeys", each: "member", [RDSNames.sharingTag(account)])
    return form.call(doneCodes: ["DBSnapshotNotFound", "DBClusterSnapshotNotFoundFault"])
  }

  private func sharing(_ label: String?, with account: String, isAllowed: Bool) -> Operation {
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
