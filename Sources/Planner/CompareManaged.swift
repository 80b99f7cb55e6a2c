import Diagnostics
import Model

/// An instance that a cloud runs: its settings, members, labels, parameter group and backups.
extension PlanBuilder {
  mutating func compareManaged() {
    guard let wanted = desired.managed, let managed = state.managed else { return }
    guard wanted.isCluster == (managed.members != nil) else { return failKind(wanted) }
    reportActivity(managed)
    renameInstance(wanted, managed)
    makeParameterGroup()
    compareParameters()
    compareSettings()
    compareLabels()
    compareMembers()
    planManagedRestarts()
    compareManagedBackups()
    removeFormerGroups()
    for entry in managed.maintenance { note(address, "the cloud will do by itself: \(entry)") }
  }

  private mutating func failKind(_ wanted: DesiredManaged) {
    fail(
      .platform,
      wanted.isCluster
        ? "`\(wanted.identifier)` is a plain instance, and its spec lists members"
        : "`\(wanted.identifier)` is a cluster, and its spec lists no members",
      at: address.appending("members"),
      hint: "an instance never becomes a cluster in place: restore a snapshot of it under another name")
  }

  private mutating func reportActivity(_ managed: ManagedState) {
    report(managed.activity, managed.status, at: address)
    for (name, member) in (managed.members ?? [:]).sorted(by: { $0.key < $1.key }) {
      report(member.activity, member.status, at: address.appending("members", name))
    }
  }

  private mutating func report(_ activity: ManagedState.Activity, _ status: String, at place: Address) {
    switch activity {
    case .settled: break
    case .busy: note(place, "it is \(status) now: steps wait until that is over")
    case .broken(let hint):
      alarms.append(Alarm(.broken, place, message: "it is \(status), and will not get better by itself", hint: hint))
    }
  }

  private mutating func renameInstance(_ wanted: DesiredManaged, _ managed: ManagedState) {
    guard managed.identifier != wanted.identifier else { return }
    let change = Change(
      address: address, action: .change,
      facts: [FactChange(.identifier, from: managed.identifier, to: wanted.identifier)], source: source(address),
      reason: "renamed from \(managed.identifier)")
    let edits = [Edit.renameInstance(from: managed.identifier, to: wanted.identifier)]
    let flushed = newFlushHazards(managed.settings, of: nil, except: [])
    add(Piece(phase: .modify, group: "name", change: change, edits: edits, hazards: risks(of: edits) + flushed))
  }

  /// Labels are set; tags that no label declares are left alone.
  private mutating func compareLabels() {
    for (name, value) in desired.labels.sorted(by: { $0.key < $1.key }) {
      let before = state.managed?.tags[name]
      guard before != value else { continue }
      let place = address.appending("labels", name)
      let change = Change(
        address: place, action: before == nil ? .add : .change,
        facts: [FactChange(.tag(name: name), from: before, to: value)], source: source(place))
      add(Piece(phase: .modify, group: "labels", change: change, edits: [.setTag(name: name, value: value)]))
    }
  }
}
