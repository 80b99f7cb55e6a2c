import Diagnostics
import Model

/// The parameter group of an instance that a cloud runs, and the restarts that it needs.
extension PlanBuilder {
  /// The version that the instance goes to, or has.
  private var targetVersion: ServerVersion? {
    guard let managed = observed.managed else { return observed.version }
    guard let asked = managed.settings.asked(.version).flatMap({ ServerVersion($0) }) ?? observed.version else {
      return nil
    }
    return desired.targetVersion(from: asked, among: managed.upgradeTargets) ?? asked
  }

  var isMajorUpgrade: Bool {
    guard let inForce = observed.managed?.settings.values[.version].flatMap({ ServerVersion($0) }) else { return false }
    return targetVersion.map { $0.major > inForce.major } ?? false
  }

  var wantedGroup: ParameterGroup? { targetVersion.flatMap { desired.parameterGroup(for: $0) } }

  /// Before anything else: a group is written, and only then attached.
  mutating func makeParameterGroup() {
    guard let wanted = wantedGroup else { return }
    guard let existing = state.group, existing.name == wanted.name else { return add(wanted) }
    guard existing.family == wanted.family || desired.parameters.values == nil else {
      return fail(
        .platform,
        "the parameter group `\(wanted.name)` is of family \(existing.family), and \(wanted.family) is needed",
        at: ManagedField.parameterGroup.address(in: desired.name),
        hint: "name another group in `aws.parameter_group`")
    }
  }

  private mutating func add(_ group: ParameterGroup) {
    // One that is attached is there, whatever is known of it.
    guard state.managed?.settings.asked(.parameterGroup) != group.name else { return }
    guard desired.parameters.values != nil else {
      return fail(
        .platform, "there is no parameter group `\(group.name)`",
        at: ManagedField.parameterGroup.address(in: desired.name),
        hint: "list `parameters:` for Holdfast to make it")
    }
    let change = Change(
      address: address.appending("parameter"), action: .add,
      facts: [FactChange(.parameterGroup(name: group.name), from: nil, to: "present")], source: source(address))
    add(Piece(phase: .prepare, change: change, edits: [.createParameterGroup(group)]))
  }

  /// Groups that Holdfast made for this instance and that nothing uses any more.
  mutating func removeFormerGroups() {
    guard let managed = state.managed else { return }
    for name in managed.formerGroups.sorted() where name != wantedGroup?.name {
      removeGroup(name, phase: .tidy, reason: "not used any more")
    }
  }

  /// They go when the instance is gone, or was gone when an earlier run ended.
  mutating func removeLeftGroups() {
    for name in (state.leftGroups ?? []).sorted() { removeGroup(name, phase: .remove, reason: "its instance is gone") }
  }

  private mutating func removeGroup(_ name: String, phase: Phase, reason: String) {
    let change = Change(
      address: address.appending("parameter"), action: .remove,
      facts: [FactChange(.parameterGroup(name: name), from: "present", to: nil)], reason: reason)
    add(Piece(phase: phase, group: "groups", change: change, edits: [.removeParameterGroup(name: name)]))
  }

  /// One restart at most, of the instance or of each member that waits for one.
  mutating func planManagedRestarts() {
    guard let managed = state.managed else { return }
    let isOurs = desired.parameters.values != nil || desired.managed?.values[.parameterGroup] != nil
    let waiting = state.parameters.filter { $0.value.pendingRestart }.keys.sorted()
    let members: [String?] = [nil] + (managed.members ?? [:]).keys.sorted()
    for member in members where managed.settings(of: member)?.awaitsRestart == true {
      guard isOurs, !context.deferRestart, !context.dueOnly else {
        reportRestart(of: member, waiting)
        continue
      }
      restart(member, waiting)
    }
  }

  private mutating func restart(_ member: String?, _ waiting: [String]) {
    let place = member.map { address.appending("members", $0) } ?? address
    let names = waiting.isEmpty ? "the parameter group" : waiting.joined(separator: ", ")
    let change = Change(
      address: place, action: .run, facts: [FactChange(.awaitsRestart(member: member), from: "yes", to: "no")],
      reason: waiting.isEmpty
        ? "the parameter group comes into force at a restart" : "\(names) can only change at a restart")
    let edit = member.map { Edit.restartMember(name: $0) } ?? .restart
    let hazard = Hazard(.restart, place, "\(names): \(connectionsCut)")
    add(
      Piece(
        phase: .restart, group: member ?? "", change: change, edits: [edit], hazards: [hazard], restartsFor: waiting))
  }

  private mutating func reportRestart(of member: String?, _ waiting: [String]) {
    let place = member.map { address.appending("members", $0) } ?? address
    let known = waiting.filter { state.layer[$0] != nil }
    guard !known.isEmpty else {
      pending.append(
        Pending(address: place, running: nil, waiting: "its parameter group", until: "the next restart"))
      return
    }
    for name in known {
      let item = Pending(
        address: address.appending("parameter", name), running: state.value(of: .runningParameter(name: name)),
        waiting: state.layer[name], until: "the next restart")
      if !pending.contains(item) { pending.append(item) }
    }
  }
}

extension Observed {
  /// The group that the specs want, whether its instance is there or not.
  var group: ParameterGroup? { managed?.group ?? preparedGroup }
}
