import Model

/// Tells how a role's stored verifier stands to the password that the specs refer to, so that neither gets into the model.
package protocol PasswordJudge: Sendable {
  /// - Parameter verifier: `pg_authid.rolpassword`; `nil` where the role has no password.
  func judge(verifier: String?, reference: SecretRef) async -> PasswordState

  /// When what the reference names was last changed; `nil` where nothing tells, as of an environment variable.
  func lastChange(of reference: SecretRef) async -> Timestamp?
}

extension PasswordJudge {
  package func lastChange(of reference: SecretRef) async -> Timestamp? { nil }
}
