import Diagnostics
import Model
import Planner

extension ServerStepPlanner {
  package func diagnose(_ instance: DesiredInstance, observed: Observed, sources: SourceMap) -> [Diagnostic] {
    let diagnosis = ServerDiagnosis(instance: instance, observed: observed, sources: sources)
    return diagnosis.unsupported + diagnosis.version + diagnosis.libraryLists
  }
}

/// What this platform can't give to an instance, as mistakes of the specs.
private struct ServerDiagnosis {
  let instance: DesiredInstance
  let observed: Observed
  let sources: SourceMap

  var unsupported: [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    if instance.state == .stopped || instance.state == .absent {
      diagnostics.append(
        mistake(
          .conflict, "state", "a server of somebody else's can't be stopped or removed by Holdfast",
          hint: "remove `state:`, or move the instance to a platform of type local"))
    }
    if let backup = instance.backup {
      diagnostics.append(
        mistake(
          .conflict, "backup",
          "backups of a server of somebody else's are out of reach: `backup: \(backup.policy)`",
          hint: "remove `backup:`, or move the instance to a platform of type local"))
    }
    if instance.local != nil {
      diagnostics.append(
        mistake(
          .conflict, "local",
          "`local:` has no meaning on platform \(instance.platform.name), which is of type server",
          hint: "remove `local:`"))
    }
    return diagnostics
  }

  var version: [Diagnostic] {
    guard let wanted = instance.version, let found = observed.version, !wanted.accepts(found) else {
      return []
    }
    return [
      mistake(
        .conflict, "version", "the server runs PostgreSQL \(found), and the spec asks for \(wanted)",
        hint: "upgrades of a server of somebody else's are not Holdfast's: change `version:`")
    ]
  }

  /// `ALTER SYSTEM SET shared_preload_libraries = ''` stores one library with an empty name, and the server doesn't
  /// start any more. Seen on 15.
  var libraryLists: [Diagnostic] {
    let names = ["local_preload_libraries", "session_preload_libraries", "shared_preload_libraries"]
    return names.compactMap { name in
      guard let parameter = instance.parameters.values?[name], isEmpty(parameter.value) else { return nil }
      return Diagnostic(
        .invalidValue, message: "`\(name)` can't be set to an empty list by ALTER SYSTEM",
        at: sources.location(of: parameter.document.appending(name)),
        hint: "leave the parameter out: then its entry is reset")
    }
  }

  private func isEmpty(_ value: DesiredParameter.Value) -> Bool {
    switch value {
    case .scalar(let text): text.isEmpty
    case .list(let elements): elements.isEmpty
    }
  }

  private func mistake(
    _ code: DiagnosticCode, _ key: String?, _ message: String, hint: String,
    severity: Diagnostic.Severity = .error
  ) -> Diagnostic {
    let address = key.map { instance.address.appending($0) } ?? instance.address
    return Diagnostic(code, severity, message: message, at: sources.location(of: address), hint: hint)
  }
}
