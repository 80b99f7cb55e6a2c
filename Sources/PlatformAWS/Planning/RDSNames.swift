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

  /// `arn:aws:rds:eu-west-1:123456789012:snapshot:holdfast-orders-20261122140311`.
  func snapshotARN(_ label: String) -> String {
    let kind = isCluster ? "cluster-snapshot" : "snapshot"
    return "arn:\(partition):rds:\(account.region):\(account.account):\(kind):\(label)"
  }

  private var partition: String {
    if account.region.hasPrefix("cn-") { return "aws-cn" }
    return account.region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
  }

  /// Where the snapshot of an instance goes that is deleted. The resource's own id makes it unlike that of an instance
  /// of the same name that was deleted before, and lets the plan show it.
  func finalSnapshot(resource: String?) -> String {
    let suffix = resource.map { "-\($0.lowercased())" } ?? ""
    return "\(snapshotPrefix)final\(suffix)"
  }

  /// The key of the tag that a snapshot of Holdfast's has for as long as the account may copy it.
  static func sharingTag(_ account: String) -> String { sharingPrefix + account }

  static func account(ofSharingTag key: String) -> String? {
    guard key.hasPrefix(sharingPrefix) else { return nil }
    let account = String(key.dropFirst(sharingPrefix.count))
    return account.utf8.count == 12 && account.utf8.allSatisfy { (48...57).contains($0) } ? account : nil
  }

  private static let sharingPrefix = "holdfast:shared-with:"

  /// What the names of the snapshots begin with that Holdfast takes; the moment follows.
  var snapshotPrefix: String { DesiredManaged.snapshotPrefix(of: identifier) }
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
