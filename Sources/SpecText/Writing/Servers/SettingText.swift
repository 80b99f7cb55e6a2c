import Model

/// Settings of roles, of databases and of the layer, held against what the planner asks of them: what it would refuse must
/// not stand in any spec.
enum SettingText {
  /// The settings of one scope.
  ///
  /// - Parameter thing: whose they are, for people.
  static func block(
    _ settings: [ScopedSetting], of thing: String, _ observed: Observed, _ unsaid: inout Unsaid
  ) -> YAMLMapping {
    var values = YAMLMapping(.inline)
    for setting in settings.sorted() {
      if let fault = fault(in: setting.name, setting.value, observed) {
        unsaid.add("settings that \(fault)", "\(setting.name) of \(thing)")
      } else {
        values.add(setting.name, setting.value)
      }
    }
    return values
  }

  /// Why a setting of a role or a database can't be said, as the end of "settings that …".
  private static func fault(in name: String, _ value: String, _ observed: Observed) -> String? {
    if let fault = wordsFault(in: name, value, observed) { return fault }
    switch observed.definition(of: name)?.context {
    case .user, .superuser: return nil
    case nil: return "the server doesn't know now"
    case .internal, .postmaster, .sighup, .superuserBackend, .backend:
      return "only the whole instance can have"
    }
  }

  /// Why an entry of the layer can't be said.
  static func fault(inLayer name: String, _ value: String, _ observed: Observed, on type: PlatformType) -> String? {
    if let fault = wordsFault(in: name, value, observed) { return fault }
    if reservedParameter(name.lowercased(), on: type) != nil { return "specs set by other keys" }
    guard let definition = observed.definition(of: name) else { return "the server doesn't know now" }
    if definition.context == .internal { return "nobody can set" }
    if name.hasSuffix("_preload_libraries"), value.isEmpty { return "ALTER SYSTEM can't write again" }
    return nil
  }

  private static func wordsFault(in name: String, _ value: String, _ observed: Observed) -> String? {
    if SecretParameters.contains(name) { return "may hold a secret" }
    if TextKind.parameterName.fault(in: name) != nil { return "have names that specs don't take" }
    if TextKind.words.fault(in: value) != nil { return "have texts that specs don't take" }
    if case .invalid = observed.definition(of: name)?.read(value) { return "the server would refuse now" }
    return isMissingLibrary(name, value, observed) ? "name libraries that are not there" : nil
  }

  /// By the planner's reading: a path is looked for by nobody.
  private static func isMissingLibrary(_ name: String, _ value: String, _ observed: Observed) -> Bool {
    guard name.hasSuffix("_preload_libraries"), let libraries = observed.host?.libraries else { return false }
    return value.split(separator: ",").map { part in String(part.filter { !" \"'".contains($0) }) }
      .contains { !$0.isEmpty && !$0.contains("/") && !libraries.contains($0) }
  }
}

extension Observed {
  /// Files and catalogs spell names in any case.
  func definition(of name: String) -> ParameterDefinition? { parameters[parameters.spelling(of: name)]?.definition }
}
