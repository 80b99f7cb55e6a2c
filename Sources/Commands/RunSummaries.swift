import Execution
import Model
import Planner
import PlatformKit
import Rendering

extension Session {
  /// A run for people: what was done, what is left, what is new, and the command that goes on.
  func summary(of report: RunReport, plan: Plan, command: PastableCommand) -> RunSummary {
    let status = report.exitStatus
    var lines = report.instances.map { line(of: $0, plan) }
    if let refusal = report.refusal { lines = plan.instances.filter { !$0.steps.isEmpty }.map { refused($0, refusal) } }
    lines += report.notPlanned.filter { $0.reason != .otherHost }.map { missing in
      ReportLine(
        instance: missing.address.instanceName ?? "\(missing.address)",
        outcome: .refused(message: missing.message, hint: nil), done: [])
    }
    return RunSummary(
      run: report.run.text, seconds: Double((report.finished - report.started).seconds),
      exitStatus: Int(status.rawValue),
      instances: lines, next: status == .done ? nil : next(report, plan, command)?.text, journal: journalDirectory)
  }

  private func next(_ report: RunReport, _ plan: Plan, _ command: PastableCommand) -> PastableCommand? {
    let isStale = report.instances.contains { if case .stale = $0.outcome { true } else { false } }
    guard isStale, case .specs = plan.origin else { return report.refusal == nil ? command : nil }
    return PastableCommand("plan").adding(
      specs.words + plan.scope.flatMap { ["--only", $0] } + (plan.dueOnly ? ["--due"] : [])
        + (plan.deferRestart ? ["--defer", "restart"] : []))
  }

  private func line(of report: InstanceReport, _ plan: Plan) -> ReportLine {
    ReportLine(
      instance: report.instance, outcome: outcome(of: report),
      done: report.steps.filter { $0.result.isDone }.map(\.title), left: report.remaining.map(\.title),
      newSincePlan: report.outcome == .done ? differences(report, plan) : [])
  }

  private func outcome(of report: InstanceReport) -> ReportLine.Outcome {
    switch report.outcome {
    case .done: .done
    case .failed(let step?, let message, let hint, _, let isInDoubt):
      .failed(step: step, message: message, hint: hint, leftNothing: !isInDoubt)
    case .failed(nil, let message, let hint, _, _): .refused(message: message, hint: hint)
    case .stale(let moved): .stale(moved.map { $0.description })
    case .locked(let message): .locked(message: message)
    case .interrupted: .interrupted
    case .notAchieved(let facts): .notAchieved(facts.map { $0.description })
    }
  }

  private func refused(_ plan: InstancePlan, _ refusal: RunRefusal) -> ReportLine {
    let (message, hint): (String, String?) =
      switch refusal {
      case .hazards(let hazards): ("\(hazards.count) hazards are not allowed", nil)
      case .secrets(let missing):
        (
          missing.map(\.description).joined(separator: "; "),
          "make the secrets available, then apply again; nothing was changed"
        )
      case .journal(let failure): (failure.message, failure.hint)
      case .sameCluster(let instances, let identifier):
        ("\(instances.joined(separator: " and ")) are one cluster (\(identifier))", "leave one of them in the specs")
      case .otherFormat(let format): ("the plan's format is \(format)", "make a new plan with this version")
      }
    return ReportLine(
      instance: plan.instance, outcome: .refused(message: message, hint: hint), done: [], left: plan.steps.map(\.title))
  }

  /// What a plan made from the last observation would still change: it wasn't there when the plan was made, or the plan
  /// left it out on purpose.
  private func differences(_ report: InstanceReport, _ plan: Plan) -> [String] {
    guard case .specs = plan.origin, !plan.dueOnly, plan.scope.isEmpty, let observed = report.observed,
      let desired = repository.desired.instances.first(where: { $0.name == report.instance })
    else { return [] }
    let context = PlanContext(
      now: plan.createdAt, planner: composition.reading.platform(of: desired).planner,
      sources: repository.desired.sources,
      deferRestart: plan.deferRestart)
    return planInstance(desired, observed: observed, context: context).plan.changes
      .map { "\($0.address)" + ($0.reason.map { ": \($0)" } ?? "") }
  }

  /// The journal's runs with what their plans tell; a plan that is gone leaves its run's counts empty.
  func listings(_ runs: [Execution.RunListing]) async -> [Rendering.RunListing] {
    var listings: [Rendering.RunListing] = []
    for run in runs {
      let plan = try? await loadKeptPlan(run.plan, in: journalDirectory)
      listings.append(
        Rendering.RunListing(
          id: run.id.text, started: run.started, finished: run.finished, user: run.origin.user, host: run.origin.host,
          outcome: run.words,
          instances: plan?.instances.filter { !$0.steps.isEmpty }.map(\.instance) ?? run.steps.keys.sorted(),
          stepsDone: run.steps.values.reduce(0) { $0 + $1.done.count + $1.skipped.count },
          steps: plan?.instances.reduce(0) { $0 + $1.steps.count } ?? 0, commit: run.origin.specs.commit,
          reverts: run.origin.reverts))
    }
    return listings
  }
}

extension StepResult {
  fileprivate var isDone: Bool {
    switch self {
    case .done, .skipped, .doneBefore: true
    case .failed, .left: false
    }
  }
}

extension Execution.RunListing {
  /// `done`, `stopped part-way`, …: the outcome of the instance that went worst.
  fileprivate var words: String {
    guard finished != nil else { return "never finished" }
    return switch ExitStatus.combined(outcomes.map(\.outcome.exitStatus)) {
    case .done: "done"
    case .failed: "failed"
    case .stale: "stale"
    case .locked: "locked"
    case .partWay: "stopped part-way"
    case .differs, .refused, .outsideWindow, .usage: "refused"
    }
  }
}
