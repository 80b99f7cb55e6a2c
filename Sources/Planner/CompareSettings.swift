import Diagnostics
import Model

/// One setting that is not what the specs ask for, or not yet.
private struct SettingDifference {
  var member: String?
  var field: ManagedField
  var target: String
  var settings: ManagedSettings
  var timing: ManagedTiming
  var moment: ManagedMoment

  /// The version to be asked for with it.
  var version: String?

  var isUpgrade: Bool { field == .version || field == .parameterGroup }

  var asked: String? { settings.asked(field) }
  var inForce: String? { settings.values[field] }
  /// What waits is taken back: the value in force is the right one.
  var takesBack: Bool { inForce == target }

  /// Settings of one group are changed by one call.
  var group: String {
    let whose = member.map { "of \($0) " } ?? ""
    // A new version brings its parameter group along, and nothing else.
    if field == .version || field == .parameterGroup && timing != .atOnce { return whose + "with the version" }
    if takesBack { return whose + "back before the window" }
    guard moment == .now else { return whose + "in the window" }
    return whose + (timing.isOutage ? "at once, with an outage" : "at once")
  }
}

extension PlanBuilder {
  /// What waits and shouldn't is taken back before anything else: a later call with `ApplyImmediately` would put it in
  /// force. Then comes what is done at once: after it, the window's changes are left to wait.
  mutating func compareSettings() {
    guard let wanted = desired.managed else { return }
    checkCreationOnly(wanted)
    checkStorage(wanted)
    noteStorageAboveFloor(wanted)
    var found = differences(of: nil, wantedValues(wanted))
    for (name, values) in (wanted.members ?? [:]).sorted(by: { $0.key < $1.key }) {
      found += differences(of: name, values)
    }
    let upgrade = isMajorUpgrade ? found.filter { $0.isUpgrade } : []
    if !upgrade.isEmpty { found.removeAll(where: \.isUpgrade) }
    for difference in found where difference.takesBack { plan([difference], beside: found) }
    for difference in found where difference.moment == .now { plan([difference], beside: found) }
    if let first = upgrade.first, first.moment == .now { plan(upgrade, beside: found) }
    for difference in found where difference.moment == .window && !difference.takesBack {
      plan([difference], beside: found)
    }
    if let first = upgrade.first, first.moment == .window { plan(upgrade, beside: found) }
    reportForeignPending(wanted)
  }

  /// What the specs ask of the instance itself, with a version and a parameter group in place of constraints.
  private mutating func wantedValues(_ wanted: DesiredManaged) -> [ManagedField: String] {
    var values = wanted.values
    values[.version] = wantedVersion()
    values[.parameterGroup] = wantedGroup?.name
    if let size = wantedSize(wanted) { values[.storageSize] = size } else { values[.storageSize] = nil }
    if let owner = state.managed?.backupOwner {
      if values[.backupRetention] != nil || values[.backupWindow] != nil {
        note(address.appending("backup"), "\(owner) decides about retention and window: they are not compared")
      }
      (values[.backupRetention], values[.backupWindow]) = (nil, nil)
    }
    return values
  }

  private mutating func differences(of member: String?, _ values: [ManagedField: String]) -> [SettingDifference] {
    guard let settings = state.managed?.settings(of: member), let wanted = desired.managed else { return [] }
    let upgrades = settings.values[.version].map { $0 != values[.version] } ?? false
    var found: [SettingDifference] = []
    for (field, target) in values.sorted(by: { $0.key < $1.key }) {
      let timing = timing(of: field, from: settings.values[field], to: target, upgrades: upgrades)
      let moment: ManagedMoment =
        timing.isDeferrable ? wanted.moment(of: field == .parameterGroup ? .version : field) : .now
      var difference = SettingDifference(
        member: member, field: field, target: target, settings: settings, timing: timing, moment: moment,
        version: values[.version])
      guard settings.asked(field) != target else {
        if isToBeHastened(&difference) { found.append(difference) }
        continue
      }
      if timing == .atCreation {
        failCreationOnly(difference.field, is: settings.asked(field), wanted: target, of: member)
        continue
      }
      if difference.takesBack { difference.moment = .window }
      found.append(difference)
    }
    return found
  }

  /// A new family of parameters is attached by the call that upgrades, and waits with it.
  private func timing(of field: ManagedField, from old: String?, to new: String, upgrades: Bool) -> ManagedTiming {
    let timing = context.planner.timing(of: field, from: old, to: new)
    return field == .parameterGroup && upgrades && isMajorUpgrade ? .deferrableWithOutage : timing
  }

