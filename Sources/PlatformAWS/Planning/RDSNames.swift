import Model

/// The names that RDS knows an instance and its things by.
struct RDSNames {
  let account: AWSAccount
  let identifier: String
  let isCluster: Bool

  /// `arn:aws:rds:eu-west-1:123456789012:db:orders`.
  var arn: String {
    "arn:\(partition):rds:\(account.region):\(account.account):\(isCluster ? "cluster" : "db"):\(identifier)"
  }

  private var partition: String {
    if account.region.hasPrefix("cn-") { return "aws-cn" }
    return account.region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
  }

  /// Where the snapshot of an instance goes that is deleted. The resource's own id makes it unlike that of an instance
  /// of the same name that was deleted before, and lets the plan show it.
  func finalSnapshot(resource: String?) -> String {
    let suffix = resource.map { "-\($0.lowercased())" } ?? ""
    return "holdfast-\(identifier)-final\(suffix)"
  }

  /// What the names of the snapshots begin with that Holdfast takes; the moment follows.
  var snapshotPrefix: String { "holdfast-\(identifier)-" }
}

/// The family of parameter groups of an engine's version: `postgres16`, `aurora-postgresql16`.
package func parameterFamily(engine: String, version: ServerVersion) -> String { "\(engine)\(version.major)" }

/// Holdfast's own parameter group of an instance and family.
///
/// - Source: `DBParameterGroupName`, 1 to 255 letters, digits and hyphens, stored in lower case: botocore 1.43.11.
package func ownParameterGroup(identifier: String, family: String) -> ParameterGroup {
  let name = String("holdfast-\(identifier)-\(family)".lowercased().prefix(255))
  return ParameterGroup(name: name, family: family)
}

extension DesiredInstance {
  /// The account that the instance's platform is.
  var account: AWSAccount {
    guard case .aws(let account) = platform.kind else {
      preconditionFailure("\(name) was handed to the platform for aws and is on \(platform.name)")
    }
    return account
  }

  /// Callers have checked with the platform that it is a managed one.
  var cloud: DesiredManaged {
    guard let managed else { preconditionFailure("\(name) is on aws and says nothing of it") }
    return managed
  }
}
