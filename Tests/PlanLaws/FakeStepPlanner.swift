import Diagnostics
import Model
import Planner

/// A platform without a server: it renders nothing, and forbids nothing unless told to.
package struct FakeStepPlanner: StepPlanner {
  package var canRestart: Bool
  package var fresh: Observed
  package var derived: [String: String]
  /// The edits that the user who applies may not make.
  package var refuses: @Sendable (Edit) -> Bool = { _ in false }

  package init(
    version: ServerVersion = ServerVersion(major: 15, minor: 20), canRestart: Bool = true,
    derived: [String: String] = [:]
  ) {
    (self.canRestart, self.derived) = (canRestart, derived)
    fresh = pristineCluster(version: version)
  }

  package func summary(of instance: DesiredInstance, observed: Observed) -> String {
    "PostgreSQL \(observed.version?.description ?? "?") on \(instance.platform.name)"
  }

  package func pristine(for instance: DesiredInstance) -> Observed {
    instance.managed == nil ? fresh : newManagedInstance(instance, version: fresh.version ?? ServerVersion(major: 16))
  }
  package func derivedParameters(for instance: DesiredInstance) -> [String: String] { derived }
  package func reservedParameters(for instance: DesiredInstance) -> Set<String> { Set(derived.keys) }
  package func diagnose(_ instance: DesiredInstance, observed: Observed, sources: SourceMap) -> [Diagnostic] { [] }

  package func operations(for edits: [Edit], of instance: DesiredInstance, before: Observed, after: Observed)
    -> [Operation]
  { [] }

  package func timing(of field: ManagedField, from old: String?, to new: String) -> ManagedTiming {
    switch field {
    case .instanceClass, .version, .subnetGroup: .deferrableWithOutage
    case .storageSize, .storageType, .storageIOPS, .storageThroughput, .multiAZ, .optionGroup, .iamAuthentication:
      .deferrable
    case .backupRetention: old == "0" || new == "0" ? .deferrableWithOutage : .atOnce
    case .port: .atOnceWithRestart
    case .storageEncrypted, .storageKey, .availabilityZone, .masterUser: .atCreation
    default: .atOnce
    }
  }
  package func obstacles(to edits: [Edit], observed: Observed) -> [Obstacle] {
    edits.filter(refuses).map { Obstacle(edit: $0, message: "nobody may") }
  }
  package func deadlineSeconds(for edits: [Edit]) -> Int { 5 }
}
