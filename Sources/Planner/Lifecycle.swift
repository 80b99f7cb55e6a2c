import Diagnostics
import Model

/// Making, starting, stopping and removing an instance.
extension PlanBuilder {
  mutating func createInstance() {
    guard observed.evidence.isEmpty || desired.fresh || desired.managed?.restoreFrom != nil else {
      alarms.append(
        Alarm(
          .vanished, address,
          message: "the instance is gone, and there was one: \(observed.evidence.joined(separator: "; "))",
          hint: desired.managed == nil
            ? "find out what happened; `fresh: true` in its spec makes a new, empty one"
            : "find out what happened; in its spec, `restore_from` makes one with its data, `fresh: true` an empty one")
      )
      return
    }
    guard context.planner.canRestart else { return }
    guard desired.managed == nil else { return createManagedInstance() }
    let pristine = context.planner.pristine(for: desired)
    let version = ServerVersion(major: pristine.version?.major ?? 0)
    let wanted = wantedLayer(spelledAs: pristine.parameters.isEmpty ? observed.parameters : pristine.parameters)
    let derived = wanted.filter { $0.place == nil }.map { Edit.setParameter(name: $0.name, value: $0.text) }
    let change = Change(
      address: address, action: .add,
      facts: [
        FactChange(.exists, from: nil, to: "present"), FactChange(.majorVersion, from: nil, to: "\(version.major)"),
      ], source: source(address))
    add(
      Piece(
        phase: .create, change: change, edits: [.createInstance(version: version), .includeLayer] + derived,
        hazards: [Hazard(.createInstance, address, "a new, empty instance is made")]))
    guard state.presence != .absent else { return }
    for parameter in wanted where parameter.place != nil { addFromTheStart(parameter) }
    guard desired.state != .stopped else { return }
    startInstance(reason: "it is created")
  }

  /// A parameter that the instance has before it is ever started.
  private mutating func addFromTheStart(_ parameter: WantedParameter) {
    let place = address.appending("parameter", parameter.name)
    let fact = FactChange(.layerParameter(name: parameter.name), from: nil, to: parameter.text)
    let change = Change(
      address: place, action: .add, facts: [fact], source: source(parameter.place ?? place))
    add(Piece(phase: .create, change: change, edits: [.setParameter(name: parameter.name, value: parameter.text)]))
  }

  mutating func startInstance(reason: String? = nil) {
    let change = Change(
      address: address, action: .change, facts: [FactChange(.presence, from: "stopped", to: "running")],
      source: source(address), reason: reason)
    add(Piece(phase: .start, change: change, edits: [.startInstance]))
  }

  mutating func stopInstance() {
    guard !desired.protect || desired.state == .absent else {
      return fail(
        .protected, "`\(desired.name)` is protected and its spec says `state: stopped`", at: address,
        hint: "take `protect: true` away in a change of its own")
    }
    let change = Change(
      address: address, action: .change, facts: [FactChange(.presence, from: "running", to: "stopped")],
      source: source(address))
    add(Piece(phase: .stop, change: change, edits: [.stopInstance], hazards: [Hazard(.stop, address, connectionsCut)]))
  }

  mutating func retireInstance() {
    guard !desired.protect else {
      return fail(
        .protected, "`\(desired.name)` is protected and its spec says `state: absent`", at: address.appending("state"),
        hint: "take `protect: true` away in a change of its own")
    }
    guard desired.managed == nil else { return retireManagedInstance() }
    takeFinalBackup()
    if state.presence == .running { stopInstance() }
    let change = Change(
      address: address, action: .remove, facts: [FactChange(.exists, from: "present", to: nil)], source: source(address)
    )
    let hazard = Hazard(.dataLoss, address, "all its data is deleted; \(whatStaysOfIt)")
    add(Piece(phase: .remove, change: change, edits: [.removeInstance], hazards: [hazard]))
  }

  private var whatStaysOfIt: String {
    guard desired.backup != nil else { return "no backup policy covers it" }
    guard !pieces.contains(where: { $0.phase == .backup }) else {
      return "its backups stay, a last one is taken before"
    }
    let newest = observed.backup?.newest(.incremental).map { "the newest is of \($0.finished)" } ?? "none was found"
    return "no last backup is taken, because the instance isn't running with a readable repository; \(newest)"
  }

  private mutating func takeFinalBackup() {
    guard desired.backup != nil, observed.presence == .running, observed.backup?.stanza == .ready else { return }
    let change = Change(
      address: address.appending("backup"), action: .run,
      facts: [FactChange(.backup(kind: .full, after: context.now), from: nil, to: "present")], source: source(address),
      reason: "the last one before the instance is removed")
    add(Piece(phase: .backup, change: change, edits: [.takeBackup(kind: .full)]))
  }

  mutating func reportForeign() {
    let identifier = observed.systemIdentifier.map { "\"\($0)\"" } ?? "…"
    alarms.append(
      Alarm(
        .unmanagedDirectory, address, message: "the data directory holds a cluster that isn't Holdfast's",
        hint: "to adopt it, write `local: { system_identifier: \(identifier) }` into its spec"))
  }

  /// An adopted cluster doesn't read `holdfast.conf` yet.
  mutating func includeLayer() {
    guard let host = state.host, !host.includesLayer else { return }
    let change = Change(
      address: address, action: .change, facts: [FactChange(.layerIsIncluded, from: "no", to: "yes")],
      source: source(address),
      reason: "postgresql.conf doesn't include holdfast.conf yet")
    add(Piece(phase: .parameters, change: change, edits: [.includeLayer]))
  }

  var connectionsCut: String { observed.connectionsCut }
}
