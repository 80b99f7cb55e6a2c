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
package func revertInstance(
  _ record: RunRecord, desired: DesiredInstance, observed: Observed, context: PlanContext
) -> Planned {
  var revert = RevertBuilder(record: record, desired: desired, observed: observed, context: context)
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
  var simulator: Simulator
  var plan: InstancePlan
  var diagnostics: [Diagnostic] = []

  init(record: RunRecord, desired: DesiredInstance, observed: Observed, context: PlanContext) {
    (self.record, self.desired, self.observed, self.context) = (record, desired, observed, context)
    simulator = Simulator(
      observed, pristine: context.planner.pristine(for: desired), now: context.now, fallbacks: record.fallbacks)
    plan = InstancePlan(
      instance: desired.name, summary: context.planner.summary(of: desired, observed: observed),
      systemIdentifier: observed.systemIdentifier)
  }

  mutating func build() {
    guard observed.presence == .running || !needsServer else {
      diagnostics.append(
        Diagnostic(.platform, message: "`\(desired.name)` isn't running, so that nothing in it can be undone", hint: "start it, then revert"))
      return
    }
    for step in inReverse { undo(step) }
  }

  private var needsServer: Bool { record.plan.steps.contains { $0.phase > .start && record.begun.contains($0.id) } }

  /// The last first; but a restart comes after the parameters that it is for.
  private var inReverse: [Step] {
    let steps = record.plan.steps.filter { record.begun.contains($0.id) }.reversed()
    let restarts = steps.filter { $0.phase == .restart }
    guard steps.contains(where: { $0.phase == .parameters }) else { return Array(steps) }
    var order = steps.filter { $0.phase != .restart }
    let index = order.lastIndex { $0.phase == .parameters }.map { $0 + 1 } ?? order.endIndex
    order.insert(contentsOf: restarts, at: index)
    return order
  }

  private mutating func undo(_ step: Step) {
    let work: Work
    switch step.reverse {
    case .exact(let exact): work = exact
    case .partial(let partial, let lost):
      work = partial
      plan.notes.append(Note(address: plan.address, message: "\(step.title): \(lost) is not brought back"))
    case .forwardOnly(let reason):
      plan.notes.append(Note(address: plan.address, message: "\(step.title): stays as it is: \(reason)"))
      return
    }
    guard hasEffect(step), holds(step) else { return }
    append(step, work)
  }

  /// Whether anything of the step is left to undo.
  private func hasEffect(_ step: Step) -> Bool {
    if step.achieves.isEmpty { return !plan.steps.isEmpty || step.phase == .restart }
    return zip(step.expects, step.achieves).contains { before, after in
      before.value != after.value && simulator.observed.value(of: after.key) != before.value
    }
  }

  private mutating func holds(_ step: Step) -> Bool {
    let before = Dictionary(step.expects.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    let moved = step.achieves.filter { fact in
      let now = simulator.observed.value(of: fact.key)
      return now != fact.value && now != before[fact.key] ?? nil
    }
    for fact in moved {
      diagnostics.append(
        Diagnostic(
          .conflict,
          message: "\(fact.key.address(in: desired.name)): \(fact.key.label) is \(fact.value(in: simulator.observed)) by now, the run left \(fact.value ?? "nothing")",
          hint: "somebody changed it since; put it back first, or leave it out with --only"))
    }
    return moved.isEmpty
  }

  private mutating func append(_ step: Step, _ work: Work) {
    let before = simulator.observed
    let opposites = simulator.applyWithOpposites(work.edits, isNew: false)
    let after = simulator.observed
    let rewritesLayer = work.edits.contains { if case .setParameter = $0 { true } else { false } }
    let keys = step.achieves.map(\.key)
    let first = plan.changes.count
    plan.changes += changes(of: step, before: before, after: after)
    let back = opposites.undoing
    let lost = opposites.compactMap(\.lost).removingRepeats()
    var again = Simulator(after, pristine: context.planner.pristine(for: desired), now: context.now)
    again.apply(back)
    let redo = Work(
      edits: back, operations: context.planner.operations(for: back, of: desired, before: after, after: again.observed))
    plan.steps.append(
      Step(
        id: plan.steps.count + 1, phase: step.phase, title: "undo: \(step.title)",
        work: Work(
          edits: work.edits,
          operations: context.planner.operations(for: work.edits, of: desired, before: before, after: after)),
        makes: Array(first..<plan.changes.count), needs: plan.steps.isEmpty ? [] : [plan.steps.count],
        expects: (keys + (rewritesLayer ? [.layer] : [])).map { Fact(key: $0, value: before.value(of: $0)) },
        achieves: keys.map { Fact(key: $0, value: after.value(of: $0)) }, deadlineSeconds: step.deadlineSeconds,
        hazards: hazards(of: work.edits), timing: work.edits.contains(.restart) ? .nowWithRestart : .now,
        reverse: lost.isEmpty ? .exact(work: redo) : .partial(work: redo, lost: lost.joined(separator: "; "))))
    for edit in work.edits {
      diagnostics += context.planner.obstacles(to: [edit], observed: before).map {
        Diagnostic(.notPermitted, message: "\(plan.address): \($0.message)", hint: "let `connect.apply_user` be a role that may")
      }
    }
  }

  private func changes(of step: Step, before: Observed, after: Observed) -> [Change] {
    step.makes.map { record.plan.changes[$0] }.map { change in
      var change = change
      switch change.action {
      case .add: change.action = .remove
      case .remove: change.action = .add
      case .change, .run: break
      }
      change.facts = change.facts.map { FactChange($0.key, from: before.value(of: $0.key), to: after.value(of: $0.key)) }
      change.reason = change.source.map { "the specs still ask for it: \($0.file):\($0.line)" }
      return change
    }
  }

  private func hazards(of edits: [Edit]) -> [Hazard] {
    edits.compactMap { edit in
      switch edit {
      case .restart: Hazard(.restart, plan.address, "client connections are cut")
      case .stopInstance: Hazard(.stop, plan.address, "client connections are cut")
      case .revoke(let group, let grantee, _, let privileges, _):
        Hazard(.accessLoss, group.address(in: desired.name), "\(grantee) loses \(privileges)")
      case .revokeMembership(let edge):
        Hazard(.accessLoss, roleAddress(edge.member), "\(edge.member) is no longer a member of \(edge.role)")
      case .dropRole(let name): Hazard(.accessLoss, roleAddress(name), "\(name) is removed with all its access")
      default: nil
      }
    }.removingRepeats()
  }

  private func roleAddress(_ name: String) -> Address { plan.address.appending("access", "role", name) }

  func finish() -> Planned {
    var plan = plan
    plan.effects = effects(from: observed, to: simulator.observed)
    if diagnostics.hasErrors { plan.steps = [] }
    return Planned(plan: plan, diagnostics: diagnostics)
  }
}

extension Fact {
  fileprivate func value(in observed: Observed) -> String { observed.value(of: key) ?? "absent" }
}
