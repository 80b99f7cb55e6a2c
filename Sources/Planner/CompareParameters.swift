import Diagnostics
import Model
import Simulator

/// A parameter that the layer is to hold, as text.
struct WantedParameter {
  var name: String
  var text: String
  /// The line that sets it; `nil` where another field derives it.
  var place: Address?
}

extension PlanBuilder {
  /// What the layer is to say, by name: what other fields derive, and what the documents set.
  ///
  /// - Parameter known: the parameters of the instance; those of a fresh one where it isn't there yet.
  func wantedLayer(spelledAs known: [String: ParameterState]? = nil) -> [WantedParameter] {
    let known = known ?? state.parameters
    var wanted: [String: WantedParameter] = [:]
    for (written, parameter) in desired.parameters.values ?? [:] {
      let name = known.spelling(of: written)
      let text = ListSetting.canonical(parameter.value, of: name)
      wanted[name] = WantedParameter(name: name, text: text, place: parameter.document.appending(written))
    }
    for (name, text) in context.planner.derivedParameters(for: desired) {
      wanted[name] = WantedParameter(name: name, text: text)
    }
    return wanted.values.sorted { $0.name < $1.name }
  }

  mutating func compareParameters() {
    let wanted = wantedLayer()
    for parameter in wanted where check(parameter) { compare(parameter) }
    resetUndeclared(keeping: Set(wanted.map(\.name)))
    // A cloud puts values in force by itself, and its restarts are planned when all its settings are.
    guard state.managed == nil else { return }
    planReload()
    planRestart()
  }

  private mutating func compare(_ wanted: WantedParameter) {
    let definition = state.parameters[wanted.name]?.definition
    let canonical = { (text: String) in definition?.canonical(text) ?? text }
    if let mask = state.masks[wanted.name], canonical(mask) != canonical(wanted.text) { reportMask(wanted, mask) }
    guard state.layer[wanted.name].map(canonical) != canonical(wanted.text) else { return }
    setParameter(wanted.name, to: wanted.text, source: wanted.place, reason: nil, hazards: [])
  }

  private mutating func resetUndeclared(keeping wanted: Set<String>) {
    guard desired.parameters.values != nil, desired.parameters.mode == .authoritative else { return }
    for name in state.layer.keys.sorted() where !wanted.contains(name) && !staysUntilRestart(name) {
      let hazard = Hazard(
        .parameterReset, address.appending("parameter", name), state.resetOutcome(of: name))
      setParameter(name, to: nil, source: nil, reason: "no document declares it", hazards: [hazard])
    }
  }

  /// With `archive_mode` still on, an empty command would keep all WAL until the disk is full.
  private func staysUntilRestart(_ name: String) -> Bool {
    name == "archive_command" && state.value(of: .runningParameter(name: "archive_mode")) != "off"
      && (context.deferRestart || context.dueOnly || !context.planner.canRestart)
  }

  private mutating func setParameter(
    _ name: String, to text: String?, source place: Address?, reason: String?, hazards: [Hazard]
  ) {
    let before = state.layer[name]
    let parameter = state.parameters[name]
    var facts = [FactChange(.layerParameter(name: name), from: before, to: text)]
    if let parameter, let text, !parameter.definition.context.needsRestart, showsLayer(name), state.managed == nil {
      let running = state.value(of: .runningParameter(name: name))
      let after = parameter.definition.readable(text)
      if running != after { facts.append(FactChange(.runningParameter(name: name), from: running, to: after)) }
    }
    let change = Change(
      address: address.appending("parameter", name), action: text == nil ? .remove : before == nil ? .add : .change,
      facts: facts, source: text == nil ? nil : source(place ?? address), reason: reason)
    add(Piece(phase: .parameters, change: change, edits: [.setParameter(name: name, value: text)], hazards: hazards))
  }

