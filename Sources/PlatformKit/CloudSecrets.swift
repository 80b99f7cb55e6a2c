import Model
import SQL

/// Gives the secrets that a cloud's own store keeps.
package protocol CloudSecrets: Sendable {
  /// - Parameter key: the member to take of a secret that is a JSON object; `nil` for the whole of it.
  /// - Parameter platform: whose account and region are asked; `nil` for those of the environment.
  func value(id: String, key: String?, platform: String?) async throws(SecretFailure) -> Secret
}
