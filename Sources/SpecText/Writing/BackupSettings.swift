import Model
import YAML

/// The settings of a cloud's own backups that one policy says.
struct BackupSettings: Hashable, Comparable {
  /// 0 for no automated backups.
  var days: Int
  var window: String?
  var copies: [String] = []

  /// `nil` where the policy of the instance is none of Holdfast's business, or nothing tells it.
  init?(of instance: ImportedInstance) {
    let (managed, settings) = (instance.managed, instance.managed.settings)
    guard managed.backupOwner == nil, let days = settings.asked(.backupRetention).flatMap({ Int($0) }),
      // A replica is backed up by what it copies, until somebody wants more.
      !(days == 0 && managed.replicaOf != nil)
    else { return nil }
    self.days = days
    guard days > 0 else { return }
    window = settings.asked(.backupWindow)
    copies = managed.backupCopies.sorted()
  }

  /// Reads a policy that says just this and nothing else.
  init?(policy root: Node) {
    let keys = Set(root.pairs.map(\.name))
    guard keys.subtracting(["kind", "name", "retain", "point_in_time", "aws"]).isEmpty,
      Set((root["aws"]?.pairs ?? []).map(\.name)).subtracting(["window", "copy_to"]).isEmpty,
      (root["aws"]?["copy_to"]?.items ?? []).allSatisfy({ $0.text != nil })
    else { return nil }
    let isKept = root.flag("point_in_time") ?? true
    let seconds = root.text("retain").flatMap { TimeSpan($0) }?.seconds
    guard isKept ? seconds.map({ $0 % 86_400 == 0 }) ?? false : seconds == nil else { return nil }
    days = (seconds ?? 0) / 86_400
    window = root["aws"]?.text("window")
    copies = root["aws"]?.texts("copy_to").sorted() ?? []
  }

  static func < (left: Self, right: Self) -> Bool {
    (left.days, left.window ?? "", left.copies.joined(separator: ","))
      < (right.days, right.window ?? "", right.copies.joined(separator: ","))
  }

  /// What the settings say, as a name; `isOneOfMany` where others differ from them only in the window.
  func name(isOneOfMany: Bool) -> String {
    guard days > 0 else { return "no-automated-backups" }
    let start = window.map { $0.prefix { $0 != "-" }.filter { $0 != ":" } }
    return "retain-\(days)d" + (copies.isEmpty ? "" : "-copied") + (isOneOfMany ? start.map { "-at-\($0)" } ?? "" : "")
  }

  func document(named name: String) -> YAMLMapping {
    var document = YAMLMapping(.block)
    document.add("kind", "BackupPolicy")
    document.add("name", name)
    if days > 0 { document.add("retain", "\(days)d") } else { document.add("point_in_time", .flag(false)) }
    var aws = YAMLMapping(.inline)
    aws.add("window", window)
    if !copies.isEmpty { aws.add("copy_to", .list(copies)) }
    document.add("aws", nonEmpty: aws)
    return document
  }
}
