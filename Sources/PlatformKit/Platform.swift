import Model
import Planner

/// The reading half of a platform: all that `plan` and `drift` are handed.
package struct ReadingPlatform: Sendable {
  package var observer: any Observer
  package var planner: any StepPlanner

  package init(observer: any Observer, planner: any StepPlanner) {
    (self.observer, self.planner) = (observer, planner)
  }
}

/// Gives the platform that an instance lives on.
package protocol PlatformCatalog: Sendable {
  func platform(of instance: DesiredInstance) -> ReadingPlatform
}

/// Gives the writing half too; only `apply` and `revert` have one.
package protocol WritingPlatformCatalog: PlatformCatalog {
  func appliers(of instance: DesiredInstance) -> any ApplierSource
}
