import Diagnostics
import Model

/// What planning is handed beside the two sides.
package struct PlanContext: Sendable {
  package var now: Timestamp
  package var planner: any StepPlanner
  package var sources: SourceMap
  /// Leave what needs a restart pending.
  package var deferRestart: Bool
  /// Plan only what time alone makes due.
  package var dueOnly: Bool
  /// Tell of every role that no document declares.
  package var listsUndeclared: Bool

  package init(
    now: Timestamp, planner: any StepPlanner, sources: SourceMap = SourceMap(), deferRestart: Bool = false,
    dueOnly: Bool = false, listsUndeclared: Bool = false
  ) {
    (self.now, self.planner, self.sources) = (now, planner, sources)
    (self.deferRestart, self.dueOnly) = (deferRestart, dueOnly)
    self.listsUndeclared = listsUndeclared
  }
}

/// A plan, or what keeps it from being made. With errors among the diagnostics the plan has no steps.
package struct Planned: Sendable {
  package var plan: InstancePlan
  package var diagnostics: [Diagnostic]
  /// A cloud is still making it, so that the plan can't be whole.
  package var isBeingMade = false

  package init(plan: InstancePlan, diagnostics: [Diagnostic]) { (self.plan, self.diagnostics) = (plan, diagnostics) }
}
