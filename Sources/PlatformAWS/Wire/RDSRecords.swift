import AWSWire
import Model
import XML

/// A snapshot of an instance or a cluster.
struct RDSSnapshot: Hashable, Sendable {
  var identifier: String
  /// Of the instance or cluster that it is of.
  var of: String
  var status: String
  /// `manual`, `automated`, `awsbackup`.
  var kind: String
  var created: Timestamp?
  /// Of the engine.
  var version: ServerVersion?
  var arn: String?
  /// The ARN of the one that it was copied from, out of another account or region.
  var source: String?
  /// Accounts that Holdfast shares it with, as its tags say; whom else it is shared with its owner is told one by one.
  var sharedWith: [String]

  /// Snapshots of instances and of clusters have the same members under two names.
  init(_ element: XMLElement) throws(UnreadableAnswer) {
    let isOfCluster = element["DBClusterSnapshotIdentifier"] != nil
    identifier = try element.needed(isOfCluster ? "DBClusterSnapshotIdentifier" : "DBSnapshotIdentifier")
    of = try element.needed(isOfCluster ? "DBClusterIdentifier" : "DBInstanceIdentifier")
    status = element.value("Status") ?? "unknown"
    kind = element.value("SnapshotType") ?? "manual"
    created = element.value("SnapshotCreateTime").flatMap(moment)
    version = element.value("EngineVersion").flatMap { ServerVersion($0) }
    arn = element.value(isOfCluster ? "DBClusterSnapshotArn" : "DBSnapshotArn")
    source = element.value(isOfCluster ? "SourceDBClusterSnapshotArn" : "SourceDBSnapshotIdentifier")
    sharedWith = element.tags.keys.compactMap(RDSNames.account(ofSharingTag:)).sorted()
  }

  /// `nil` for one that isn't finished: it is no backup yet.
  var backup: Backup? {
    let isFinished = status == "available" || status == "failed" || status.hasPrefix("incompatible")
    guard isFinished, let created else { return nil }
    return Backup(label: identifier, kind: .full, finished: created, hasError: status != "available")
  }
}

/// A parameter group, of instances or of clusters.
func parameterGroup(_ element: XMLElement) throws(UnreadableAnswer) -> ParameterGroup {
  let isOfCluster = element["DBClusterParameterGroupName"] != nil
  return ParameterGroup(
    name: try element.needed(isOfCluster ? "DBClusterParameterGroupName" : "DBParameterGroupName"),
    family: try element.needed("DBParameterGroupFamily"))
}

/// What RDS will do to a resource by itself: its ARN and a sentence for each.
func maintenance(_ element: XMLElement) throws(UnreadableAnswer) -> (resource: String, entries: [String]) {
  let entries = try element.list("PendingMaintenanceActionDetails").map { detail throws(UnreadableAnswer) in
    var words = [try detail.needed("Action")]
    if let opted = detail.value("OptInStatus") { words.append("opted in: \(opted)") }
    if let current = detail.value("CurrentApplyDate").flatMap(moment) { words.append("due \(current)") }
    if let auto = detail.value("AutoAppliedAfterDate").flatMap(moment) { words.append("in a window after \(auto)") }
    if let forced = detail.value("ForcedApplyDate").flatMap(moment) { words.append("forced after \(forced)") }
    return words.joined(separator: ", ")
  }
  return (try element.needed("ResourceIdentifier"), entries.sorted())
}

/// What a version may be upgraded to.
func upgradeTargets(_ version: XMLElement) -> [ServerVersion] {
  version.list("ValidUpgradeTarget").compactMap { $0.value("EngineVersion").flatMap { ServerVersion($0) } }
}

/// A sentence about the end of an instance; `nil` for an event of another kind.
func deletion(_ event: XMLElement) throws(UnreadableAnswer) -> String? {
  let message = event.value("Message") ?? ""
  guard event.texts("EventCategories").contains("deletion") else { return nil }
  let when = event.value("Date").flatMap(moment).map { " at \($0)" } ?? ""
  return "RDS tells of its end\(when): \(message)"
}
