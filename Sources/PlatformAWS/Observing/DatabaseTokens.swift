import AWSWire
import Model
import PlatformKit
import SQL

/// Makes the passwords of database users that log in by IAM.
package struct DatabaseTokens: Sendable {
  private let signer: Signer
  private let credentials: any CredentialSource
  private let region: String
  private let now: @Sendable () -> Timestamp

  package init(
    hashing: any Hashing, credentials: any CredentialSource, region: String, now: @escaping @Sendable () -> Timestamp
  ) {
    signer = Signer(hashing: hashing)
    (self.credentials, self.region, self.now) = (credentials, region, now)
  }

  /// - Parameter endpoint: the instance's own, also where a bastion leads to it.
  package func token(
    for user: String, at endpoint: ManagedState.Endpoint
  ) async throws(CredentialFailure) -> Secret {
    guard let signing = try await credentials.credentials(replacing: nil) else {
      throw CredentialFailure(
        message: "there are no credentials to make a token of IAM with", hint: "give credentials, or use a password")
    }
    return signer.databaseToken(
      host: endpoint.host, port: endpoint.port, user: user, region: region, credentials: signing, now: now())
  }
}
