import Model

/// The end of an apply or a revert as JSON.
package func renderRunReportJSON(_ summary: RunSummary) -> String { jsonText(RunReportDocument(summary)) }

/// The runs of the journal as JSON.
package func renderRunsJSON(_ runs: [RunListing]) -> String { jsonText(RunsDocument(runs)) }

private struct RunReportDocument: Encodable {
  let formatVersion = jsonFormatVersion
  let kind = "run"
  let run: String
  let seconds: Int
  let exitStatus: Int
  let next: String?
  let journal: String
  let instances: [Instance]

  struct Instance: Encodable {
    let address: String
    let outcome: String
    let failedStep: Int?
    let message: String?
    let hint: String?
    let changedNothing: Bool?
    let facts: [String]
    let done: [String]
    let left: [String]
    let newSincePlan: [String]
  }

  init(_ summary: RunSummary) {
    (run, seconds, exitStatus) = (summary.run, Int(summary.seconds.rounded()), summary.exitStatus)
    (next, journal) = (summary.next, summary.journal)
    instances = summary.instances.map(Instance.init)
  }
}

extension RunReportDocument.Instance {
  init(_ line: ReportLine) {
    address = Address.instance(line.instance).description
    outcome = line.outcome.key
    (done, left, newSincePlan) = (line.done, line.left, line.newSincePlan)
    changedNothing = if case .failed(_, _, _, let leftNothing) = line.outcome { leftNothing } else { nil }
    switch line.outcome {
    case .done, .interrupted: (failedStep, message, hint, facts) = (nil, nil, nil, [])
    case .failed(let step, let text, let advice, _):
      (failedStep, message, hint, facts) = (step, text, advice, [])
    case .stale(let moved): (failedStep, message, hint, facts) = (nil, nil, nil, moved)
    case .locked(let text): (failedStep, message, hint, facts) = (nil, text, nil, [])
    case .notAchieved(let found): (failedStep, message, hint, facts) = (nil, nil, nil, found)
    case .refused(let text, let advice): (failedStep, message, hint, facts) = (nil, text, advice, [])
    }
  }
}

private struct RunsDocument: Encodable {
  let formatVersion = jsonFormatVersion
  let kind = "runs"
  let runs: [Row]

  struct Row: Encodable {
    let id: String
    let started: String
    let finished: Explicit
    let user: String
    let host: String
    let outcome: String
    let instances: [String]
    let stepsDone: Int
    let steps: Int
    let commit: String?
    let reverts: String?
  }

  init(_ runs: [RunListing]) {
    self.runs = runs.map { run in
      Row(
        id: run.id, started: run.started.rfc3339, finished: Explicit(run.finished?.rfc3339), user: run.user,
        host: run.host,
        outcome: run.outcome, instances: run.instances, stepsDone: run.stepsDone, steps: run.steps,
        commit: run.commit,
        reverts: run.reverts)
    }
  }
}
