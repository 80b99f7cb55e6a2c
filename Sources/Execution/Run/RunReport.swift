import Model
import Planner

/// What came of one run.
package struct RunReport: Sendable {
  package var run: RunID
  package var started: Timestamp
  package var finished: Timestamp
  /// Why nothing was begun at all.
  package var refusal: RunRefusal?
  /// By name.
  package var instances: [InstanceReport]
  package var notPlanned: [NotPlanned]
  /// The end of the run could not be recorded.
  package var journalFailure: JournalFailure?

  package init(
    run: RunID, started: Timestamp, finished: Timestamp, refusal: RunRefusal? = nil,
    instances: [InstanceReport] = [],
    notPlanned: [NotPlanned] = [], journalFailure: JournalFailure? = nil
  ) {
    (self.run, self.started, self.finished, self.refusal) = (run, started, finished, refusal)
    (self.instances, self.notPlanned, self.journalFailure) = (instances, notPlanned, journalFailure)
  }

  /// Earlier runs of the same plan had done all of it, and the platforms still bear that out.
  package var wasAllDoneBefore: Bool {
    let results = instances.flatMap(\.steps).map(\.result)
    return exitStatus == .done && !results.isEmpty && results.allSatisfy { $0 == .doneBefore }
  }
}

package struct InstanceReport: Sendable {
  package var instance: String
  package var outcome: InstanceOutcome
  /// In the order of the plan.
  package var steps: [StepReport]
  package var changedAnything: Bool
  /// The instance as it was seen last; `nil` where it was not.
  package var observed: Observed?

  package init(
    instance: String, outcome: InstanceOutcome, steps: [StepReport], changedAnything: Bool,
    observed: Observed?
  ) {
    (self.instance, self.outcome, self.steps) = (instance, outcome, steps)
    (self.changedAnything, self.observed) = (changedAnything, observed)
  }

  package var remaining: [StepReport] {
    steps.filter { step in
      switch step.result {
      case .left, .failed: true
      case .done, .skipped, .doneBefore: false
      }
    }
  }
}

package struct StepReport: Hashable, Sendable {
  package var id: Int
  package var title: String
  package var result: StepResult

  package init(id: Int, title: String, result: StepResult) {
    (self.id, self.title, self.result) = (id, title, result)
  }
}

/// Why a run was refused before its first step, with nothing changed.
package enum RunRefusal: Hashable, Sendable {
  case hazards([Hazard])
  case secrets([MissingSecret])
  case journal(JournalFailure)
  /// Two instances of the plan are one and the same cluster.
  case sameCluster(instances: [String], systemIdentifier: String)
  case otherFormat(Int)
}

/// What happens while a run goes on, for whoever watches.
package struct ProgressEvent: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case stepStarted
    case stepFinished(after: Duration)
    case stepFailed(message: String, after: Duration)
    /// It is so already.
    case skipped
    case waiting(elapsed: Duration, what: [String])
    case retrying(after: Duration, message: String)
  }

  package var instance: String
  package var step: Int
  package var stepCount: Int
  package var title: String
  package var kind: Kind

  package init(instance: String, step: Int, stepCount: Int, title: String, kind: Kind) {
    (self.instance, self.step, self.stepCount) = (instance, step, stepCount)
    (self.title, self.kind) = (title, kind)
  }
}
