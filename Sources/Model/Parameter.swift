/// A row of `pg_settings`: what a server knows of one of its parameters.
///
/// - Source: PostgreSQL documentation, "System Views", `pg_settings`.
package struct ParameterDefinition: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable { case bool, integer, real, string, `enum` }

  /// When a new value comes into force, from `pg_settings.context`.
  package enum Context: String, Hashable, Sendable, Codable {
    case `internal`, postmaster, sighup
    case superuserBackend = "superuser-backend"
    case backend, superuser, user

    package var needsRestart: Bool { self == .postmaster }
  }

  package var kind: Kind
  package var context: Context
  /// `8kB`, `kB`, `MB`, `ms`, `s`, `min` or `nil`.
  package var unit: String?
  package var minimum: String?
  package var maximum: String?
  package var choices: [String]?
  /// The value at start-up before any file is read, in `unit`.
  package var bootValue: String?

  package init(
    kind: Kind, context: Context, unit: String? = nil, minimum: String? = nil, maximum: String? = nil,
    choices: [String]? = nil, bootValue: String? = nil
  ) {
    (self.kind, self.context, self.unit, self.minimum) = (kind, context, unit, minimum)
    (self.maximum, self.choices, self.bootValue) = (maximum, choices, bootValue)
  }
}

/// What was observed of one parameter of one instance.
package struct ParameterState: Hashable, Sendable, Codable {
  package var definition: ParameterDefinition
  /// The value in force for new sessions, as `pg_settings.setting` gives it; `nil` where the server isn't running.
  package var running: String?
  /// A value is in a file and waits for a restart.
  package var pendingRestart: Bool
  /// The file that the value in force comes from, where the user may see it.
  package var sourceFile: String?

  package init(
    definition: ParameterDefinition, running: String?, pendingRestart: Bool = false, sourceFile: String? = nil
  ) {
    (self.definition, self.running) = (definition, running)
    (self.pendingRestart, self.sourceFile) = (pendingRestart, sourceFile)
  }
}
