import Diagnostics
import Model

/// The pure part of a platform: how its instances are made, changed and undone. It reads nothing and does nothing.
package protocol StepPlanner: Sendable {
  /// `PostgreSQL 15.20 on db1 (local)`.
  func summary(of instance: DesiredInstance, observed: Observed) -> String

  /// What a fresh instance will look like, for planning one that does not exist yet.
  /// Without parameters where only a look can tell them: the observer then gives them with an absent instance.
  func pristine(for instance: DesiredInstance) -> Observed

  /// Parameters that other fields decide (`port`, `archive_command`, …); authors can't set these names.
  func derivedParameters(for instance: DesiredInstance) -> [String: String]
  func reservedParameters(for instance: DesiredInstance) -> Set<String>

  /// Whether restarting the server is in this platform's power; otherwise what needs one becomes pending.
  var canRestart: Bool { get }

  /// Mistakes that only this instance's version and host show, each with the line that made it.
  func diagnose(_ instance: DesiredInstance, observed: Observed, sources: SourceMap) -> [Diagnostic]

  /// Renders edits of one phase. `before` is the instance as it is when the step begins, `after` as it will be.
  func operations(for edits: [Edit], of instance: DesiredInstance, before: Observed, after: Observed) -> [Operation]

  /// What of the edits the user that applies may not do, judged from the capabilities that were observed.
  func obstacles(to edits: [Edit], observed: Observed) -> [Obstacle]

  /// When a new value of a managed setting comes into force; of no meaning where no cloud runs the instance.
  func timing(of field: ManagedField, from old: String?, to new: String) -> ManagedTiming

  /// How long the effects of the edits may take to show.
  func deadlineSeconds(for edits: [Edit]) -> Int
}

/// An edit that the server would refuse, and who could do it.
package struct Obstacle: Hashable, Sendable {
  package var edit: Edit
  package var message: String

  package init(edit: Edit, message: String) { (self.edit, self.message) = (edit, message) }
}
