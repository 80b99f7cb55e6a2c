/// Which version and which parameter group an instance that a cloud runs is to have: the observer looks for the group that
/// the planner then compares.
extension DesiredInstance {
  /// The version to go to; the one that was asked for last where it is accepted, `nil` where no version can be.
  ///
  /// - Parameter targets: those that the cloud can upgrade it to.
  package func targetVersion(from asked: ServerVersion, among targets: [ServerVersion]) -> ServerVersion? {
    guard let version, !version.accepts(asked) else { return asked }
    return targets.filter { $0 > asked && version.accepts($0) }.max()
  }

  /// The parameter group that the specs ask for: a shared one by its name, or Holdfast's own of the instance where
  /// parameters are listed; `nil` where parameter groups are unmanaged.
  package func parameterGroup(for version: ServerVersion) -> ParameterGroup? {
    guard let managed else { return nil }
    let family = "\(managed.engine)\(version.major)"
    if let shared = managed.values[.parameterGroup] { return ParameterGroup(name: shared, family: family) }
    guard parameters.values != nil else { return nil }
    return ParameterGroup(name: DesiredManaged.ownGroup(of: managed.identifier, family: family), family: family)
  }
}

extension DesiredManaged {
  /// What the names of Holdfast's own groups of one instance begin with.
  package static func groupPrefix(of identifier: String) -> String { "holdfast-\(identifier.lowercased())-" }

  /// The name of Holdfast's own group of an instance and a family.
  package static func ownGroup(of identifier: String, family: String) -> String {
    // RDS keeps names in lower case, and takes 255 characters. Source: CreateDBParameterGroup, read 2026-11-22.
    String((groupPrefix(of: identifier) + family).lowercased().prefix(255))
  }

  /// What the names of the snapshots that Holdfast takes of one instance begin with.
  package static func snapshotPrefix(of identifier: String) -> String { "holdfast-\(identifier.lowercased())-" }
}
