import Diagnostics
import Model
import Simulator

/// What a run did on one instance, as its journal tells.
package struct RunRecord: Hashable, Sendable {
  package var plan: InstancePlan
  /// The steps that were begun, done or not: what was begun may have left something.
  package var begun: Set<Int>

  package init(plan: InstancePlan, begun: Set<Int>) { (self.plan, self.begun) = (plan, begun) }
}

/// Makes the plan that undoes a run on one instance: its steps' reverses, the last first.
///
/// A step whose facts hold their values of before has nothing to undo. A fact that holds neither its value of before nor
/// the one the run gave it was moved by somebody since: the revert is refused there, naming it.
///
/// With a scope only the changes at or below one of its addresses are undone.
package func revertInstance(
  _ record: RunRecord, desired: DesiredInstance, observed: Observed, context: PlanContext, scope: [Address] = []
) -> Planned {
  var revert = RevertBuilder(record: record, desired: desired, observed: observed, context: context, scope: scope)
  revert.build()
  return revert.finish()
}

extension RunRecord {
  /// What was in force before the run brought a parameter into the layer: what it falls back to.
  package var fallbacks: [String: String] {
    let facts = plan.steps.flatMap(\.expects)
    var values: [String: String] = [:]
    for fact in facts {
      guard case .runningParameter(let name) = fact.key, values[name] == nil else { continue }
      if facts.contains(Fact(key: .layerParameter(name: name), value: nil)) { values[name] = fact.value }
    }
    return values
  }
}

private struct RevertBuilder {
  let record: RunRecord
  let desired: DesiredInstance
  let observed: Observed
  let context: PlanContext
  let scope: [Address]
  var simulator: Simulator
  var plan: InstancePlan
  var diagnostics: [Diagnostic] = []

  init(record: RunRecord, desired: DesiredInstance, observed: Observed, context: PlanContext, scope: [Address]) {
    (self.record, self.desired, self.observed) = (record, desired, observed)
    (self.context, self.scope) = (context, scope)
    simulator = Simulator(
      observed, pristine: context.planner.pristine(for: desired), now: context.now, fallbacks: record.fallbacks)
    plan = InstancePlan(
      instance: desired.name, summary: context.planner.summary(of: desired, observed: observed),
      systemIdentifier: observed.systemIdentifier)
    plan.nextWindow = observed.managed?.nextWindow
  }

  mutating func build() {
    guard observed.presence == .running || !needsServer else {
      diagnostics.append(
        Diagnostic(
          .platform, message: "`\(desired.name)` isn't running, so that nothing in it can be undone",
          hint: "start it, then revert"))
      return
    }
    for step in inReverse { undo(step) }
  }

  private var needsServer: Bool { record.plan.steps.contains { $0.phase > .start && record.begun.contains($0.id) } }

  /// The last first; but a restart comes after the parameters that it is for.
  private var inReverse: [Step] {
    let steps = record.plan.steps.filter(leftSomething).reversed()
    let restarts = steps.filter { $0.phase == .restart }
    let puts = { (step: Step) in step.phase == .parameters || step.phase == .modify }
    guard steps.contains(where: puts) else { return Array(steps) }
    var order = steps.filter { $0.phase != .restart }
    let index = order.lastIndex(where: puts).map { $0 + 1 } ?? order.endIndex
    order.insert(contentsOf: restarts, at: index)
    return order
  }

  /// A restart that was skipped, since another step's outage had put the values in force, is needed on the way back.
  private func leftSomething(_ step: Step) -> Bool {
    if record.begun.contains(step.id) { return true }
    guard step.phase == .restart, observed.managed != nil, observed.waiting.isEmpty else { return false }
    return record.plan.steps.contains { $0.phase == .parameters && record.begun.contains($0.id) }
  }