  /// Whether what waits for the window is to be done now; what is left waiting is told.
  private mutating func isToBeHastened(_ difference: inout SettingDifference) -> Bool {
    guard let waiting = difference.settings.pending[difference.field], difference.inForce != waiting else {
      return false
    }
    if difference.moment == .now, difference.timing.isDeferrable { return true }
    reportPending(difference.field, of: difference.member, difference.settings, isUnderWay: difference.moment == .now)
    return false
  }

  /// One change of one setting; of two where a new version brings its family of parameters along.
  private mutating func plan(_ differences: [SettingDifference], beside others: [SettingDifference]) {
    guard let difference = differences.last else { return }
    let (member, moment) = (difference.member, difference.moment)
    let place = difference.field.address(in: desired.name, member: member)
    let facts = differences.reversed().flatMap { each in
      let asked = FactChange(.managed(member: member, field: each.field), from: each.asked, to: each.target)
      let inForce = FactChange(
        .managedInForce(member: member, field: each.field), from: each.inForce, to: each.target)
      return (moment == .now ? [asked, inForce] : [asked]).filter { $0.before != $0.after }
    }
    let change = Change(
      address: place, action: .change, facts: facts, source: source(place), reason: reason(difference))
    var values = differences.reduce(into: [:]) { $0[$1.field] = $1.target }
    // RDS takes a group of another family only along with its version.
    if values[.parameterGroup] != nil, isMajorUpgrade { values[.version] = difference.version }
    let edit = Edit.setManaged(member: member, values: values, moment: moment)
    var hazards = settingHazards(of: edit, before: state, instance: desired.name, planner: context.planner)
    if moment == .now, difference.timing.isDeferrable {
      let fields = (others + differences).filter { $0.member == member && ($0.moment == .now || $0.takesBack) }
        .map(\.field)
      hazards += newFlushHazards(difference.settings, of: member, except: Set(fields))
    }
    add(Piece(phase: .modify, group: difference.group, change: change, edits: [edit], hazards: hazards))
  }

  /// The first call that acts at once flushes what waits; those after it find nothing left.
  func newFlushHazards(
    _ settings: ManagedSettings, of member: String?, except fields: Set<ManagedField>
  ) -> [Hazard] {
    let told = Set(pieces.flatMap(\.hazards))
    return flushHazards(settings, of: member, except: fields, instance: desired.name).filter { !told.contains($0) }
  }

  private func reason(_ difference: SettingDifference) -> String? {
    if observed.presence == .absent { return "the call that makes the instance doesn't take it" }
    if difference.takesBack { return "takes back \(difference.asked ?? "what"), which waits for the window" }
    if difference.asked == difference.target { return "what waits for the window is done now" }
    if difference.field == .storageSize, difference.target != desired.managed?.values[.storageSize] {
      return "storage grows by a tenth at least"
    }
    return difference.moment == .window && difference.timing.isOutage ? "with an outage in the window" : nil
  }
}

// MARK: What waits

extension PlanBuilder {
  /// Whatever else waits: nobody's specs ask for it.
  private mutating func reportForeignPending(_ wanted: DesiredManaged) {
    guard let managed = state.managed else { return }
    let members: [String?] = [nil] + (managed.members ?? [:]).keys.sorted()
    for member in members {
      guard let settings = managed.settings(of: member) else { continue }
      for field in settings.pending.keys.sorted() where !isManaged(field, of: member, wanted) {
        reportPending(field, of: member, settings, isUnderWay: false)
      }
    }
  }

  private func isManaged(_ field: ManagedField, of member: String?, _ wanted: DesiredManaged) -> Bool {
    if let member { return wanted.members?[member]?[field] != nil }
    switch field {
    case .version: return desired.version != nil
    case .parameterGroup: return wantedGroup != nil
    default: return wanted.values[field] != nil
    }
  }

  private mutating func reportPending(
    _ field: ManagedField, of member: String?, _ settings: ManagedSettings, isUnderWay: Bool
  ) {
    let place = field.address(in: desired.name, member: member)
    pending.append(
      Pending(
        address: place, running: settings.values[field], waiting: settings.pending[field],
        until: isUnderWay ? "the change that is under way" : nextWindow))
  }

  private var nextWindow: String {
    guard let start = state.managed?.nextWindow else { return "the next maintenance window" }
    return "the maintenance window, next \(start.weekday) \(start.minuteText)"
  }
}

// MARK: What can't be changed

extension PlanBuilder {
  private mutating func checkCreationOnly(_ wanted: DesiredManaged) {
    guard let managed = state.managed, managed.replicaOf != wanted.replicaOf else { return }
    guard let source = wanted.replicaOf else { return noteUnnamedSource(managed.replicaOf ?? "") }
    let now = managed.replicaOf.map { "a read replica of `\($0)`" } ?? "no read replica"
    fail(
      .platform, "`\(desired.name)` is \(now), and its spec makes it one of `\(source)`",
      at: address.appending("aws", "replica_of"),
      hint:
        "what an instance replicates is settled when it is made: take `replica_of` away, or make a replica under another name"
    )
  }

