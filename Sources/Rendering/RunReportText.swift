/// What a finished apply or revert comes to.
package struct RunSummary: Hashable, Sendable {
  package var run: String
  package var seconds: Double
  package var exitStatus: Int
  package var instances: [ReportLine]
  /// The command that goes on where the run stopped; `nil` where nothing is left.
  package var next: String?
  /// Where the journal is.
  package var journal: String
  /// When and by which run all of the plan had been done before: `at 2026-11-22 14:03:11 UTC by run …`.
  package var appliedBefore: String?

  package init(
    run: String, seconds: Double, exitStatus: Int, instances: [ReportLine], next: String? = nil,
    journal: String, appliedBefore: String? = nil
  ) {
    (self.run, self.seconds, self.exitStatus) = (run, seconds, exitStatus)
    (self.instances, self.next, self.journal) = (instances, next, journal)
    self.appliedBefore = appliedBefore
  }
}

/// What became of one instance in a run.
package struct ReportLine: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    case done
    /// `leftNothing`: the failing step is known to have changed nothing.
    case failed(step: Int, message: String, hint: String?, leftNothing: Bool)
    /// Facts that moved since the plan, a sentence each.
    case stale([String])
    case locked(message: String)
    /// Stopped before the next step, as the user asked.
    case interrupted
    /// All steps ran, and these facts are not as the plan said.
    case notAchieved([String])
    /// Nothing was begun: a secret, a permission or the instance itself is missing.
    case refused(message: String, hint: String?)
  }

  package var instance: String
  package var outcome: Outcome
  /// Titles of the steps done, those found already so included, and of those not run.
  package var done: [String]
  package var left: [String]
  /// Differences that appeared while the run was on.
  package var newSincePlan: [String]

  package init(
    instance: String, outcome: Outcome, done: [String], left: [String] = [], newSincePlan: [String] = []
  ) {
    (self.instance, self.outcome, self.done, self.left) = (instance, outcome, done, left)
    self.newSincePlan = newSincePlan
  }
}

/// The end of an apply for people: what is done, what is left, how to go on, one summary line last.
package func renderRunReport(_ summary: RunSummary, style: TextStyle) -> String {
  var page = TextPage(style)
  for line in summary.instances where style.verbose || !line.isPlain { page.report(line) }
  page.gap()
  if let next = summary.next {
    page.line("To go on:")
    page.verbatim(next, indent: 2)
  }
  page.line("Journal: \(summary.journal), run \(summary.run)")
  page.line(summary.words, ink: summary.exitStatus == 0 ? .bold : .red)
  return page.text
}

extension TextPage {
  fileprivate mutating func report(_ report: ReportLine) {
    heading("instance/\(report.instance): \(report.outcome.word)")
    outcome(report.outcome)
    steps("done", report.done, marker: "✓")
    steps("left", report.left, marker: "·")
    facts("new since the plan", report.newSincePlan)
  }

  private mutating func outcome(_ outcome: ReportLine.Outcome) {
    switch outcome {
    case .done, .interrupted: break
    case .failed(let step, let message, let hint, let leftNothing):
      line("step \(step): \(message)", indent: 2, marker: "!", ink: .red)
      line(leftNothing ? "the step changed nothing" : "the step may have changed something", indent: 4)
      if let hint { line(hint, indent: 4, marker: "→") }
    case .stale(let moved): facts("changed since the plan; nothing was done", moved)
    case .locked(let message): line(message, indent: 2, marker: "!", ink: .red)
    case .notAchieved(let facts): self.facts("not as the plan said", facts)
    case .refused(let message, let hint):
      line(message, indent: 2, marker: "!", ink: .red)
      if let hint { line(hint, indent: 4, marker: "→") }
    }
  }

  private mutating func steps(_ title: String, _ titles: [String], marker: String) {
    guard !titles.isEmpty else { return }
    line("\(title): \(counted(titles.count, "step"))", indent: 2)
    for title in titles { line(title, indent: 4, marker: marker) }
  }

  private mutating func facts(_ title: String, _ facts: [String]) {
    guard !facts.isEmpty else { return }
    line("\(title):", indent: 2)
    for fact in facts { line(fact, indent: 4, marker: "!", ink: .red) }
  }
}

extension ReportLine {
  /// Nothing but the number of its steps is worth a line.
  fileprivate var isPlain: Bool { outcome == .done && newSincePlan.isEmpty }
}

extension ReportLine.Outcome {
  /// The stable word of JSON.
  var key: String {
    switch self {
    case .done: "done"
    case .failed: "failed"
    case .stale: "stale"
    case .locked: "locked"
    case .interrupted: "interrupted"
    case .notAchieved: "notAchieved"
    case .refused: "refused"
    }
  }

  var word: String {
    switch self {
    case .done: "done"
    case .failed: "FAILED"
    case .stale: "REFUSED, the plan is stale"
    case .locked: "REFUSED, locked by another run"
    case .interrupted: "STOPPED, as asked"
    case .notAchieved: "FAILED, done but not as planned"
    case .refused: "REFUSED, nothing was begun"
    }
  }
}

extension RunSummary {
  /// `Done: 7 steps in 2 instances, 12 s.`
  fileprivate var words: String {
    if let appliedBefore { return "Already applied \(appliedBefore); nothing was done." }
    let (done, left) = (
      instances.reduce(0) { $0 + $1.done.count }, instances.reduce(0) { $0 + $1.left.count }
    )
    let good = instances.count { $0.outcome == .done }
    let time = duration(seconds)
    if good == instances.count {
      // Those that were as they should be are no part of what was done.
      let changed = instances.count { !$0.done.isEmpty }
      return "Done: \(counted(done, "step")) in \(counted(changed > 0 ? changed : good, "instance")), \(time)."
    }
    let steps = "\(counted(done, "step")) done, \(grouped(left)) left"
    return "Not done: \(steps); \(grouped(good)) of \(counted(instances.count, "instance")) done, \(time)."
  }
}
