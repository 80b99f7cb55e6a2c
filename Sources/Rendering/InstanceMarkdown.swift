import Model
import Planner

extension CappedMarkdown {
  /// What one instance's plan does: effects and hazards first, then the table of changes, the steps, what is
  /// pending.
  mutating func plan(_ group: InstanceGroup) {
    let plan = group.first
    bullets("Who is affected", effectGroups(plan.effects).map { $0.text(verbose: false) })
    changes(plan)
    list("Hazards", plan.hazards.map(row))
    list(
      "Steps", plan.steps.map { "\($0.id). \(escapedForMarkdown("\($0.title) (\($0.manner(in: plan)))"))\n" })
    rest(plan)
  }

  /// How one instance differs from the specs.
  mutating func drift(_ group: InstanceGroup) {
    let plan = group.first
    bullets("Differences", plan.driftLines(verbose: false))
    bullets("Who is affected", effectGroups(plan.effects).map { $0.driftText(verbose: false) })
    bullets(
      "Due, and no drift", changeLines(plan.due, verbose: false).map(\.full))
    rest(plan)
  }

  private mutating func changes(_ plan: InstancePlan) {
    let rows = plan.steps.flatMap { step in
      changeLines(plan.changesBegun(by: step), verbose: false).map { row($0, step: step, of: plan) }
    }
    let left = changeLines(plan.changesLeft, verbose: false).map { row($0, step: nil, of: plan) }
    guard !(rows + left).isEmpty, append("| | Change | Why | Step | When |\n|---|---|---|---|---|\n") else {
      return
    }
    _ = append(rows: rows + left, closing: "\n") { "| … | truncated, \(grouped($0)) more | | | |\n" }
  }

  private func row(_ line: ChangeLine, step: Step?, of plan: InstancePlan) -> String {
    let cells = [
      line.text, line.why ?? "", step.map { "\($0.id)" } ?? "", step?.when(in: plan) ?? "left as it is",
    ]
    return "| `\(line.marker)` | " + cells.map { escapedForMarkdown($0) }.joined(separator: " | ") + " |\n"
  }

  private mutating func rest(_ plan: InstancePlan) {
    bullets("Pending, accepted and not in force", plan.pending.map { "\($0.address.short): \($0.words)" })
    bullets(
      "Notes", plan.notes.map { ($0.address.short.isEmpty ? "" : "\($0.address.short): ") + $0.message })
  }

  /// The flag is percent-encoded, so nothing in it can end the span of code.
  private func row(_ hazard: Hazard) -> String {
    "- \(escapedForMarkdown("\(spacedWords(hazard.kind.rawValue)): \(hazard.message)")) — `\(allowFlag(hazard))`\n"
  }

  private mutating func bullets(_ title: String, _ items: [String]) {
    list(title, items.map { "- \(escapedForMarkdown($0))\n" })
  }
}
