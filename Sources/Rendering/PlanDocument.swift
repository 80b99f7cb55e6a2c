import Diagnostics
import Model
import Planner

/// A plan as JSON: addresses as text, absent values as `null`, lists in run order, keys sorted. No secrets: a
/// plan has none.
///
/// - Shape: `docs/reference/json.md`.
package func renderPlanJSON(
  _ plan: Plan, digest: String? = nil, command: String = "holdfast apply", exitStatus: Int
) -> String {
  jsonText(PlanDocument(plan, digest: digest, command: command, exitStatus: exitStatus))
}

private struct PlanDocument: Encodable {
  let formatVersion = jsonFormatVersion
  let kind = "plan"
  let toolVersion: String
  let createdAt: String
  let digest: String?
  let exitStatus: Int
  let origin: String
  let revertedRun: String?
  let specs: SpecsDocument
  let dueOnly: Bool
  let deferRestart: Bool
  let only: [String]
  let summary: SummaryDocument
  let allow: [String]
  let command: String
  let instances: [InstanceDocument]
  let notPlanned: [NotPlannedDocument]
  let released: [String]

  init(_ plan: Plan, digest: String?, command: String, exitStatus: Int) {
    (toolVersion, createdAt) = (plan.toolVersion, plan.createdAt.rfc3339)
    (self.digest, self.exitStatus) = (digest, exitStatus)
    switch plan.origin {
    case .specs: (origin, revertedRun) = ("specs", nil)
    case .revert(let run): (origin, revertedRun) = ("revert", run)
    }
    specs = SpecsDocument(plan.specs)
    (dueOnly, deferRestart, only) = (plan.dueOnly, plan.deferRestart, plan.scope)
    let counts = PlanCounts(plan)
    summary = SummaryDocument(counts, text: counts.planSummary(dueOnly: plan.dueOnly))
    let flags = allowFlags(plan.instances.flatMap(\.hazards))
    (allow, self.command) = (flags, ([command] + flags).joined(separator: " "))
    instances = plan.instances.map { InstanceDocument($0) }
    notPlanned = plan.notPlanned.map(NotPlannedDocument.init)
    released = plan.released
  }
}

struct SpecsDocument: Encodable {
  let digest: String
  let commit: String?
  let dirty: Bool?

  init(_ specs: SpecsIdentity) { (digest, commit, dirty) = (specs.digest, specs.commit, specs.isDirty) }
}

struct SummaryDocument: Encodable {
  let text: String
  let add, change, remove, run, steps, restarts, hazards, alarms, pending: Int
  let instances, changedInstances, differingInstances, failedInstances, skippedInstances: Int

  init(_ counts: PlanCounts, text: String) {
    self.text = text
    (add, change, remove, run) = (counts.add, counts.change, counts.remove, counts.run)
    (steps, restarts, hazards) = (counts.steps, counts.restarts, counts.hazards)
    (alarms, pending) = (counts.alarms, counts.pending)
    (instances, changedInstances) = (counts.instances, counts.changedInstances)
    (differingInstances, failedInstances) = (counts.differingInstances, counts.failed)
    skippedInstances = counts.skipped
  }
}

struct NotPlannedDocument: Encodable {
  let address: String
  let reason: String
  let message: String

  init(_ item: NotPlanned) {
    (address, reason, message) = (item.address.description, item.reason.rawValue, item.message)
  }
}

struct LocationDocument: Encodable {
  let file: String
  let line: Int
  let column: Int

  init(_ location: SourceLocation) { (file, line, column) = (location.file, location.line, location.column) }
}