  /// One reload for all of them, also for values that a run wrote before it died.
  private mutating func planReload() {
    let isWritten = pieces.contains { $0.phase == .parameters }
    let stale = state.layer.keys.sorted().filter { name in
      guard let parameter = state.parameters[name], let running = parameter.running, showsLayer(name) else {
        return false
      }
      return !parameter.definition.context.needsRestart && parameter.definition.context != .internal
        && parameter.definition.canonical(running) != parameter.definition.canonical(state.layer[name] ?? "")
    }
    guard isWritten || !stale.isEmpty else { return }
    let unexplained = stale.filter { name in
      !pieces.contains { $0.phase == .parameters && $0.change.address == address.appending("parameter", name) }
    }
    let facts = unexplained.map { name in
      FactChange(
        .runningParameter(name: name), from: state.value(of: .runningParameter(name: name)),
        to: state.parameters[name]?.definition.readable(state.layer[name] ?? ""))
    }
    let change = Change(
      address: address, action: .run, facts: facts, source: nil,
      reason: "the server reads its configuration files again")
    add(Piece(phase: .parameters, change: change, edits: [.reload]))
  }

  /// Whether the value in force tells of the layer: not where something stands above it, and not where the server shows
  /// another spelling than it was given.
  private func showsLayer(_ name: String) -> Bool {
    !state.hidesLayer(name) && !respelt.contains(name.lowercased())
  }

  private mutating func planRestart() {
    let waiting = state.parameters.filter(\.value.pendingRestart).keys.sorted().filter { state.layer[$0] != nil }
    let resets = resetsThatNeedRestart()
    reportForeignPending()
    guard !waiting.isEmpty || !resets.isEmpty else { return }
    guard context.planner.canRestart, !context.deferRestart, !context.dueOnly else {
      for name in waiting + resets { reportPending(name, waiting: state.layer[name]) }
      return
    }
    let facts = waiting.map { name in
      FactChange(
        .runningParameter(name: name), from: state.value(of: .runningParameter(name: name)),
        to: state.parameters[name]?.definition.readable(state.layer[name] ?? ""))
    }
    let names = (waiting + resets).joined(separator: ", ")
    let change = Change(
      address: address, action: .run, facts: facts, source: nil, reason: "\(names) can only change at a restart")
    let hazard = Hazard(.restart, address, "\(names): \(connectionsCut)")
    add(Piece(phase: .restart, change: change, edits: [.restart], hazards: [hazard], restartsFor: waiting + resets))
  }

  private func resetsThatNeedRestart() -> [String] {
    observed.layer.keys.sorted().filter { name in
      guard state.layer[name] == nil, let parameter = observed.parameters[name] else { return false }
      return parameter.definition.context.needsRestart
    }
  }

  private mutating func reportForeignPending() {
    for (name, parameter) in observed.parameters.sorted(by: { $0.key < $1.key })
    where parameter.pendingRestart && state.layer[name] == nil && observed.layer[name] == nil {
      reportPending(name, waiting: nil)
    }
  }

  private mutating func reportPending(_ name: String, waiting: String?) {
    let whose = context.planner.canRestart ? "" : ", which is up to who runs the server"
    pending.append(
      Pending(
        address: address.appending("parameter", name), running: state.value(of: .runningParameter(name: name)),
        waiting: waiting, until: "the next restart\(whose)"))
  }

  private mutating func reportMask(_ wanted: WantedParameter, _ mask: String) {
    alarms.append(
      Alarm(
        .masked, address.appending("parameter", wanted.name),
        message: "postgresql.auto.conf sets \(wanted.name) to \(mask) and hides the \(wanted.text) of the specs",
        hint: "somebody ran ALTER SYSTEM; take it back with: ALTER SYSTEM RESET \(wanted.name)"))
  }
}

extension Observed {
  /// What a parameter falls back to that leaves the layer.
  func resetOutcome(of name: String) -> String {
    managed == nil
      ? "\(name) goes back to the value that other files give it" : "\(name) goes back to the cloud's default"
  }
}

/// Text parameters that the server shows in its own spelling: `utc` as `UTC`, `iso` as `ISO, MDY`.
private let respelt: Set<String> = [
  "client_encoding", "datestyle", "default_text_search_config", "log_timezone", "timezone",
]
