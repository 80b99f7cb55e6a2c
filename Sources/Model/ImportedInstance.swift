/// An instance that a cloud runs and that no spec declares yet, as it was found.
///
/// What was observed is told for a spec that asks for just that: `managed.group` and `layer` are those of the parameter
/// group that is attached, and there is neither where that is the cloud's own default.
package struct ImportedInstance: Hashable, Sendable {
  package var observed: Observed
  package var managed: ManagedState
  package var version: ServerVersion

  /// `nil` for what no cloud runs, and where nothing tells what version it is.
  package init?(_ observed: Observed) {
    guard let managed = observed.managed, let version = observed.version else { return nil }
    (self.observed, self.managed, self.version) = (observed, managed, version)
  }

  package var name: CloudName { CloudName(managed.identifier, isCluster: managed.members != nil) }

  /// What it was last asked to be, in force or not.
  package var askedVersion: ServerVersion {
    managed.settings.pending[.version].flatMap { ServerVersion($0) } ?? version
  }
}

/// What a cloud knows an instance by. Clusters and instances have names of their own: one of each may have the same.
package struct CloudName: Hashable, Sendable, Comparable {
  package var identifier: String
  package var isCluster: Bool

  package init(_ identifier: String, isCluster: Bool) {
    (self.identifier, self.isCluster) = (identifier, isCluster)
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.identifier, left.isCluster ? 0 : 1) < (right.identifier, right.isCluster ? 0 : 1)
  }
}

extension DesiredManaged {
  package var name: CloudName { CloudName(identifier, isCluster: isCluster) }
}
