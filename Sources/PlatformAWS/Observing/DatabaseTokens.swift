import AWSWire
import Model
import SQL

extension AWSAccountClients {
  /// The password of a database user that logs in by IAM.
  ///
  /// - Parameter endpoint: the instance's own, also where a bastion leads to it.
  func databaseToken(
    for user: String, at endpoint: ManagedState.Endpoint
  ) async throws(CredentialFailure) -> Secret {
    let credentials: CredentialChain
    do throws(EndpointFailure) { credentials = try chain() } catch {
      throw CredentialFailure(message: error.message, hint: error.hint)
    }
    guard let signing = try await credentials.credentials(replacing: nil) else {
      throw CredentialFailure(
        message: "there are no credentials to make a token of IAM with", hint: "give credentials, or use a password")
    }
    return Signer(hashing: surroundings.hashing).databaseToken(
      host: endpoint.host, port: endpoint.port, user: user, region: account.region, credentials: signing,
      now: surroundings.now())
  }
}
