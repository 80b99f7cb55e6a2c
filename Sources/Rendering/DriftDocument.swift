import Model
import Planner

/// Drift as JSON: the same words as the text in `sentences`, the facts beside them.
package func renderDriftJSON(_ plan: Plan, exitStatus: Int) -> String {
  jsonText(DriftDocument(plan, exitStatus: exitStatus))
}

private struct DriftDocument: Encodable {
  let formatVersion = jsonFormatVersion
  let kind = "drift"
  let toolVersion: String
  let observedAt: String
  let exitStatus: Int
  let specs: SpecsDocument
  let only: [String]
  let summary: SummaryDocument
  let instances: [DriftInstanceDocument]
  let notPlanned: [NotPlannedDocument]
  let released: [String]

  init(_ plan: Plan, exitStatus: Int) {
    (toolVersion, observedAt, self.exitStatus) = (plan.toolVersion, plan.createdAt.rfc3339, exitStatus)
    (specs, only) = (SpecsDocument(plan.specs), plan.scope)
    let counts = PlanCounts(plan)
    summary = SummaryDocument(counts, text: counts.driftSummary)
    instances = plan.instances.map { DriftInstanceDocument($0) }
    notPlanned = plan.notPlanned.map(NotPlannedDocument.init)
    released = plan.released
  }
}

/// `before` of a fact is what is there, `after` what the specs say.
private struct DriftInstanceDocument: Encodable {
  let address: String
  let summary: String
  let inSync: Bool
  let sentences: [String]
  let differences: [ChangeDocument]
  let due: [ChangeDocument]
  let effects: [EffectDocument]
  let alarms: [AlarmDocument]
  let pending: [PendingDocument]
  let notes: [NoteDocument]

  init(_ plan: InstancePlan) {
    (address, summary) = (plan.address.description, plan.summary)
    sentences = plan.driftLines(verbose: false)
    let document = { (change: Change) in ChangeDocument(change, in: plan.instance, steps: []) }
    differences = plan.changes.filter { $0.action != .run }.map(document)
    due = plan.due.map(document)
    inSync = differences.isEmpty && plan.alarms.isEmpty
    effects = plan.effects.map(EffectDocument.init)
    alarms = plan.alarms.map(AlarmDocument.init)
    pending = plan.pending.map(PendingDocument.init)
    notes = plan.notes.map(NoteDocument.init)
  }
}
