import Model
import Planner

/// One line of the journal.
package struct JournalRecord: Hashable, Sendable, Codable {
  /// From 0, without gaps: the order of what happened, whatever the clock did.
  package var sequence: Int
  /// The digest of the record before; empty for the first.
  package var previous: String
  package var time: Timestamp
  package var kind: Kind

  package init(sequence: Int, previous: String, time: Timestamp, kind: Kind) {
    (self.sequence, self.previous, self.time, self.kind) = (sequence, previous, time, kind)
  }

  package enum Kind: Hashable, Sendable, Codable {
    case header(format: Int, toolVersion: String)
    case runStarted(run: RunID, plan: String, by: RunOrigin)
    case stepIntent(StepRecord)
    case stepDone(StepRecord)
    case stepSkipped(StepRecord)
    case stepFailed(StepRecord, message: String)
    case runFinished(run: RunID, outcomes: [InstanceEnding])
    /// The end of the file was torn by a crash or a full disk; that much was dropped.
    case recovered(droppedBytes: Int)
  }

  /// Rises when a released reader could no longer read the file rightly.
  static let format = 1
}

package struct StepRecord: Hashable, Sendable, Codable {
  package var run: RunID
  package var instance: String
  package var step: Int
  package var phase: Phase

  package init(run: RunID, instance: String, step: Int, phase: Phase) {
    (self.run, self.instance, self.step, self.phase) = (run, instance, step, phase)
  }
}

package struct InstanceEnding: Hashable, Sendable, Codable {
  package var instance: String
  package var outcome: InstanceOutcome

  package init(instance: String, outcome: InstanceOutcome) {
    (self.instance, self.outcome) = (instance, outcome)
  }
}

/// Who ran what, from where.
package struct RunOrigin: Hashable, Sendable, Codable {
  package var user: String
  package var host: String
  package var process: Int32
  /// The page of the CI job, where there is one.
  package var ciRun: String?
  package var toolVersion: String
  package var specs: SpecsIdentity
  /// `revert` of that run; `nil` for an apply.
  package var reverts: String?
  package var allowances: [String]

  package init(
    user: String, host: String, process: Int32, ciRun: String?, toolVersion: String, specs: SpecsIdentity,
    reverts: String? = nil, allowances: [String] = []
  ) {
    (self.user, self.host, self.process, self.ciRun) = (user, host, process, ciRun)
    (self.toolVersion, self.specs, self.reverts, self.allowances) = (toolVersion, specs, reverts, allowances)
  }
}