  private mutating func undo(_ step: Step) {
    let inScope = step.makes.filter { isInScope(record.plan.changes[$0]) }
    // What only runs, a reload, serves the others of its step.
    let chosen = Set(
      inScope.isEmpty ? [] : step.makes.filter { inScope.contains($0) || record.plan.changes[$0].action == .run })
    let undo = step.undo.filter {
      chosen.contains($0.change) && !staysBecauseOfOwnership($0) && !isInForceForGood($0) && !staysWithGroup($0)
    }
    for lost in undo.compactMap(\.lost).removingRepeats() {
      plan.notes.append(Note(address: plan.address, message: "\(step.title): stays as it is: \(lost)"))
    }
    let effective = undo.filter { !$0.edits.isEmpty }
    let keys = Set(effective.flatMap { record.plan.changes[$0.change].facts.map(\.key) })
    guard !effective.isEmpty, hasEffect(step, keys), holds(step, keys) else { return }
    for case .dropRole(let name) in effective.flatMap(\.edits) { revokeRemains(of: name) }
    append(step, effective, keys)
  }

  /// A role that the run made may have been granted more since, by default privileges or by hand; the server drops no role
  /// that a list still names.
  private mutating func revokeRemains(of role: String) {
    for (name, database) in simulator.observed.databases.sorted(by: { $0.key < $1.key }) {
      let remains = remainingGrants(of: role, in: name, database)
      guard !remains.isEmpty else { continue }
      let before = simulator.observed
      let index = plan.changes.count
      let undo = simulator.applyWithUndo(
        remains.map { AttributedEdit(edit: $0.edit, change: index) }, isNew: false,
        waiting: observed.waiting)
      plan.changes.append(
        Change(
          address: roleAddress(role).appending("privileges", name), action: .remove, facts: remains.map(\.fact),
          reason: "granted since the run; the role is dropped"))
      let body = StepBody(
        phase: .grants, title: "undo: what \(role) was granted in database \(name) since", edits: remains.map(\.edit),
        keys: remains.map(\.fact.key), undo: undo, before: before, changes: [index],
        deadlineSeconds: context.planner.deadlineSeconds(for: remains.map(\.edit)))
      plan.steps.append(step(body))
    }
  }

  private func isInScope(_ change: Change) -> Bool { scope.isEmpty || scope.contains { $0.contains(change.address) } }

  /// A role that owns something by now can't be dropped; saying so beats a transaction that fails.
  private mutating func staysBecauseOfOwnership(_ undo: Undo) -> Bool {
    for case .dropRole(let name) in undo.edits {
      let now = simulator.observed
      let databases = now.databases.filter { $0.value.countOwned(by: name) > 0 }.keys.sorted()
      let shared = now.shared.states.filter { $0.value.owner == name }.keys.sorted()
      guard !databases.isEmpty || !shared.isEmpty else { continue }
      let inside = databases.isEmpty ? [] : ["objects in \(databases.joined(separator: ", "))"]
      let list = (inside + shared.map { "the \($0.kind.words) \($0.name)" }).joined(separator: ", ")
      plan.notes.append(Note(address: roleAddress(name), message: "the role stays: it owns \(list)"))
      return true
    }
    return false
  }

  /// A parameter group that came with a version is in use for good, and so are the values in it.
  private mutating func staysWithGroup(_ undo: Undo) -> Bool {
    let made = record.plan.steps.flatMap(\.work.edits).compactMap { edit -> String? in
      if case .createParameterGroup(let group) = edit { group.name } else { nil }
    }
    let attached = simulator.observed.managed?.settings.values[.parameterGroup]
    if let attached, let removed = undo.edits.lazy.compactMap(\.attachedGroup).first(where: wasRemoved) {
      plan.notes.append(
        Note(
          address: plan.address.appending("parameter"),
          message: "the parameter group \(attached) stays with its values: the one before, \(removed), was deleted"))
      return true
    }
    guard let attached, made.contains(attached), undo.edits.contains(where: \.concernsGroup) else { return false }
    plan.notes.append(
      Note(
        address: plan.address.appending("parameter"),
        message: "the parameter group \(attached) stays with its values: it is in use by the version that stays"))
    return true
  }

