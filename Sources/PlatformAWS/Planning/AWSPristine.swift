import Model

/// What a new instance will be, so far as its specs decide.
///
/// A restored one and a replica take less when they are made: the rest comes by steps of its own. What could never be
/// changed later is taken as the specs have it; once the instance is there, a look tells. So it does of what lies inside.
func pristineInstance(for instance: DesiredInstance) -> Observed {
  let wanted = instance.cloud
  let version = instance.version?.atLeast
  var pristine = Observed(presence: .running, version: version)
  pristine.isAssumed = true
  var managed = ManagedState(
    identifier: wanted.identifier, engine: wanted.engine, status: "available", activity: .settled)
  managed.settings.values = creationValues(of: instance)
  // Each member is made by a call of its own, and so by a step of its own.
  managed.members = wanted.isCluster ? [:] : nil
  managed.tags = instance.labels
  managed.group = wantedGroup(of: instance)
  managed.replicaOf = wanted.replicaOf
  managed.snapshotCopies = wanted.backup?.copies.isEmpty == false ? [] : nil
  pristine.managed = managed
  if instance.looksInside { pristine.addInside(of: instance) }
  return pristine
}

/// The group that the specs want attached to a new instance; `nil` where parameters are unmanaged.
func wantedGroup(of instance: DesiredInstance) -> ParameterGroup? {
  (instance.version?.atLeast).flatMap { instance.parameterGroup(for: $0) }
}

extension DesiredManaged {
  /// The call that makes it.
  var creation: RDSAction {
    switch (restoreFrom, isCluster) {
    case (.snapshot, false): .restoreInstance
    case (.snapshot, true): .restoreCluster
    case (.pointInTime, false): .restoreInstanceInTime
    case (.pointInTime, true): .restoreClusterInTime
    case (nil, true): .createCluster
    case (nil, false): replicaOf == nil ? .createInstance : .createReplica
    }
  }
}

/// Without the version: which one is made of those that the constraint accepts, a look tells.
private func creationValues(of instance: DesiredInstance) -> [ManagedField: String] {
  let wanted = instance.cloud
  var values = wanted.values.filter { field, value in
    wanted.creation.takes(field) || managedTiming(of: field, from: nil, to: value) == .atCreation
  }
  if let group = wantedGroup(of: instance) { values[.parameterGroup] = group.name }
  return values
}
