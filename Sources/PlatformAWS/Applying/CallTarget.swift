import AWSWire
import Planner
import XML

/// The instance or cluster that a call is about, and that has to be at rest for it.
struct CallTarget: Sendable {
  var identifier: String
  var isCluster: Bool

  /// `nil` for calls that make something new, and for those about groups and tags.
  init?(_ call: HTTPCall) {
    let isAboutOne = ["Modify", "Reboot", "Start", "Stop", "Delete", "CreateDBSnapshot", "CreateDBClusterSnapshot"]
    guard isAboutOne.contains(where: call.action.hasPrefix) else { return nil }
    if let identifier = call.literal("DBInstanceIdentifier") {
      self.init(identifier: identifier, isCluster: false)
    } else if let identifier = call.literal("DBClusterIdentifier") {
      self.init(identifier: identifier, isCluster: true)
    } else {
      return nil
    }
  }

  init(identifier: String, isCluster: Bool) { (self.identifier, self.isCluster) = (identifier, isCluster) }

  /// How it is now; `nil` where there is none of that name.
  func state(by client: AWSClient) async throws(AWSFailure) -> State? {
    let call: AWSCall =
      isCluster
      ? .rds("DescribeDBClusters", AWSFields(["DBClusterIdentifier": identifier]))
      : .rds("DescribeDBInstances", AWSFields(["DBInstanceIdentifier": identifier]))
    do throws(AWSFailure) {
      let found = try await client.call(call, isWrite: false).list(isCluster ? "DBClusters" : "DBInstances").first
      guard let found else { return nil }
      let endpoint = isCluster ? found : found["Endpoint"]
      return State(
        status: found.text(isCluster ? "Status" : "DBInstanceStatus") ?? "",
        host: endpoint?.text(isCluster ? "Endpoint" : "Address"), port: endpoint?.text("Port").flatMap { Int($0) })
    } catch {
      if error.code == "DBInstanceNotFound" || error.code == "DBClusterNotFoundFault" { return nil }
      throw error
    }
  }

  struct State: Sendable {
    var status: String
    var host: String?
    var port: Int?

    /// It does something that ends by itself, and refuses calls until then.
    ///
    /// - Source: Amazon RDS User Guide, "Viewing DB instance status", read 2026-11-22. `storage-optimization`
    ///   takes calls for the rest of its day.
    var isBusy: Bool {
      status.hasPrefix("configuring-") || status.hasPrefix("converting-") || status.hasPrefix("moving-")
        || [
          "backing-up", "creating", "deleting", "maintenance", "migrating", "modifying", "promoting", "rebooting",
          "renaming", "resetting-master-credentials", "restarting", "starting", "stopping", "storage-config-upgrade",
          "update-iam-db-auth", "upgrading",
        ].contains(status)
    }
  }
}

extension HTTPCall {
  var action: String { literal("Action") ?? "" }

  func literal(_ name: String) -> String? {
    for field in form where field.name == name {
      if case .literal(let text) = field.value { return text }
    }
    return nil
  }
}