  private func wasRemoved(_ group: String) -> Bool {
    record.plan.steps.contains { step in
      record.begun.contains(step.id) && step.work.edits.contains(.removeParameterGroup(name: group))
    }
  }

  /// What waited for the window could be taken back; storage that has grown since and a version that is in force can't.
  private mutating func isInForceForGood(_ undo: Undo) -> Bool {
    for case .setManaged(let member, let values, .window) in undo.edits {
      guard let settings = simulator.observed.managed?.settings(of: member) else { continue }
      for (field, old) in values.sorted(by: { $0.key < $1.key })
      where settings.pending[field] == nil && settings.values[field] != old {
        guard field.oneWay(bringsGroup: values[.version] != nil) != nil else { continue }
        let now = settings.values[field] ?? "not set"
        plan.notes.append(
          Note(
            address: field.address(in: desired.name, member: member),
            message: "\(field.label) stays \(now): it is in force since, and can't be taken back"))
        return true
      }
    }
    return false
  }

  /// Whether anything of the step is left to undo.
  private func hasEffect(_ step: Step, _ keys: Set<FactKey>) -> Bool {
    guard !keys.isEmpty else { return step.phase == .restart || !plan.steps.isEmpty }
    let before = step.expects.values
    return step.achieves.contains { fact in
      // Whether something waits for a restart now, not whether something did.
      if case .awaitsRestart = fact.key {
        return keys.contains(fact.key) && simulator.observed.value(of: fact.key) == "yes"
      }
      return keys.contains(fact.key) && before[fact.key] != fact.value
        && simulator.observed.value(of: fact.key) != before[fact.key] ?? nil
    }
  }

  private mutating func holds(_ step: Step, _ keys: Set<FactKey>) -> Bool {
    let before = step.expects.values
    let moved = step.achieves.filter { fact in
      let now = simulator.observed.value(of: fact.key)
      // A password that nobody may compare tells nothing of what somebody did to it.
      if case .rolePassword = fact.key, now == "unknown" { return false }
      return keys.contains(fact.key) && !simulator.observed.holds(fact) && now != before[fact.key] ?? nil
    }
    for fact in moved {
      let now = simulator.observed.value(of: fact.key) ?? "absent"
      diagnostics.append(
        Diagnostic(
          .conflict,
          message:
            "\(fact.key.address(in: desired.name)): \(fact.key.label) is \(now) by now, the run left \(fact.value ?? "nothing")",
          hint: "somebody changed it since; put it back first, or leave it out with --only"))
    }
    return moved.isEmpty
  }

  private mutating func append(_ step: Step, _ reversed: [Undo], _ keys: Set<FactKey>) {
    let before = simulator.observed
    let first = plan.changes.count
    let makes = step.makes.filter { index in reversed.contains { $0.change == index } }
    let attributed = reversed.reversed().flatMap { undo in
      undo.edits.map { AttributedEdit(edit: $0, change: first + (makes.firstIndex(of: undo.change) ?? 0)) }
    }.reloadingLast(by: \.edit)
    let edits = attributed.map(\.edit)
    let undo = simulator.applyWithUndo(attributed, isNew: false, waiting: observed.waiting)
    plan.changes += makes.map { changed(record.plan.changes[$0], before: before, recorded: step.expects.values) }
    let body = StepBody(
      phase: step.phase, title: "undo: \(step.title)", edits: edits,
      keys: step.achieves.map(\.key).filter(keys.contains),
      undo: undo, before: before, changes: Array(first..<plan.changes.count), deadlineSeconds: step.deadlineSeconds,
      recorded: step.expects.values)
    plan.steps.append(self.step(body))
    diagnostics += context.planner.obstacles(to: edits, observed: before).map {
      Diagnostic(
        .notPermitted, message: "\(plan.address): \($0.message)", hint: "let `connect.apply_user` be a role that may")
    }
  }

