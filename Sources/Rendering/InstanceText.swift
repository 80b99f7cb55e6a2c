import Model
import Planner

/// Instances whose plans read the same, so that a change of a whole fleet is read once.
struct InstanceGroup {
  var plans: [InstancePlan]

  var first: InstancePlan { plans[0] }

  /// `instance/a, instance/b and 498 more`
  func names(limit: Int) -> String { listed(plans.map(\.address.description), limit: limit) }

  var summary: String { listed(grouped(plans.map(\.summary)) { $0 }.map { $0[0] }, limit: 2) }
}

/// The instances of which there is something to say, those alike together.
func instanceGroups(_ plans: [InstancePlan], verbose: Bool) -> [InstanceGroup] {
  let told = plans.filter { !$0.isQuiet }
  if verbose { return told.map { InstanceGroup(plans: [$0]) } }
  return grouped(told, by: \.likeness).map(InstanceGroup.init)
}

extension InstancePlan {
  var isQuiet: Bool { changes.isEmpty && steps.isEmpty && alarms.isEmpty && pending.isEmpty && notes.isEmpty }

  /// The changes that a step is the first to make.
  func changesBegun(by step: Step) -> [Change] {
    step.makes.filter { index in steps.first { $0.makes.contains(index) }?.id == step.id }.map { changes[$0] }
  }

  /// Changes that no step makes: what is left out by choice.
  var changesLeft: [Change] {
    let made = Set(steps.flatMap(\.makes))
    return changes.indices.filter { !made.contains($0) }.map { changes[$0] }
  }

  /// The plan without what names the instance, and without what only `--verbose` shows.
  fileprivate var likeness: InstancePlan {
    var plan = self
    (plan.instance, plan.summary, plan.systemIdentifier) = ("", "", nil)
    for index in changes.indices { plan.changes[index].address = changes[index].address.nameless }
    for index in steps.indices { plan.steps[index] = steps[index].likeness }
    for index in alarms.indices { plan.alarms[index].address = alarms[index].address.nameless }
    for index in pending.indices { plan.pending[index].address = pending[index].address.nameless }
    for index in notes.indices { plan.notes[index].address = notes[index].address.nameless }
    return plan
  }
}

extension Step {
  fileprivate var likeness: Step {
    var step = self
    (step.work.edits, step.expects, step.achieves, step.undo) = ([], [], [], [])
    step.work.operations = []
    switch reverse {
    case .exact: step.reverse = .exact(operations: [])
    case .partial(_, let lost): step.reverse = .partial(operations: [], lost: lost)
    case .forwardOnly: break
    }
    for index in hazards.indices { step.hazards[index].address = hazards[index].address.nameless }
    return step
  }
}

extension Address {
  fileprivate var nameless: Address {
    instanceName == nil ? self : Address(["instance", ""] + segments.dropFirst(2))
  }
}

extension TextPage {
  /// The plan of one instance, or of several alike.
  mutating func instance(_ group: InstanceGroup) {
    let plan = group.first
    heading(group)
    for alarm in plan.alarms { self.alarm(alarm, indent: 2) }
    effects(plan.effects, isDrift: false)
    for step in plan.steps {
      gap()
      self.step(step, of: plan, changes: plan.changesBegun(by: step), indent: 2)
    }
    left(plan.changesLeft)
    pending(plan.pending)
    notes(plan.notes)
  }

  mutating func heading(_ group: InstanceGroup) {
    let names = group.names(limit: style.verbose ? .max : 4)
    let alike =
      group.plans.count > 1
      ? " (\(counted(group.plans.count, "instance")), alike; flags shown for the first)" : ""
    heading(names + alike)
    line(group.summary, indent: 2, ink: .faint)
  }

  mutating func alarm(_ alarm: Alarm, indent: Int) {
    let place = alarm.address.short.isEmpty ? "" : " (\(alarm.address.short))"
    line(
      "ALARM \(spacedWords(alarm.kind.rawValue))\(place): \(alarm.message)", indent: indent, marker: "!",
      ink: .red)
    line(alarm.hint, indent: indent + 2, marker: "→")
  }

  /// Who is affected: by the plan, losses first; or already, by what differs.
  mutating func effects(_ effects: [Effect], isDrift: Bool) {
    guard !effects.isEmpty else { return }
    gap()
    line("Who is affected:", indent: 2)
    let groups = effectGroups(effects)
    let shown = style.verbose ? groups[...] : groups.prefix(20)
    for group in shown {
      let text = isDrift ? group.driftText(verbose: style.verbose) : group.text(verbose: style.verbose)
      let isMore = group.gains != isDrift
      line(text, indent: 4, marker: isMore ? "+" : "-", ink: isMore ? .green : .red)
    }
    if shown.count < groups.count {
      line("and \(grouped(groups.count - shown.count)) more (--verbose lists them)", indent: 6)
    }
  }

  private mutating func left(_ changes: [Change]) {
    guard !changes.isEmpty else { return }
    gap()
    line("Left as it is by this plan:", indent: 2)
    for change in changeLines(changes, verbose: style.verbose) {
      line(change.full, indent: 4, marker: change.marker, ink: change.ink)
    }
  }

  mutating func pending(_ pending: [Pending]) {
    guard !pending.isEmpty else { return }
    gap()
    line("Pending: not in force yet, and no difference:", indent: 2)
    for item in pending { line("\(item.address.short): \(item.words)", indent: 4) }
  }

  mutating func notes(_ notes: [Note]) {
    guard !notes.isEmpty else { return }
    gap()
    line("Notes:", indent: 2)
    for note in notes {
      line((note.address.short.isEmpty ? "" : "\(note.address.short): ") + note.message, indent: 4)
    }
  }
}

extension Pending {
  /// `128MB in force, 256MB waits for the next restart`
  var words: String {
    let later = waiting.map { shown($0) } ?? "its reset"
    return "\(running.map { "\(shown($0)) in force, " } ?? "")\(later) waits for \(until)"
  }
}
