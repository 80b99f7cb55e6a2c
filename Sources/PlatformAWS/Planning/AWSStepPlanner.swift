import Diagnostics
import Model
import Planner
import PostgresCatalog

/// Plans for RDS and Aurora: calls of their API, and SQL inside.
package struct AWSStepPlanner: StepPlanner {
  package init() {}

  package func summary(of instance: DesiredInstance, observed: Observed) -> String {
    let isInherited = observed.presence == .absent && instance.cloud.inheritsVersion
    let version = (isInherited ? nil : observed.version ?? instance.version?.atLeast).map { " \($0)" } ?? ""
    let values = observed.managed?.settings.values ?? instance.cloud.values
    let size =
      instance.cloud.members.map { "Aurora, \($0.count == 1 ? "1 member" : "\($0.count) members")" }
      ?? values[.instanceClass]
    let what = ["aws", size, observed.managed?.replicaOf.map { "a replica of \($0)" }].compactMap(\.self)
    return "PostgreSQL\(version) on \(instance.account.region) of \(instance.account.account) "
      + "(\(what.joined(separator: ", ")))"
  }

  package func pristine(for instance: DesiredInstance) -> Observed { pristineInstance(for: instance) }

  package func derivedParameters(for instance: DesiredInstance) -> [String: String] { [:] }

  /// What RDS keeps to itself it says with each parameter.
  package func reservedParameters(for instance: DesiredInstance) -> Set<String> { [] }

  package var canRestart: Bool { true }

  package func operations(
    for edits: [Edit], of instance: DesiredInstance, before: Observed, after: Observed
  ) -> [Operation] {
    AWSOperations(instance: instance, before: before, after: after).operations(for: edits)
  }

  package func timing(of field: ManagedField, from old: String?, to new: String) -> ManagedTiming {
    managedTiming(of: field, from: old, to: new)
  }

  /// What is done through the API is the credentials' affair, and only trying tells whether they may.
  package func obstacles(to edits: [Edit], observed: Observed) -> [Obstacle] {
    PostgresCatalog.obstacles(to: edits.filter(\.isSQL), observed: observed)
  }

  package func deadlineSeconds(for edits: [Edit]) -> Int { edits.map(deadlineSeconds).max() ?? 60 }

  /// - Source: the waiters of botocore 1.43.11 (30 s, 60 times); for storage and classes "several hours" of the Amazon RDS
  ///   User Guide, "Working with storage", read 2026-11-22.
  private func deadlineSeconds(for edit: Edit) -> Int {
    switch edit {
    case .setManaged(_, let values, .now): values.keys.contains(where: takesHours) ? 6 * 3600 : 3600
    // Into another region a copy takes hours, and others may be queued before it.
    case .copySnapshot: 24 * 3600
    case .takeBackup: 6 * 3600
    case .createInstance, .removeInstance, .startInstance, .stopInstance, .addMember, .removeMember, .renameInstance,
      .copyBackups:
      3600
    case .restart, .restartMember: 900
    case .setManaged(_, _, .window): 300  // It is only accepted now.
    default: 60  // Groups, tags and SQL show soon.
    }
  }

  private func takesHours(_ field: ManagedField) -> Bool {
    switch field {
    case .version, .instanceClass, .storageSize, .storageType, .storageIOPS, .storageThroughput, .multiAZ: true
    default: false  // The rest is done within a restart's time.
    }
  }
}
