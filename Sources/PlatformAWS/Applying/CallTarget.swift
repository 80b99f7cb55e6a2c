import AWSWire
import Model
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
      return State(
        status: RDSStatus(found.text(isCluster ? "Status" : "DBInstanceStatus") ?? ""),
        endpoint: isCluster ? clusterEndpoint(found) : instanceEndpoint(found))
    } catch {
      if error.code == "DBInstanceNotFound" || error.code == "DBClusterNotFoundFault" { return nil }
      throw error
    }
  }

  struct State: Sendable {
    var status: RDSStatus
    var endpoint: ManagedState.Endpoint?
  }
}

extension HTTPCall {
  var action: String { literal("Action") ?? "" }

  /// Accounts that get leave to copy a snapshot.
  var sharedWith: [String] { literal("ValuesToAdd.AttributeValue.1").map { [$0] } ?? [] }

  func literal(_ name: String) -> String? {
    for field in form where field.name == name {
      if case .literal(let text) = field.value { return text }
    }
    return nil
  }
}
