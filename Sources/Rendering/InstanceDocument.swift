import Model
import Planner

/// One instance of a plan, for machines.
struct InstanceDocument: Encodable {
  let address: String
  let summary: String
  let systemIdentifier: String?
  let changes: [ChangeDocument]
  let steps: [StepDocument]
  let effects: [EffectDocument]
  let alarms: [AlarmDocument]
  let pending: [PendingDocument]
  let notes: [NoteDocument]
  /// When steps whose timing is `inWindow` come into force; left out where there is no window.
  let nextWindow: String?

  init(_ plan: InstancePlan) {
    (address, summary, systemIdentifier) = (plan.address.description, plan.summary, plan.systemIdentifier)
    let makers = plan.makers
    changes = plan.changes.indices.map {
      ChangeDocument(plan.changes[$0], in: plan.instance, steps: makers[$0] ?? [])
    }
    steps = plan.steps.map(StepDocument.init)
    effects = plan.effects.map(EffectDocument.init)
    alarms = plan.alarms.map(AlarmDocument.init)
    pending = plan.pending.map(PendingDocument.init)
    notes = plan.notes.map(NoteDocument.init)
    nextWindow = plan.nextWindow?.rfc3339
  }
}

extension InstancePlan {
  /// The ids of the steps that make each change, by its index.
  fileprivate var makers: [Int: [Int]] {
    steps.reduce(into: [:]) { makers, step in
      for index in step.makes { makers[index, default: []].append(step.id) }
    }
  }
}

struct ChangeDocument: Encodable {
  let address: String
  let action: String
  let facts: [FactDocument]
  let source: LocationDocument?
  let reason: String?
  let steps: [Int]

  init(_ change: Change, in instance: String, steps: [Int]) {
    (address, action) = (change.address.description, change.action.rawValue)
    facts = change.facts.map { FactDocument($0, in: instance) }
    (source, reason, self.steps) = (change.source.map(LocationDocument.init), change.reason, steps)
  }
}

struct FactDocument: Encodable {
  let address: String
  let field: String
  let before: Explicit
  let after: Explicit
  /// Of privileges: on what and whose.
  let objects: ObjectsDocument?
  let grantee: String?
  let grantor: String?

  init(_ fact: FactChange, in instance: String) {
    (address, field) = (fact.key.address(in: instance).description, fact.key.label)
    (before, after) = (Explicit(fact.before), Explicit(fact.after))
    switch fact.key {
    case .privileges(let group, let grantee, let grantor):
      (objects, self.grantee, self.grantor) = (ObjectsDocument(group), grantee.description, grantor)
    case .defaultPrivileges(_, _, let grantee):
      (objects, self.grantee, grantor) = (nil, grantee.description, nil)
    default: (objects, grantee, grantor) = (nil, nil, nil)
    }
  }
}

struct ObjectsDocument: Encodable {
  let database: String
  let schema: String?
  let kind: String
  let names: [String]

  init(_ group: ObjectGroup) {
    (database, schema) = (group.database, group.schema.isEmpty ? nil : group.schema)
    (kind, names) = (group.kind.rawValue, group.names)
  }
}

struct EffectDocument: Encodable {
  let role: String
  let effect: String
  let privileges: [String]
  let objects: ObjectsDocument
  let through: String?
  let inside: Int?

  init(_ effect: Effect) {
    (role, self.effect) = (effect.role, effect.gains ? "gains" : "loses")
    (privileges, objects, through) = (effect.privileges.keywords, ObjectsDocument(effect.on), effect.through)
    inside = effect.inside
  }
}

struct AlarmDocument: Encodable {
  let kind: String
  let address: String
  let message: String
  let hint: String

  init(_ alarm: Alarm) {
    (kind, address) = (alarm.kind.rawValue, alarm.address.description)
    (message, hint) = (alarm.message, alarm.hint)
  }
}

struct PendingDocument: Encodable {
  let address: String
  let running: Explicit
  let waiting: Explicit
  let until: String

  init(_ pending: Pending) {
    (address, until) = (pending.address.description, pending.until)
    (running, waiting) = (Explicit(pending.running), Explicit(pending.waiting))
  }
}

struct NoteDocument: Encodable {
  let address: String
  let message: String

  init(_ note: Note) { (address, message) = (note.address.description, note.message) }
}
