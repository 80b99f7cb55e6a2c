import Model
import Planner

/// What differs from the specs, for people: alarms first, then the differences, one summary line last.
///
/// - Parameter plan: the plan that would mend it; nothing of it is run.
package func renderDrift(_ plan: Plan, style: TextStyle) -> String {
  var page = TextPage(style)
  let groups = instanceGroups(plan.instances, verbose: style.verbose)
  let alarmed = groups.filter { !$0.first.alarms.isEmpty }
  for group in alarmed + groups.filter({ $0.first.alarms.isEmpty }) { page.drift(group) }
  page.notPlanned(plan.notPlanned)
  page.released(plan.released)
  let counts = PlanCounts(plan)
  page.gap()
  page.verbatim(counts.driftSummary, ink: counts.alarms + counts.failed > 0 ? .red : .bold)
  return page.text
}

extension TextPage {
  fileprivate mutating func drift(_ group: InstanceGroup) {
    let plan = group.first
    heading(group)
    for alarm in plan.alarms { self.alarm(alarm, indent: 2) }
    differences(plan)
    effects(plan.effects, isDrift: true)
    due(plan)
    pending(plan.pending)
    notes(plan.notes)
  }

  private mutating func differences(_ plan: InstancePlan) {
    let lines = plan.driftLines(verbose: style.verbose)
    let shown = style.verbose ? lines[...] : lines.prefix(mostDriftLines)
    for sentence in shown { line(sentence, indent: 2, marker: "~", ink: .yellow) }
    if shown.count < lines.count {
      line("and \(counted(lines.count - shown.count, "more difference")) (--verbose lists them)", indent: 4)
    }
  }

  private mutating func due(_ plan: InstancePlan) {
    let lines = changeLines(plan.due, verbose: style.verbose)
    guard !lines.isEmpty else { return }
    gap()
    line("Due, and no drift:", indent: 2)
    for due in lines { line(due.full, indent: 4, marker: due.marker) }
  }
}

private let mostDriftLines = 60
