import Diagnostics
import Model

/// Names, types, units, ranges and libraries, held against what the server itself knows, before anything is written.
extension PlanBuilder {
  /// Whether the value can be set; if not, the reason is among the diagnostics.
  mutating func check(_ wanted: WantedParameter) -> Bool {
    let place = wanted.place ?? address
    guard let definition = state.parameters[wanted.name]?.definition else { return checkUnknown(wanted, place) }
    guard definition.context != .internal else {
      fail(.parameterValue, "`\(wanted.name)` is fixed when PostgreSQL is built or the cluster is made", at: place)
      return false
    }
    guard context.planner.canRestart || !SecretParameters.contains(wanted.name) else {
      fail(
        .parameterValue,
        "`\(wanted.name)` may hold a password, and secrets in parameters are not supported by this version", at: place,
        hint: "set it by hand, or by the tool that runs the server")
      return false
    }
    if case .invalid(let why) = definition.read(wanted.text), !isFormula(wanted.text) {
      fail(.parameterValue, "`\(wanted.text)` of `\(wanted.name)` \(why)", at: place)
      return false
    }
    return checkLibraries(wanted, place)
  }

  /// A cloud works such values out from the size of the instance: `{DBInstanceClassMemory/32768}`.
  private func isFormula(_ text: String) -> Bool {
    guard desired.managed != nil else { return false }
    return text.contains("{") || ["GREATEST(", "LEAST(", "SUM("].contains { text.uppercased().hasPrefix($0) }
  }

  private mutating func checkUnknown(_ wanted: WantedParameter, _ place: Address) -> Bool {
    guard let dot = wanted.name.firstIndex(of: "."), dot != wanted.name.startIndex else {
      return failUnknown(wanted, place)
    }
    let prefix = wanted.name[..<dot]
    let isLoaded = state.parameters.keys.contains { $0.hasPrefix(prefix + ".") }
    // A cloud lists all that it takes, whatever is loaded.
    if isLoaded || desired.managed != nil { return failUnknown(wanted, place) }
    guard context.planner.canRestart else {
      fail(
        .unknownParameter,
        "`\(desired.name)` has no parameter `\(wanted.name)`: no library called `\(prefix)` is loaded", at: place,
        hint: "add it to shared_preload_libraries and restart the server first")
      return false
    }
    if !preloaded.contains(String(prefix)) {
      note(
        address.appending("parameter", wanted.name),
        "`\(wanted.name)` can't be checked: no library called `\(prefix)` is preloaded")
    }
    return true
  }

  private mutating func failUnknown(_ wanted: WantedParameter, _ place: Address) -> Bool {
    let version = state.version.map { "PostgreSQL \($0)" } ?? "the server"
    let near = closest(wanted.name, in: state.parameters.keys)
    fail(
      .unknownParameter, "\(version) of `\(desired.name)` has no parameter `\(wanted.name)`", at: place,
      hint: near.map { "did you mean `\($0)`?" })
    return false
  }

  private var preloaded: [String] {
    let text = wantedLayer().first { $0.name == "shared_preload_libraries" }?.text ?? ""
    return libraryNames(text) + libraryNames(state.parameters["shared_preload_libraries"]?.running ?? "")
  }

  private mutating func checkLibraries(_ wanted: WantedParameter, _ place: Address) -> Bool {
    guard wanted.name.hasSuffix("_preload_libraries"), let libraries = state.host?.libraries else { return true }
    let missing = libraryNames(wanted.text).filter { !$0.contains("/") && !libraries.contains($0) }
    for name in missing {
      let near = closest(name, in: libraries)
      fail(
        .missingLibrary, "there is no library `\(name)` for `\(wanted.name)`: the server would not start again",
        at: place,
        hint: near.map { "did you mean `\($0)`?" } ?? "install the package that holds it first")
    }
    return missing.isEmpty
  }

  private func libraryNames(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.drop { " \"'".contains($0) }.description }
      .map { name in String(name.reversed().drop { " \"'".contains($0) }.reversed()) }.filter { !$0.isEmpty }
  }
}
