import Model
import Planner

/// What a caller of Markdown adds to the plan.
package struct MarkdownFrame: Hashable, Sendable {
  package var title: String
  /// The digest that the saved plan bears, and until when it may be applied.
  package var digest: String?
  package var expires: String?
  /// What applies the plan, without the flags of its hazards.
  package var command: String

  package init(
    title: String, digest: String? = nil, expires: String? = nil, command: String = "holdfast apply"
  ) {
    (self.title, self.digest, self.expires, self.command) = (title, digest, expires, command)
  }
}

/// A plan for a pull request: summary and flags first, then alarms, then each instance folded; at most 60,000
/// characters.
package func renderMarkdown(_ plan: Plan, frame: MarkdownFrame) -> String {
  let counts = PlanCounts(plan)
  var page = CappedMarkdown()
  _ = page.append(
    "### \(escapedForMarkdown(frame.title))\n\n**\(escapedForMarkdown(counts.planSummary(dueOnly: plan.dueOnly)))**\n\n"
  )
  for limit in plan.limits { _ = page.append("_\(escapedForMarkdown(limit))_\n\n") }
  page.command(plan, frame)
  page.alarms(plan.instances)
  page.instances(plan.instances, extent: \.planExtent) { page, group in page.plan(group) }
  page.notPlanned(plan.notPlanned)
  page.list(
    "Released: in the specs before, managed by nobody now",
    plan.released.map { "- \(escapedForMarkdown($0))\n" })
  page.close(frame.footer)
  return page.text
}

/// Drift for an issue or a chat: alarms first, then each instance folded; at most 60,000 characters.
package func renderDriftMarkdown(_ plan: Plan, title: String) -> String {
  var page = CappedMarkdown()
  _ = page.append(
    "### \(escapedForMarkdown(title))\n\n**\(escapedForMarkdown(PlanCounts(plan).driftSummary))**\n\n")
  page.alarms(plan.instances)
  page.instances(plan.instances, extent: \.driftExtent) { page, group in page.drift(group) }
  page.notPlanned(plan.notPlanned)
  page.list(
    "Released: in the specs before, managed by nobody now",
    plan.released.map { "- \(escapedForMarkdown($0))\n" })
  return page.text
}

extension MarkdownFrame {
  fileprivate var footer: String {
    let parts = [
      digest.map { "Plan `\(escapedForMarkdown($0))`" },
      expires.map { "may be applied until \(escapedForMarkdown($0))" },
    ]
    let text = parts.compactMap { $0 }.joined(separator: ", ")
    return text.isEmpty ? "" : "<sub>\(text)</sub>\n"
  }
}

extension CappedMarkdown {
  fileprivate mutating func command(_ plan: Plan, _ frame: MarkdownFrame) {
    guard !plan.isEmpty else { return }
    let flags = allowFlags(plan.instances.flatMap(\.hazards))
    let title =
      flags.isEmpty
      ? "To apply:" : "To apply, allowing \(counted(plan.instances.flatMap(\.hazards).count, "hazard")):"
    let block = "\(title)\n\n" + codeBlock(allowCommand(frame.command, flags)) + "\n"
    if block.unicodeScalars.count > Self.most / 3 || !append(block) {
      _ = append("\(title) the flags are too many to show here; `holdfast show` lists them.\n\n")
    }
  }

  fileprivate mutating func alarms(_ plans: [InstancePlan]) {
    let rows = plans.flatMap { plan in
      plan.alarms.map { alarm in
        let words = "\(spacedWords(alarm.kind.rawValue)): \(alarm.message)"
        return
          "- ❗ \(escapedForMarkdown(alarm.address.description)): \(escapedForMarkdown(words)). \(escapedForMarkdown(alarm.hint))\n"
      }
    }
    list("Alarms", rows)
  }

  fileprivate mutating func notPlanned(_ items: [NotPlanned]) {
    let failed = items.filter { $0.reason != .otherHost }
    list("Not planned", failed.map { "- ❗ \(escapedForMarkdown("\($0.address): \($0.message)"))\n" })
    let elsewhere = items.count - failed.count
    if elsewhere > 0 { _ = append("\(counted(elsewhere, "instance")) of other hosts left alone.\n\n") }
  }

  mutating func list(_ title: String, _ rows: [String]) {
    guard !rows.isEmpty, append("**\(title)**\n\n") else { return }
    _ = append(rows: rows, closing: "\n") { "- … truncated, \(grouped($0)) more\n" }
  }

  fileprivate mutating func instances(
    _ plans: [InstancePlan], extent: (PlanCounts) -> String,
    body: (inout CappedMarkdown, InstanceGroup) -> Void
  ) {
    let groups = instanceGroups(plans, verbose: false)
    for (index, group) in groups.enumerated() {
      let counts = PlanCounts(group.first)
      let alike = group.plans.count > 1 ? " (\(counted(group.plans.count, "instance")), alike)" : ""
      let summary = "\(group.names(limit: 4))\(alike): \(extent(counts))"
      guard
        append(
          "<details><summary>\(escapedForMarkdown(summary))</summary>\n\n\(escapedForMarkdown(group.summary))\n\n"
        )
      else {
        close(
          "\n**Truncated, \(counted(groups.count - index, "more instance")): run `holdfast plan` or see the saved plan.**\n"
        )
        return
      }
      body(&self, group)
      close("</details>\n\n")
    }
  }
}
