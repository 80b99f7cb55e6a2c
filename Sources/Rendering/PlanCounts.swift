import Model
import Planner

/// How much a plan does, counted once for text, Markdown and JSON.
package struct PlanCounts: Hashable, Sendable {
  package private(set) var add = 0
  package private(set) var change = 0
  package private(set) var remove = 0
  package private(set) var run = 0
  package private(set) var steps = 0
  package private(set) var restarts = 0
  package private(set) var hazards = 0
  package private(set) var alarms = 0
  package private(set) var pending = 0
  package private(set) var notes = 0
  /// Differences that documents only report.
  package private(set) var audited = 0
  /// Instances looked at, with steps, with a difference of any kind, and with an alarm.
  package private(set) var instances = 0
  package private(set) var changedInstances = 0
  package private(set) var differingInstances = 0
  package private(set) var alarmedInstances = 0
  package private(set) var skipped = 0
  /// Not observed, or not possible as the specs ask.
  package private(set) var failed = 0

  package init(_ plan: Plan) {
    for instance in plan.instances { count(instance) }
    skipped = plan.notPlanned.count { $0.reason == .otherHost }
    failed = plan.notPlanned.count - skipped
  }

  init(_ plan: InstancePlan) { count(plan) }

  /// Without what time makes due: a backup that is due is no difference.
  package var differences: Int { add + change + remove }

  private mutating func count(_ plan: InstancePlan) {
    for item in plan.changes { count(item.action) }
    steps += plan.steps.count
    restarts += plan.steps.count { $0.phase == .restart }
    hazards += Set(plan.hazards.map(allowFlag)).count
    alarms += plan.alarms.count
    pending += plan.pending.count
    notes += plan.notes.count
    audited += plan.notes.count(where: \.isDifference)
    instances += 1
    changedInstances += plan.changes.isEmpty ? 0 : 1
    alarmedInstances += plan.alarms.isEmpty ? 0 : 1
    differingInstances += plan.alarms.isEmpty && !plan.changes.contains { $0.action != .run } ? 0 : 1
  }

  private mutating func count(_ action: Change.Action) {
    switch action {
    case .add: add += 1
    case .change: change += 1
    case .remove: remove += 1
    case .run: run += 1
    }
  }
}

extension PlanCounts {
  /// `12 to add, 3 to change`; what is zero is left out.
  var changesText: String {
    [(add, "to add"), (change, "to change"), (remove, "to remove"), (run, "to run")].filter { $0.0 > 0 }
      .map { "\(grouped($0.0)) \($0.1)" }.joined(separator: ", ")
  }

  /// `7 steps, 1 restart, 2 hazards, 1 alarm`
  var workText: String {
    var parts = [counted(steps, "step")]
    if restarts > 0 { parts.append(counted(restarts, "restart")) }
    if hazards > 0 { parts.append(counted(hazards, "hazard")) }
    if alarms > 0 { parts.append(counted(alarms, "alarm")) }
    return parts.joined(separator: ", ")
  }

  /// What is to be done on one instance.
  var planExtent: String { [changesText, workText].filter { !$0.isEmpty }.joined(separator: "; ") }

  /// How far one instance is from the specs.
  var driftExtent: String {
    let found = [(differences, "difference"), (alarms, "alarm")].filter { $0.0 > 0 }.map {
      counted($0.0, $0.1)
    }
    return found.isEmpty ? "as the specs say" : enumerated(found)
  }

  /// The one line that says what a plan comes to.
  func planSummary(dueOnly: Bool) -> String {
    guard steps + differences + run == 0 else {
      return
        "Plan: \(changesText) in \(counted(changedInstances, "instance")); \(workText).\(leftOut("planned"))"
    }
    if alarms > 0 {
      return
        "Nothing to apply, but \(counted(alarms, "alarm")) in \(alarmedInstances) of \(counted(instances, "instance")).\(leftOut("planned"))"
    }
    if dueOnly { return "Nothing is due in \(counted(instances, "instance")).\(leftOut("planned"))" }
    if instances == 0 { return "No instance was planned.\(leftOut("planned"))" }
    if notes > 0 {
      return
        "Nothing to apply in \(counted(instances, "instance")); see the \(notes == 1 ? "note" : "notes") above.\(leftOut("planned"))"
    }
    return
      "No changes. \(counted(instances, "instance")) \(instances == 1 ? "is" : "are") as the specs say.\(leftOut("planned"))"
  }

  /// `Drift: 2 differences and 1 alarm in 1 of 3 instances.`
  var driftSummary: String {
    guard differences + alarms > 0 else {
      if instances == 0 { return "No instance was compared.\(leftOut("compared"))" }
      if audited > 0 {
        let differences = counted(audited, "difference")
        return "Drift: \(differences) in \(counted(instances, "instance")), for audit only.\(leftOut("compared"))"
      }
      if notes > 0 {
        return
          "No drift in \(counted(instances, "instance")); see the \(notes == 1 ? "note" : "notes") above.\(leftOut("compared"))"
      }
      return
        "No drift. \(counted(instances, "instance")) \(instances == 1 ? "is" : "are") as the specs say.\(leftOut("compared"))"
    }
    let place = "\(grouped(differingInstances)) of \(counted(instances, "instance"))"
    return "Drift: \(driftExtent) in \(place).\(leftOut("compared"))"
  }

  private func leftOut(_ deed: String) -> String {
    (failed > 0 ? " \(counted(failed, "instance")) could not be \(deed)." : "")
      + (skipped > 0 ? " \(counted(skipped, "instance")) of other hosts left alone." : "")
  }
}