  /// Nothing that is unset is changed, and promoting a replica is for good.
  private mutating func noteUnnamedSource(_ source: String) {
    note(
      address,
      "it is a read replica of `\(source)`, which its spec doesn't say, and stays one: write `replica_of: \(source)`, or "
        + "promote it (`aws rds promote-read-replica`)")
  }

  private mutating func failCreationOnly(
    _ field: ManagedField, is now: String?, wanted target: String, of member: String?
  ) {
    fail(
      .platform,
      "\(field.label) of `\(member ?? desired.name)` is `\(now ?? "not set")`, and can't become `\(target)` in place",
      at: field.address(in: desired.name, member: member), hint: field.recipe)
  }

  /// The version to write; what keeps it from being so is told.
  private mutating func wantedVersion() -> String? {
    guard let constraint = desired.version, let managed = state.managed,
      let asked = managed.settings.asked(.version).flatMap({ ServerVersion($0) }), !constraint.accepts(asked)
    else { return state.managed?.settings.asked(.version) }
    let place = address.appending("version")
    // Somebody asked for another one, and the one in force is right.
    if let inForce = managed.settings.values[.version].flatMap({ ServerVersion($0) }), constraint.accepts(inForce) {
      return managed.settings.values[.version]
    }
    guard asked < constraint.atLeast else {
      fail(
        .platform, "`\(desired.name)` is at \(asked), and its spec asks for \(constraint)", at: place,
        hint: "a version is never downgraded: write \(asked.major), or restore a snapshot of before the upgrade")
      return nil
    }
    if let target = desired.targetVersion(from: asked, among: managed.upgradeTargets) { return "\(target)" }
    let offered = managed.upgradeTargets.sorted().map(\.description).joined(separator: ", ")
    fail(
      .platform, "`\(desired.name)` is at \(asked) and can't be upgraded to \(constraint) in one go", at: place,
      hint: offered.isEmpty ? "the cloud offers no upgrade from \(asked)" : "it can be upgraded to: \(offered)")
    return nil
  }

  /// The size to write, where what is there is below the floor.
  private func wantedSize(_ wanted: DesiredManaged) -> String? {
    guard let text = wanted.values[.storageSize], let floor = Int(text), let settings = state.managed?.settings else {
      return nil
    }
    guard let asked = settings.asked(.storageSize).flatMap({ Int($0) }) else { return text }
    let inForce = settings.values[.storageSize].flatMap { Int($0) } ?? asked
    if asked >= floor { return "\(asked)" }
    // RDS grows by a tenth at least. Source: ModifyDBInstance, AllocatedStorage; read 2026-11-22.
    return "\(max(floor, (inForce * 11 + 9) / 10))"
  }

  /// The size is a floor. What RDS lets grow by itself is above it sooner or later; anything else was asked for by somebody.
  private mutating func noteStorageAboveFloor(_ wanted: DesiredManaged) {
    guard let text = wanted.values[.storageSize], let floor = Int(text), wanted.values[.storageMaximum] == nil,
      let settings = state.managed?.settings, settings.asked(.storageMaximum) == nil,
      let size = settings.asked(.storageSize).flatMap({ Int($0) }), size > floor
    else { return }
    note(
      ManagedField.storageSize.address(in: desired.name),
      "it has \(size) GiB of storage, more than the \(floor) of its spec, and keeps them: storage never shrinks")
  }

  private mutating func checkStorage(_ wanted: DesiredManaged) {
    guard let text = wanted.values[.storageMaximum], let maximum = Int(text),
      let size = (wantedSize(wanted) ?? state.managed?.settings.asked(.storageSize)).flatMap({ Int($0) }),
      size > maximum
    else { return }
    fail(
      .platform, "the storage of `\(desired.name)` is \(size) GiB, more than the \(maximum) that its spec allows",
      at: address.appending("aws", "storage", "max"), hint: "storage never shrinks: raise `max`")
  }
}

extension ManagedField {
  /// How to get what can only be had by making the instance anew.
  fileprivate var recipe: String {
    switch self {
    case .storageEncrypted, .storageKey:
      "take a snapshot, copy it with the key, and restore the copy under another name with `restore_from`"
    case .availabilityZone: "fail over to the other zone, or restore a snapshot under another name with `restore_from`"
    case .masterUser: "make another role with the rights of the master user, or restore a snapshot under another name"
    default: "restore a snapshot under another name with `restore_from`, and move the clients"
    }
  }
}
