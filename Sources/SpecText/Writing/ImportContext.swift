import Model
import YAML

/// What the documents of an import have to fit in with: their platform, and what the repository holds already.
package struct ImportContext: Sendable {
  package let platform: DesiredPlatform
  package let now: Timestamp
  /// How the JSON Schema is reached from the directory of the specs; `nil` where the repository has none.
  package var schema: String?
  /// The platform's names of instances that the specs declare.
  package let declared: Set<CloudName>
  /// The `Parameters` documents of the parameter groups that declared instances name: all that name one list the same.
  let groups: [String: [String]]
  let policies: [BackupSettings: String]
  let taken: [DocumentKind: Set<String>]

  /// - Parameters:
  ///   - documents: all of the repository's, and `desired` what they come to.
  package init(
    platform: DesiredPlatform, now: Timestamp, besides documents: [Document] = [], _ desired: Desired = Desired()
  ) {
    (self.platform, self.now) = (platform, now)
    let neighbours = desired.instances.filter { $0.platform.isSamePlace(as: platform) }
    declared = Set(
      neighbours.flatMap { instance -> [CloudName] in
        guard let managed = instance.managed else { return [] }
        // Until it is renamed it is there by its old name.
        let old = instance.renamedFrom.map { CloudName($0, isCluster: managed.isCluster) }
        return [managed.name] + (old.map { [$0] } ?? [])
      })
    var groups: [String: [String]] = [:]
    for instance in neighbours {
      guard let group = instance.managed?.values[.parameterGroup] else { continue }
      let links = desired.sources.links[instance.address.appending("parameter").description] ?? []
      groups[group] = links.compactMap { Address($0)?.segments.last }
    }
    self.groups = groups
    var taken: [DocumentKind: Set<String>] = [:]
    var policies: [BackupSettings: String] = [:]
    for document in documents {
      guard let kind = document.root.text("kind").flatMap(DocumentKind.init), let name = document.root.text("name")
      else { continue }
      taken[kind, default: []].insert(name)
      if kind == .backupPolicy, let settings = BackupSettings(policy: document.root) { policies[settings] = name }
    }
    (self.taken, self.policies) = (taken, policies)
  }

  /// `RDS in eu-west-1, account 123456789012`
  var place: String {
    switch platform.kind {
    case .aws(let account): "\(platform.name): RDS in \(account.region), account \(account.account)"
    case .local(let hostname, _): "\(platform.name): \(hostname)"
    case .server: platform.name
    }
  }
}

extension DesiredPlatform {
  /// Two platforms may lead to one region of one account.
  package func isSamePlace(as other: DesiredPlatform) -> Bool {
    guard case .aws(let mine) = kind, case .aws(let theirs) = other.kind else { return name == other.name }
    return mine.account == theirs.account && mine.region == theirs.region
  }
}
