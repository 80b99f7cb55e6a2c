import Model
import Planner

/// A plan for people: what, who is affected, when, how it is undone, and which flags it needs; one summary
/// line last.
///
/// - Parameter command: what to type to apply the plan, without the flags of its hazards.
package func renderPlan(_ plan: Plan, style: TextStyle, command: String = "holdfast apply") -> String {
  var page = TextPage(style)
  page.preface(plan)
  for group in instanceGroups(plan.instances, verbose: style.verbose) { page.instance(group) }
  page.notPlanned(plan.notPlanned)
  page.released(plan.released)
  page.allow(plan, command: command)
  let counts = PlanCounts(plan)
  page.gap()
  page.verbatim(
    counts.planSummary(dueOnly: plan.dueOnly), ink: counts.alarms + counts.failed > 0 ? .red : .bold)
  return page.text
}

extension TextPage {
  /// What kind of plan it is, where it isn't simply all that differs.
  fileprivate mutating func preface(_ plan: Plan) {
    for line in plan.limits { self.line(line) }
  }

  mutating func notPlanned(_ list: [NotPlanned]) {
    for (title, reasons) in notPlannedTitles {
      let items = list.filter { $0.reason == reasons }
      guard !items.isEmpty else { continue }
      heading(title)
      let shown =
        style.verbose || items.count <= 12 || items[0].reason != .otherHost ? items[...] : items.prefix(10)
      for item in shown {
        let isError = item.reason != .otherHost
        line(
          "\(item.address): \(item.message)", indent: 2, marker: isError ? "!" : "", ink: isError ? .red : nil
        )
      }
      if shown.count < items.count {
        line("and \(grouped(items.count - shown.count)) more (--verbose lists them)", indent: 2)
      }
    }
  }

  mutating func released(_ addresses: [String]) {
    guard !addresses.isEmpty else { return }
    heading("Released: in the specs before, managed by nobody now")
    for address in addresses { line(address, indent: 2) }
  }

  fileprivate mutating func allow(_ plan: Plan, command: String) {
    let flags = allowFlags(plan.instances.flatMap(\.hazards))
    guard !flags.isEmpty else { return }
    heading("To apply this plan, allow:")
    for line in allowCommand(command, flags) { verbatim(line, indent: 2) }
  }
}

private let notPlannedTitles: [(String, NotPlanned.Reason)] = [
  ("Not planned: not possible as the specs ask", .invalid),
  ("Not planned: protected", .guarded),
  ("Not planned: could not be observed", .notObserved),
  ("Left alone: on other hosts", .otherHost),
]

extension Plan {
  /// What keeps the plan from being simply all that differs, a sentence each.
  var limits: [String] {
    var limits: [String] = []
    if case .revert(let run) = origin { limits.append("This plan takes back run \(run).") }
    if dueOnly { limits.append("Only what time alone makes due is in this plan (--due).") }
    if deferRestart { limits.append("What needs a restart is left pending (--defer restart).") }
    if !scope.isEmpty { limits.append("Only \(enumerated(scope)), and what that needs (--only).") }
    if specs.isDirty == true { limits.append("The specs differ from commit \(specs.commit ?? "HEAD").") }
    return limits
  }
}
