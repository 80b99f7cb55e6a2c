import Diagnostics
import Model
import YAML

extension SpecReader {
  /// The backup policy of an instance on a `local` platform.
  mutating func readBackup(_ name: Node, instance: String, variables: SecretVariables)
    -> DesiredBackup?
  {
    guard let document = index.document(.backupPolicy, namedBy: name), let policy = policies[document.name]
    else { return nil }
    guard let local = policy["local"] else {
      report(
        .missingKey, "`\(document.name)` has no `local:` block, and `\(instance)` is on a `local` platform",
        name,
        "write `local: { repository: /… }` in the policy",
        [.init("the policy is here", at: document.nameNode.location)])
      return nil
    }
    guard let repository = local.text("repository") else { return nil }
    var backup = DesiredBackup(
      policy: document.name,
      configuration: BackupConfiguration(
        repository: repository, retain: policy.text("retain").flatMap { TimeSpan($0) },
        cipher: local.secret("cipher")?.substituting(variables),
        pointInTime: policy.flag("point_in_time") ?? true))
    for kind in BackupKind.allCases {
      if let cadence = policy[kind.rawValue].flatMap(readCadence) { backup.cadences[kind] = cadence }
    }
    return backup
  }

  /// The policy merged with what it extends, and the document that has its name.
  mutating func policy(namedBy name: Node) -> (name: String, root: Node, document: SpecDocument)? {
    guard let document = index.document(.backupPolicy, namedBy: name), let root = policies[document.name] else {
      return nil
    }
    return (document.name, root, document)
  }
}
