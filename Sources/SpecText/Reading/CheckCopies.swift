import Diagnostics
import Model
import YAML

// The places that a backup policy copies to, held against an instance's platform.
extension ManagedCheck {
  mutating func checkCopies(_ places: [Node], _ policy: Node, _ account: AWSAccount?, _ here: Diagnostic.Related) {
    var seen: Set<CopyTarget?> = []
    for place in places {
      let region = place.text ?? place.text("region") ?? account?.region
      let target = CopyTarget(account: place.text("account") ?? "", region: region ?? "")
      if !seen.insert(target).inserted {
        report(.conflict, "`copy_to` names this place twice", place, "take one of the two out", [here])
      }
      if place["account"] == nil {
        checkRegion(place, account, here)
      } else {
        checkAccount(place, policy, account, here)
      }
      checkKey(place, region: region, here)
    }
  }

  private mutating func checkRegion(_ place: Node, _ account: AWSAccount?, _ here: Diagnostic.Related) {
    let region = place["region"] ?? place
    if let text = region.text, text == account?.region {
      report(.conflict, "the backups are in `\(text)` already", region, "take it out", [here])
    }
    guard place.text == nil else { return }
    if place["region"] == nil {
      report(.missingKey, "`region` or `account` is missing", place, "write `region: eu-central-1`")
    }
    for key in ["assume_role", "keep_snapshots"] {
      guard let pair = place.pair(key) else { continue }
      report(
        .conflict, "`\(key)` is for copies of snapshots in another account", pair.key,
        "take it out, or write `account`")
    }
  }

  private mutating func checkAccount(
    _ place: Node, _ policy: Node, _ account: AWSAccount?, _ here: Diagnostic.Related
  ) {
    guard let number = place["account"], let text = number.text else { return }
    if text == account?.account {
      report(
        .conflict, "the snapshots are in the account `\(text)` already", number,
        "name another account, or take `account` out", [here])
    }
    if policy["full"]?["every"] == nil {
      report(
        .missingKey, "what is copied to another account are snapshots that Holdfast takes, and it takes none", number,
        "write `full: { every: 1d }`")
    }
    guard let role = place["assume_role"]?["arn"], let name = role.text else {
      return report(
        .missingKey, "`assume_role` is missing: a role of account `\(text)` makes the copies", place,
        "write `assume_role: { arn: arn:aws:iam::\(text):role/… }`")
    }
    if let owner = roleAccount(name), owner != text {
      report(
        .conflict, "the role is of account \(owner), and the copies go to \(text)", role,
        "name a role of account \(text)", [.init("the account is set here", at: number.location)])
    }
  }

  /// The key that RDS takes where nobody names one is shared with nobody, and a key is of one region.
  private mutating func checkKey(_ place: Node, region: String?, _ here: Diagnostic.Related) {
    guard let key = place["kms_key"], let text = key.text else { return }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count > 5, parts[0] == "arn", let region, parts[3] != region {
      report(.conflict, "the key is of \(parts[3]), and the copies are in \(region)", key, "name a key of \(region)")
    }
  }
}
