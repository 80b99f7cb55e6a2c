/// Parameters whose values may hold a password. What a server has of them is known to be there, and no more.
///
/// - Source: PostgreSQL documentation, "Replication" (`primary_conninfo`) and "Connections and Authentication".
package enum SecretParameters {
  package static let shown = "(secret)"

  package static func contains(_ name: String) -> Bool {
    name == "primary_conninfo" || name.hasSuffix("passphrase_command")
  }

  /// The value as the model may keep it.
  package static func kept(_ name: String, _ value: String) -> String { contains(name) ? shown : value }
}
