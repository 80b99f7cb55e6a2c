import Planner

/// What the program says with its exit status. A released number keeps its meaning.
package enum ExitStatus: Int32, Hashable, Sendable, CaseIterable {
  /// Done; nothing differs, or a plan was made.
  case done = 0
  /// Failed and nothing changed, or something could not be observed.
  case failed = 1
  /// There are differences or alarms: `drift`, `plan --detailed-exitcode`, and `apply` of a plan that had to leave something out.
  case differs = 2
  /// A guardrail, or a hazard that was not allowed.
  case refused = 3
  /// The plan is stale, altered, expired or not approved.
  case stale = 4
  case locked = 5
  /// Stopped part-way, or some instances done and some not.
  case partWay = 6
  /// Outside the maintenance window.
  case outsideWindow = 7
  /// The command line is wrong.
  case usage = 64

  /// Where several hold, the first of these is told.
  package static let precedence: [ExitStatus] = [
    .usage, .partWay, .failed, .stale, .refused, .locked, .outsideWindow, .differs, .done,
  ]

  package static func combined(_ statuses: some Sequence<ExitStatus>) -> ExitStatus {
    let held = Set(statuses)
    return precedence.first(where: held.contains) ?? .done
  }
}

extension InstanceOutcome {
  package var exitStatus: ExitStatus {
    switch self {
    case .done: .done
    case .failed(_, _, _, let changedAnything, _), .interrupted(let changedAnything):
      changedAnything ? .partWay : .failed
    case .stale: .stale
    case .locked: .locked
    case .notAchieved: .partWay
    }
  }
}

extension RunReport {
  package var exitStatus: ExitStatus {
    var statuses = refusal.map { [$0.exitStatus] } ?? instances.map(\.outcome.exitStatus)
    let isIncomplete = instances.contains { $0.outcome != .done } || notPlanned.exitStatus != .done
    if instances.contains(where: \.changedAnything), isIncomplete { statuses.append(.partWay) }
    if journalFailure != nil { statuses.append(.failed) }
    return .combined(statuses + [notPlanned.exitStatus])
  }
}

extension Plan {
  /// What stands even where none of it runs: an instance that could not be planned is a failure.
  package var exitStatus: ExitStatus { notPlanned.exitStatus }

  /// What an apply comes to by what the plan had to leave out: whoever may apply may not make these changes.
  package var leavesOut: ExitStatus {
    instances.contains { $0.alarms.contains { $0.kind == .notPossible } } ? .differs : .done
  }
}

extension [NotPlanned] {
  /// What instances that could not be planned, of this host or of none, come to.
  fileprivate var exitStatus: ExitStatus {
    .combined(
      map { missing in
        switch missing.reason {
        case .otherHost: .done
        case .guarded: .refused
        case .invalid, .notObserved: .failed
        }
      })
  }
}

extension RunRefusal {
  package var exitStatus: ExitStatus {
    switch self {
    case .hazards: .refused
    case .secrets, .journal, .sameCluster, .otherFormat: .failed
    }
  }
}

extension PlanFileFailure {
  package var exitStatus: ExitStatus {
    switch kind {
    case .unreadable, .notAPlan: .failed
    case .altered, .otherTool, .otherFormat, .expired, .otherSpecs, .otherPlan: .stale
    }
  }
}
