import Model
import Planner
import PlatformKit

/// What an `ApplyRun` asks its driver to do next.
package enum ApplyAction: Hashable, Sendable {
  /// Take the lock; where this run has it, give it back first and open everything anew.
  case lock
  case observe
  /// Look again, of the databases' contents only at these: nothing that was done since has changed the others.
  case observeAgain(databases: Set<String>)
  /// Into the journal, durably, before anything else happens.
  case note(StepNote)
  case perform(step: Int, operation: Operation)
  case wait(ApplyWait)
  case finish(InstanceOutcome)
}

/// What came of it.
package enum ApplyEvent: Sendable {
  case begun
  case locked
  case lockFailed(LockFailure)
  case observed(Observed, at: Timestamp)
  case observationFailed(ObservationFailure)
  case noted
  case noteFailed(message: String)
  case performed
  case performFailed(ApplyFailure)
  case waited
}

/// One line of the journal about one step.
package struct StepNote: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case intent
    case done
    /// What it would do is so already.
    case skipped
    case failed(message: String)
  }

  package var step: Int
  package var kind: Kind

  package init(_ kind: Kind, step: Int) { (self.step, self.kind) = (step, kind) }
}

package struct ApplyWait: Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    /// The step was done, and these are not so yet.
    case effect(what: [String])
    case retry(message: String)
  }

  package var step: Int
  package var duration: Duration
  /// How long the step has waited before.
  package var elapsed: Duration
  package var reason: Reason

  package init(step: Int, duration: Duration, elapsed: Duration, reason: Reason) {
    (self.step, self.duration, self.elapsed, self.reason) = (step, duration, elapsed, reason)
  }
}

/// How the run of one instance's plan ended.
package enum InstanceOutcome: Hashable, Sendable, Codable {
  case done
  /// `step` is `nil` where it failed before the first one.
  /// `isInDoubt`: that step may have left something, where it was not done.
  case failed(step: Int?, message: String, hint: String?, changedAnything: Bool, isInDoubt: Bool)
  case stale(moved: [MovedFact])
  case locked(message: String)
  /// Stopped before the next step, because somebody asked.
  case interrupted(changedAnything: Bool)
  /// All steps were done, and these facts are neither so nor pending.
  case notAchieved(facts: [MovedFact])
}

package enum StepResult: Hashable, Sendable {
  case done
  /// What it would do was so already.
  case skipped
  /// By an earlier run of the same plan.
  case doneBefore
  case failed(message: String)
  /// Not begun.
  case left
}