  /// What makes one step of a revert different from another.
  private struct StepBody {
    var phase: Phase
    var title: String
    var edits: [Edit]
    var keys: [FactKey]
    var undo: [Undo]
    var before: Observed
    var changes: [Int]
    var deadlineSeconds: Int
    /// What the facts were before the run.
    var recorded: [FactKey: String?] = [:]
  }

  /// What a fact is to be after the undo. A parameter that leaves the layer falls back to what the server's other files
  /// say, which only the record of the run knows.
  private func aim(_ key: FactKey, _ recorded: [FactKey: String?]) -> String? {
    guard case .runningParameter(let name) = key, simulator.observed.layer[name] == nil, let value = recorded[key]
    else {
      return simulator.observed.value(of: key)
    }
    return value
  }

  private func step(_ body: StepBody) -> Step {
    let (before, after) = (body.before, simulator.observed)
    let rewritesLayer = body.edits.contains { if case .setParameter = $0 { true } else { false } }
    return Step(
      id: plan.steps.count + 1, phase: body.phase, title: body.title,
      work: Work(
        edits: body.edits,
        operations: context.planner.render(body.edits, of: desired, before: before, after: after)),
      makes: body.changes, needs: plan.steps.isEmpty ? [] : [plan.steps.count],
      expects: (body.keys + (rewritesLayer ? [.layer] : [])).map { Fact(key: $0, value: before.value(of: $0)) },
      achieves: body.keys.map { Fact(key: $0, value: aim($0, body.recorded)) }
        + settledFact(body.edits, after, beside: body.keys),
      deadlineSeconds: body.deadlineSeconds, hazards: hazards(of: body.edits, before: before),
      timing: timing(body.edits, hazards(of: body.edits, before: before), after: after),
      reverse: reverse(body.undo, desired, before: before, after: after, context), undo: body.undo)
  }

  private func changed(_ change: Change, before: Observed, recorded: [FactKey: String?]) -> Change {
    var change = change
    let wasAskedFor = change.action != .remove
    switch change.action {
    case .add: change.action = .remove
    case .remove: change.action = .add
    case .change, .run: break
    }
    change.facts = change.facts.map { FactChange($0.key, from: before.value(of: $0.key), to: aim($0.key, recorded)) }
    if change.action != .run {
      change.reason = wasAskedFor && change.source != nil ? "the specs still ask for it" : nil
    }
    return change
  }

  private func hazards(of edits: [Edit], before: Observed) -> [Hazard] {
    edits.flatMap { edit in
      Planner.hazards(of: edit, before: before, instance: desired.name)
        + settingHazards(of: edit, before: before, instance: desired.name, planner: context.planner)
        + flushHazards(of: edit, before: before)
    }.removingRepeats()
  }

  /// A setting that is put back at once takes with it what waits.
  private func flushHazards(of edit: Edit, before: Observed) -> [Hazard] {
    guard case .setManaged(let member, let values, .now) = edit, let settings = before.managed?.settings(of: member),
      values.contains(where: { context.planner.timing(of: $0, from: settings.values[$0], to: $1).isDeferrable })
    else { return [] }
    return Planner.flushHazards(settings, of: member, except: Set(values.keys), instance: desired.name)
  }

  private func roleAddress(_ name: String) -> Address { plan.address.appending("access", "role", name) }

  func finish() -> Planned {
    var plan = plan
    plan.notes = plan.notes.removingRepeats()
    plan.effects = effects(from: observed, to: simulator.observed)
    if diagnostics.hasErrors { plan.steps = [] }
    return Planned(plan: plan, diagnostics: diagnostics)
  }
}

extension Edit {
  fileprivate var attachedGroup: String? {
    if case .setManaged(nil, let values, _) = self { values[.parameterGroup] } else { nil }
  }
}

extension [Fact] {
  fileprivate var values: [FactKey: String?] {
    Dictionary(map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
  }
}
