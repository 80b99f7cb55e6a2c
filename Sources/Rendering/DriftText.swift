import Model
import Planner

/// What differs from the specs, for people: alarms first, then the differences, one summary line last.
///
/// - Parameter plan: the plan that would mend it; nothing of it is run.
package func renderDrift(_ plan: Plan, style: TextStyle) -> String {
  var page = TextPage(style)
  let groups = instanceGroups(plan.instances, verbose: style.verbose)
  page.alarms(groups)
  for group in groups { page.drift(group) }
  page.notPlanned(plan.notPlanned)
  page.released(plan.released)
  let counts = PlanCounts(plan)
  page.gap()
  page.line(counts.driftSummary, ink: counts.alarms + counts.failed > 0 ? .red : .bold)
  return page.text
}

extension TextPage {
  fileprivate mutating func alarms(_ groups: [InstanceGroup]) {
    for group in groups where !group.first.alarms.isEmpty {
      heading(group)
      for alarm in group.first.alarms { self.alarm(alarm, indent: 2) }
    }
  }

  fileprivate mutating func drift(_ group: InstanceGroup) {
    let plan = group.first
    guard !plan.changes.isEmpty || !plan.pending.isEmpty || !plan.notes.isEmpty else { return }
    heading(group)
    differences(plan)
    effects(plan.effects) { $0.driftText(verbose: $1) }
    due(plan)
    pending(plan.pending)
    notes(plan.notes)
  }

  private mutating func differences(_ plan: InstancePlan) {
    let lines = driftLines(plan.changes, verbose: style.verbose)
    let shown = style.verbose ? lines[...] : lines.prefix(mostDriftLines)
    for sentence in shown { line(sentence, indent: 2, marker: "~", ink: .yellow) }
    if shown.count < lines.count {
      line("and \(counted(lines.count - shown.count, "more difference")) (--verbose lists them)", indent: 4)
    }
  }

  private mutating func due(_ plan: InstancePlan) {
    let lines = changeLines(plan.changes.filter { $0.action == .run }, verbose: style.verbose)
    guard !lines.isEmpty else { return }
    gap()
    line("Due, which is no drift:", indent: 2)
    for due in lines { line(due.full, indent: 4, marker: due.marker) }
  }
}

private let mostDriftLines = 60
