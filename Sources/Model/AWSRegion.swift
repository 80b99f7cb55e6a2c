/// The names of regions of AWS.
package enum AWSRegion {
  /// Those that this version knows. Others come, so that a name that isn't among them is no mistake for that alone.
  ///
  /// - Source: botocore `endpoints.json`, partitions aws, aws-cn and aws-us-gov, read 2026-11-22.
  package static let known = [
    "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
    "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-1",
    "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1",
    "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-gov-east-1",
    "us-gov-west-1", "us-west-1", "us-west-2",
  ]

  /// What every region of every partition has before its number.
  package static let directions = [
    "central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west",
  ]

  /// Whether a region may be called so: `eu-west-9` may, `eu-wst-1` can't.
  package static func isName(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0].utf8.count == 2, let number = parts.last, !number.isEmpty else { return false }
    return parts.dropLast().allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (97...122).contains($0) } }
      && number.utf8.allSatisfy { (48...57).contains($0) } && directions.contains(String(parts[parts.count - 2]))
  }
}
