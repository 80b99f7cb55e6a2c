import Model
import YAML

extension SpecReader {
  /// What an instance on an `aws` platform asks for.
  mutating func readManaged(
    _ document: SpecDocument, _ node: Node, _ platform: PlatformDocument, variables: SecretVariables
  ) -> DesiredManaged {
    let isCluster = node["members"] != nil
    var managed = DesiredManaged(
      identifier: node.text("identifier") ?? document.name, engine: isCluster ? "aurora-postgresql" : "postgres")
    managed.values = managedValues(node, { ManagedField.ofInstance.contains($0) ? $0.path : [] })
    if isCluster { managed.members = readMembers(node) }
    managed.restoreFrom = node["restore_from"].flatMap(readRestore)
    if let aws = node["aws"] { read(aws, variables, into: &managed) }
    if let backup = node["backup"], let policy = policy(namedBy: backup) {
      read(policy.root, policy.name, region: platform.region, into: &managed)
    }
    return managed
  }

  private func read(_ aws: Node, _ variables: SecretVariables, into managed: inout DesiredManaged) {
    managed.moment = aws.text("apply").flatMap(ManagedMoment.init) ?? .window
    let exceptions = aws.texts(managed.moment == .now ? "apply_in_window" : "apply_now")
    managed.otherwise = Set(Language.deferrable.filter { exceptions.contains($0.label) })
    managed.masterPassword = aws["master"]?.secret("password")?.substituting(variables)
    managed.replicaOf = aws.text("replica_of")
    managed.deletesAutomatedBackups = aws.flag("delete_automated_backups") ?? false
    managed.skipsFinalSnapshot = aws.flag("final_snapshot") == false
  }

  private func read(
    _ policy: Node, _ name: String, region: String?, into managed: inout DesiredManaged
  ) {
    managed.values[.backupRetention] = retention(of: policy)
    managed.values[.backupWindow] = policy["aws"]?.text("window")
    var backup = DesiredManagedBackup(policy: name)
    backup.full = policy["full"].flatMap(readCadence)
    backup.keepSnapshots = policy["aws"]?.text("keep_snapshots").flatMap { TimeSpan($0) }
    backup.maximumLag = policy["aws"]?.text("max_lag").flatMap { TimeSpan($0) }
    if let places = policy["aws"]?["copy_to"] { readPlaces(places.items, region: region, into: &backup) }
    managed.backup = backup
  }
}

/// Regions for automated backups, and other accounts for snapshots.
private func readPlaces(_ places: [Node], region: String?, into backup: inout DesiredManagedBackup) {
  let ofOwnAccount = places.filter { $0["account"] == nil }
  backup.copyTo = ofOwnAccount.compactMap { $0.text ?? $0.text("region") }.sorted()
  for place in ofOwnAccount { if let name = place.text("region") { backup.copyKeys[name] = place.text("kms_key") } }
  backup.copies = places.compactMap { readCopy($0, region: region) }.sorted { $0.target < $1.target }
}

private func readCopy(_ node: Node, region: String?) -> DesiredCopy? {
  guard let account = node.text("account"), let region = node.text("region") ?? region,
    let role = node["assume_role"], let name = role.text("arn")
  else { return nil }
  return DesiredCopy(
    target: CopyTarget(account: account, region: region),
    role: .init(name: name, externalID: role.text("external_id"), sessionName: role.text("session_name")),
    key: node.text("kms_key"), keep: node.text("keep_snapshots").flatMap { TimeSpan($0) })
}

func readCadence(_ node: Node) -> DesiredBackup.Cadence? {
  let cadence = DesiredBackup.Cadence(
    every: node.text("every").flatMap { TimeSpan($0) }, maxAge: node.text("max_age").flatMap { TimeSpan($0) })
  return cadence == .init() ? nil : cadence
}

/// Whole days; without recovery to a point in time there are no automated backups at all.
private func retention(of policy: Node) -> String? {
  if policy.flag("point_in_time") == false { return "0" }
  return policy.text("retain").flatMap { TimeSpan($0) }.map { "\($0.seconds / 86_400)" }
}

private func readMembers(_ node: Node) -> [String: [ManagedField: String]] {
  var members: [String: [ManagedField: String]] = [:]
  for pair in node["members"]?.pairs ?? [] {
    members[pair.name] = managedValues(pair.value, { ManagedField.ofMember.contains($0) ? $0.pathInMember : [] })
  }
  return members
}

private func readRestore(_ node: Node) -> RestoreSource? {
  if let snapshot = node.text("snapshot") { return .snapshot(identifier: snapshot) }
  guard let instance = node.text("instance"), let moment = node.text("at") else { return nil }
  return .pointInTime(instance: instance, at: moment == "latest" ? nil : Timestamp(specText: moment))
}

// Settings.

/// The settings that are written below a node, in their canonical form.
private func managedValues(_ node: Node, _ path: (ManagedField) -> [String]) -> [ManagedField: String] {
  var values: [ManagedField: String] = [:]
  for field in ManagedField.allCases {
    guard let value = node.value(at: path(field)), let text = canonicalText(field, value) else { continue }
    values[field] = text
  }
  return values
}

private func canonicalText(_ field: ManagedField, _ node: Node) -> String? {
  switch field {
  case .securityGroups, .logExports: node.oneOrMany.compactMap(\.text).sorted().joined(separator: ",")
  case .maintenanceWindow: node.text?.lowercased()
  case .serverlessMinimum, .serverlessMaximum: node.text.flatMap { CapacityUnits($0) }?.description
  default: node.text  // The language takes only the canonical form of flags and numbers.
  }
}

extension Node {
  /// The value below these keys; `nil` for no keys at all.
  func value(at path: [String]) -> Node? { pair(at: path)?.value }

  func pair(at path: [String]) -> Pair? {
    guard let last = path.last else { return nil }
    return path.dropLast().reduce(self as Node?) { $0?[$1] }?.pair(last)
  }
}

extension ManagedField {
  /// What `readManaged` finds in the instance's own document, beside the version and what a backup policy says.
  fileprivate static let ofInstance = Set(allCases).subtracting([
    .version, .failoverTier, .backupRetention, .backupWindow,
  ])

  /// The keys below the instance's spec.
  var path: [String] { rawValue.split(separator: ".").map(String.init) }

  fileprivate var pathInMember: [String] { path.first == "aws" ? Array(path.dropFirst()) : path }
}
