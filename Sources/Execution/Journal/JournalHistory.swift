import Model
import Planner

/// What a journal tells, once it is read.
package struct JournalHistory: Sendable {
  package var records: [JournalRecord]
  /// Bytes of a cut-off record at the end of the file, which were not used.
  package var tornBytes: Int

  package init(records: [JournalRecord] = [], tornBytes: Int = 0) {
    (self.records, self.tornBytes) = (records, tornBytes)
  }

  /// All runs, the oldest first.
  package var runs: [RunListing] {
    var runs: [RunID: RunListing] = [:]
    var order: [RunID] = []
    for record in records {
      if case .runStarted(let id, let plan, let origin) = record.kind {
        runs[id] = RunListing(id: id, plan: plan, origin: origin, started: record.time)
        order.append(id)
      }
      if let id = record.kind.run { runs[id]?.take(record) }
    }
    return order.compactMap { runs[$0] }
  }

  /// The run that the text names, whole or by its beginning.
  package func run(_ text: String) -> RunLookup {
    let matches = runs.filter { $0.id.text.hasPrefix(text) }
    if let exact = matches.first(where: { $0.id.text == text }) { return .found(exact) }
    switch matches.count {
    case 0: return .unknown
    case 1: return .found(matches[0])
    default: return .ambiguous(matches.map(\.id))
    }
  }

  /// The last run of this very plan that did any of its steps.
  package func lastRun(ofPlan digest: String) -> RunListing? {
    runs.last { run in run.plan == digest && run.steps.values.contains { !$0.done.isEmpty } }
  }

  /// What earlier runs of this very plan did on one instance.
  func progress(ofPlan digest: String, instance: String) -> Progress {
    var progress = Progress()
    for run in runs where run.plan == digest {
      guard let steps = run.steps[instance] else { continue }
      progress.done.formUnion(steps.done)
      progress.done.formUnion(steps.skipped)
      progress.begun.formUnion(steps.begun)
    }
    progress.begun.subtract(progress.done)
    return progress
  }

  /// The instances that runs have changed, and when: evidence that they once were there.
  package var instances: [String: InstanceHistory] {
    var instances: [String: InstanceHistory] = [:]
    for record in records {
      // What is prepared for an instance, its parameter group, is no sign that it ever was there.
      guard case .stepDone(let step) = record.kind, step.phase != .prepare else { continue }
      var history = instances[step.instance] ?? InstanceHistory(lastChanged: record.time, lastRun: step.run)
      (history.lastChanged, history.lastRun) = (record.time, step.run)
      switch step.phase {
      case .create: (history.created, history.removed) = (record.time, nil)
      case .remove: history.removed = record.time
      default: history.removed = nil
      }
      instances[step.instance] = history
    }
    return instances
  }
}

package enum RunLookup: Sendable {
  case found(RunListing)
  case unknown
  case ambiguous([RunID])
}

package struct InstanceHistory: Hashable, Sendable {
  package var created: Timestamp?
  package var lastChanged: Timestamp
  package var lastRun: RunID
  /// A run deleted it; nothing says that it should still be there.
  package var removed: Timestamp?

  init(lastChanged: Timestamp, lastRun: RunID) { (self.lastChanged, self.lastRun) = (lastChanged, lastRun) }
}

/// One run, as the journal tells it.
package struct RunListing: Hashable, Sendable {
  package struct Steps: Hashable, Sendable {
    package var begun: Set<Int> = []
    package var done: Set<Int> = []
    package var skipped: Set<Int> = []
    package var failed: [Int: String] = [:]
  }

  package var id: RunID
  /// The digest of its plan, which lies beside the journal.
  package var plan: String
  package var origin: RunOrigin
  package var started: Timestamp
  package var finished: Timestamp?
  /// Empty while it runs, and for ever where it was killed.
  package var outcomes: [InstanceEnding] = []
  /// By instance. What was begun may have left something, done or not.
  package var steps: [String: Steps] = [:]

  init(id: RunID, plan: String, origin: RunOrigin, started: Timestamp) {
    (self.id, self.plan, self.origin, self.started) = (id, plan, origin, started)
  }

  fileprivate mutating func take(_ record: JournalRecord) {
    switch record.kind {
    case .stepIntent(let step): steps[step.instance, default: Steps()].begun.insert(step.step)
    case .stepDone(let step): steps[step.instance, default: Steps()].done.insert(step.step)
    case .stepSkipped(let step): steps[step.instance, default: Steps()].skipped.insert(step.step)
    case .stepFailed(let step, let message):
      steps[step.instance, default: Steps()].failed[step.step] = message
    case .runFinished(_, let outcomes): (finished, self.outcomes) = (record.time, outcomes)
    case .runStarted, .header, .recovered: break
    }
  }
}

extension JournalRecord.Kind {
  fileprivate var run: RunID? {
    switch self {
    case .runStarted(let run, _, _), .runFinished(let run, _): run
    case .stepIntent(let step), .stepDone(let step), .stepSkipped(let step), .stepFailed(let step, _):
      step.run
    case .header, .recovered: nil
    }
  }
}
