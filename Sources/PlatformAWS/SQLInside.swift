import AWSWire
import Model
import PlatformKit
import PostgresCatalog
import SQL

/// Why it can't be said how SQL gets inside an instance.
struct InsideFailure: Error, Hashable, Sendable {
  var message: String
  var hint: String
  var isTransient = false
}

extension AWSAccountClients {
  /// How SQL gets inside an instance: by its endpoint, as whom the spec says, with a token of IAM where it asks for one.
  ///
  /// - Parameter known: the instance's own endpoint, also where a bastion leads to it.
  func sqlEndpoint(
    of instance: DesiredInstance, for purpose: ServerEndpoint.Purpose, at known: ManagedState.Endpoint,
    secrets: any SecretSource
  ) async throws(InsideFailure) -> ServerEndpoint {
    let token = try await token(for: instance, purpose, at: known)
    do throws(ServerEndpoint.Failure) {
      return try await ServerEndpoint.resolve(
        instance, for: purpose, secrets: secrets, known: known, standardTLS: .verifyFull, token: token)
    } catch {
      throw InsideFailure(message: error.message, hint: error.hint)
    }
  }

  private func token(
    for instance: DesiredInstance, _ purpose: ServerEndpoint.Purpose, at known: ManagedState.Endpoint
  ) async throws(InsideFailure) -> Secret? {
    guard instance.connect.iam, let user = purpose.user(of: instance.connect) else { return nil }
    do throws(CredentialFailure) { return try await databaseToken(for: user, at: known) } catch {
      throw InsideFailure(message: error.message, hint: error.hint, isTransient: error.isTransient)
    }
  }

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
