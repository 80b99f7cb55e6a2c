import Model
import NativeClients
import PlatformKit

/// Judges SCRAM verifiers by deriving them again from the password that the specs refer to.
package struct ScramJudge: PasswordJudge {
  private let secrets: any SecretSource

  package init(secrets: any SecretSource) { self.secrets = secrets }

  package func lastChange(of reference: SecretRef) async -> Timestamp? { await secrets.lastChange(of: reference) }

  package func judge(verifier: String?, reference: SecretRef) async -> PasswordState {
    guard let verifier else { return .none }
    do throws(SecretFailure) {
      let secret = try await secrets.resolve(reference)
      // Thousands of rounds of hashing, which would hold up the few threads of the shared pool.
      let matches = await blocking { () throws(Never) in
        scramVerifierMatches(verifier: verifier, password: secret)
      }
      switch matches {
      case true?: return .matches(reference: reference)
      case false?: return .differs(reference: reference)
      case nil:
        return .unknown(
          because: verifier.hasPrefix("md5") ? "it is stored as MD5" : "its verifier can't be checked")
      }
    } catch {
      return .unknown(because: "\(reference): \(error.message)")
    }
  }
}
