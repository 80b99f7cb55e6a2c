import Model
import Planner

/// Making an instance, and its end.
extension AWSOperations {
  func creation(_ version: ServerVersion) -> [Operation] {
    let action = wanted.creation
    var values = pristineInstance(for: instance).managed?.settings.values ?? [:]
    values[.version] = version.description
    var form = RDSForm(action.rawValue)
    source(of: action, &form)
    form.set(values, for: action)
    if action == .createInstance || action == .createCluster, values[.masterPasswordManaged] != "true" {
      form.set("MasterUserPassword", wanted.masterPassword.map { .secret(reference: $0) })
    }
    form.set("Tags", each: "Tag", tags)
    return [form.call()]
  }

  private var tags: [[(name: String, value: String)]] {
    instance.labels.sorted { $0.key < $1.key }.map { [("Key", $0.key), ("Value", $0.value)] }
  }

  private func source(of action: RDSAction, _ form: inout RDSForm) {
    switch action {
    case .createInstance, .modifyInstance:
      form.set("DBInstanceIdentifier", wanted.identifier)
      form.set("Engine", wanted.engine)
    case .createReplica:
      form.set("DBInstanceIdentifier", wanted.identifier)
      form.set("SourceDBInstanceIdentifier", wanted.replicaOf)
    case .restoreInstance, .restoreInstanceInTime:
      form.set(
        action == .restoreInstance ? "DBInstanceIdentifier" : "TargetDBInstanceIdentifier", wanted.identifier)
    case .createCluster, .restoreCluster, .modifyCluster:
      form.set("DBClusterIdentifier", wanted.identifier)
      form.set("Engine", wanted.engine)
    case .restoreClusterInTime: form.set("DBClusterIdentifier", wanted.identifier)
    }
    switch wanted.restoreFrom {
    case .snapshot(let name): form.set(wanted.isCluster ? "SnapshotIdentifier" : "DBSnapshotIdentifier", name)
    case .pointInTime(let instance, let moment):
      form.set(wanted.isCluster ? "SourceDBClusterIdentifier" : "SourceDBInstanceIdentifier", instance)
      if let moment {
        form.set(wanted.isCluster ? "RestoreToTime" : "RestoreTime", iso8601(moment))
      } else {
        form.set("UseLatestRestorableTime", true)
      }
    case nil: break
    }
  }

  func memberCreation(_ name: String, _ values: [ManagedField: String]) -> Operation {
    var form = RDSForm(RDSAction.createInstance.rawValue)
    form.set("DBInstanceIdentifier", name)
    form.set("DBClusterIdentifier", names.identifier)
    form.set("Engine", wanted.engine)
    form.set(values, for: .createInstance)
    return form.call()
  }

  /// The data are the cluster's: a member has none for a snapshot to keep.
  func memberRemoval(_ name: String) -> Operation {
    var form = RDSForm("DeleteDBInstance")
    form.set("DBInstanceIdentifier", name)
    form.set("SkipFinalSnapshot", true)
    return form.call(doneCodes: ["DBInstanceNotFound"])
  }

  /// RDS would delete automated backups with the instance, unless it is told not to.
  var removal: [Operation] {
    var deletion = form(wanted.isCluster ? "DeleteDBCluster" : "DeleteDBInstance")
    // RDS takes no snapshot of a replica that goes: its data are its source's.
    let skips = wanted.skipsFinalSnapshot || before.managed?.replicaOf != nil
    deletion.set("SkipFinalSnapshot", skips)
    if !skips { deletion.set("FinalDBSnapshotIdentifier", names.finalSnapshot(resource: before.systemIdentifier)) }
    deletion.set("DeleteAutomatedBackups", wanted.deletesAutomatedBackups)
    let members = (before.managed?.members ?? [:]).keys.sorted()
    return members.map(memberRemoval)
      + [deletion.call(doneCodes: [wanted.isCluster ? "DBClusterNotFoundFault" : "DBInstanceNotFound"])]
  }
}

/// `2026-11-20T03:00:00Z`.
func iso8601(_ moment: Timestamp) -> String {
  let words = moment.description.split(separator: " ")
  return "\(words[0])T\(words[1])Z"  // `2026-11-20 03:00:00 UTC`
}
