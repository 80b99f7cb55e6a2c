import Diagnostics
import Model

/// Making and removing an instance that a cloud runs.
extension PlanBuilder {
  /// Its parameter group and values come first, so that it has them from its first start on.
  mutating func createManagedInstance() {
    guard let wanted = desired.managed else { return }
    let pristine = context.planner.pristine(for: desired)
    guard let version = observed.version ?? pristine.version, let made = pristine.managed else { return }
    makeParameterGroup()
    let known = observed.parameters.isEmpty ? pristine.parameters : observed.parameters
    for parameter in wantedLayer(spelledAs: known) where check(parameter) { addToGroup(parameter) }
    add(
      Piece(
        phase: .create, change: creation(made, version), edits: [.createInstance(version: version)],
        hazards: [Hazard(.createInstance, address, wanted.origin)]))
    if let members = state.managed?.members { addMembers(missingFrom: members, phase: .create) }
    stopWhereWanted()
  }

  private func creation(_ made: ManagedState, _ version: ServerVersion) -> Change {
    var values = made.settings.values
    // A replica and a restored instance have the version of their source.
    values[.version] = desired.managed?.inheritsVersion == true ? nil : "\(version)"
    var facts = [FactChange(.exists, from: nil, to: "present")]
    facts += values.sorted { $0.key < $1.key }
      .map { FactChange(.managed(member: nil, field: $0.key), from: nil, to: $0.value) }
    facts += made.tags.sorted { $0.key < $1.key }.map { FactChange(.tag(name: $0.key), from: nil, to: $0.value) }
    facts += (made.members ?? [:]).keys.sorted().map { FactChange(.member(name: $0), from: nil, to: "present") }
    return Change(address: address, action: .add, facts: facts, source: source(address))
  }

  private mutating func addToGroup(_ parameter: WantedParameter) {
    let before = state.layer[parameter.name]
    // A group that is there already, shared or left by a run that was killed, has numbers in the parameter's own unit.
    guard !state.isSame(before, parameter.text, for: .layerParameter(name: parameter.name)) else { return }
    let place = address.appending("parameter", parameter.name)
    let change = Change(
      address: place, action: before == nil ? .add : .change,
      facts: [FactChange(.layerParameter(name: parameter.name), from: before, to: parameter.text)],
      source: source(parameter.place ?? place))
    let edits = [Edit.setParameter(name: parameter.name, value: parameter.text)]
    add(Piece(phase: .prepare, group: "write parameters", change: change, edits: edits))
  }

  private mutating func stopWhereWanted() {
    if desired.state == .stopped, state.presence == .running { stopInstance() }
  }

  mutating func retireManagedInstance() {
    guard let managed = observed.managed else { return }
    if managed.settings.asked(.deletionProtection) == "true" { switchProtectionOff() }
    let change = Change(
      address: address, action: .remove, facts: [FactChange(.exists, from: "present", to: nil)],
      source: source(address.appending("state")))
    let hazard = Hazard(.dataLoss, address, "all its data is deleted; \(whatStays(managed))")
    add(Piece(phase: .remove, change: change, edits: [.removeInstance], hazards: [hazard]))
    removeLeftGroups()
  }

  /// The cloud's own protection, which somebody switched on and `state: absent` alone doesn't overrule.
  private mutating func switchProtectionOff() {
    let field = ManagedField.deletionProtection
    let place = field.address(in: desired.name)
    let key = FactKey.managed(member: nil, field: field)
    let change = Change(
      address: place, action: .change,
      facts: [
        FactChange(key, from: "true", to: "false"),
        FactChange(.managedInForce(member: nil, field: field), from: "true", to: "false"),
      ], reason: "the cloud protects it against deletion")
    let hazard = Hazard(.dataLoss, place, "the cloud's protection against deletion is switched off")
    let edits = [Edit.setManaged(member: nil, values: [field: "false"], moment: .now)]
    add(Piece(phase: .modify, group: "at once", change: change, edits: edits, hazards: [hazard]))
  }

  private func whatStays(_ managed: ManagedState) -> String {
    guard let wanted = desired.managed else { return "" }
    if let source = managed.replicaOf { return "it is a read replica of \(source), and no final snapshot is taken" }
    let snapshot = wanted.skipsFinalSnapshot ? "no final snapshot is taken" : "a final snapshot is taken before"
    let days = managed.settings.values[.backupRetention] ?? "0"
    if days == "0" { return "\(snapshot), and there are no automated backups" }
    return wanted.deletesAutomatedBackups
      ? "\(snapshot), and its automated backups go with it"
      : "\(snapshot), and its automated backups stay until their \(days) days are over"
  }
}

extension DesiredManaged {
  /// What a new instance begins with.
  fileprivate var origin: String {
    if let replicaOf { return "a new read replica of \(replicaOf) is made" }
    switch restoreFrom {
    case nil: return "a new, empty instance is made"
    case .snapshot(let identifier): return "a new instance is made from the snapshot \(identifier)"
    case .pointInTime(let instance, nil): return "a new instance is made from the backups of \(instance)"
    case .pointInTime(let instance, let moment?):
      return "a new instance is made from the backups of \(instance) of \(moment)"
    }
  }
}
