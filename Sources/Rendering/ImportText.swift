import Model
import Planner

/// What an import found and wrote, and the plan that proves it.
package struct ImportReport: Hashable, Sendable {
  /// Something that was asked for and can't be declared.
  package struct Skipped: Hashable, Sendable {
    package var identifier: String
    package var reason: String

    package init(identifier: String, reason: String) { (self.identifier, self.reason) = (identifier, reason) }
  }

  package var platform: String
  /// By path.
  package var files: [String]
  package var instances: Int
  package var declared: Int
  package var skipped: [Skipped]
  /// Of the specs with the files, against the very observation that they were written from.
  package var plan: Plan
  /// The files were only shown.
  package var isDryRun: Bool

  /// What only puts a cluster of this host into Holdfast's hands, with the values that it has.
  package var takeOver: Set<Address> = []

  package init(
    platform: String, files: [String], instances: Int, declared: Int, skipped: [Skipped], plan: Plan, isDryRun: Bool
  ) {
    (self.platform, self.files, self.instances, self.declared) = (platform, files, instances, declared)
    (self.skipped, self.plan, self.isDryRun) = (skipped, plan, isDryRun)
  }

  /// Alarms and what is pending are no differences, nor is a restart that something waits for: they were there before
  /// anybody imported anything.
  package var isFirstPlanEmpty: Bool { differing.isEmpty && plan.notPlanned.isEmpty }

  fileprivate var differing: [InstancePlan] {
    plan.instances.filter { $0.changes.contains { $0.action != .run && !takeOver.contains($0.address) } }
  }

  fileprivate var takesOver: Bool {
    plan.instances.contains { $0.changes.contains { $0.action != .run && takeOver.contains($0.address) } }
  }

  fileprivate var restarting: [String] { plan.instances.filter { !$0.changes.isEmpty }.map(\.instance) }
}

/// The import for people: what was written, what was skipped and why, and whether the first plan is empty.
package func renderImport(_ report: ImportReport, style: TextStyle) -> String {
  var page = TextPage(style)
  for file in report.files { page.verbatim("\(report.isDryRun ? "would write" : "wrote") \(file)") }
  page.gap()
  page.skipped(report.skipped)
  page.gap()
  let already = report.declared == 0 ? "" : "; \(counted(report.declared, "was", plural: "were")) declared already"
  guard report.instances > 0 else {
    page.line("Nothing to import from \(report.platform)\(already).")
    return page.text
  }
  let files = counted(report.files.count, "file")
  page.line("\(counted(report.instances, "instance")) of \(report.platform) in \(files)\(already).")
  page.proof(report)
  return page.text
}

extension TextPage {
  fileprivate mutating func skipped(_ skipped: [ImportReport.Skipped]) {
    for group in grouped(skipped.sorted { ($0.reason, $0.identifier) < ($1.reason, $1.identifier) }, by: \.reason) {
      let names = group.map(\.identifier)
      line("skipped \(listed(names, limit: style.verbose ? names.count : 12)): \(group[0].reason)", marker: "!")
    }
  }

  fileprivate mutating func proof(_ report: ImportReport) {
    guard !report.isFirstPlanEmpty else {
      guard !report.takesOver else {
        let words =
          "The first plan puts the cluster into the hands of Holdfast, in `holdfast.conf`, and changes nothing else."
        return line(words, ink: .green)
      }
      guard !report.restarting.isEmpty else { return line("The first plan is empty.", ink: .green) }
      let names = listed(report.restarting, limit: 12)
      let waiting = "the reload or restart that parameters wait for already: \(names)."
      return line("The first plan is empty but for \(waiting)", ink: .green)
    }
    line("The first plan is not empty:", ink: .red)
    var plan = report.plan
    plan.instances = report.differing
    for group in instanceGroups(plan.instances, verbose: style.verbose) { instance(group) }
    notPlanned(plan.notPlanned)
  }
}
