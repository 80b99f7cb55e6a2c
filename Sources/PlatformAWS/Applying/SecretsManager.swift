import AWSWire
import Model
import PlatformKit
import SQL

/// Gives the secrets that AWS Secrets Manager keeps, each asked for once.
package actor SecretsManager: CloudSecrets {
  private let accounts: [String: AWSAccountClients]
  private let surroundings: AWSSurroundings
  private var kept: [SecretRef: Secret] = [:]
  /// Clients with the environment's credentials, by region.
  private var ownClients: [String: AWSAccountClients] = [:]

  /// - Parameter accounts: by the name of the platform.
  package init(accounts: [String: AWSAccountClients], _ surroundings: AWSSurroundings) {
    (self.accounts, self.surroundings) = (accounts, surroundings)
  }

  package func value(id: String, key: String?, platform: String?) async throws(SecretFailure) -> Secret {
    let reference = SecretRef.awsSecret(id: id, key: key, platform: platform)
    if let secret = kept[reference] { return secret }
    let region = regionOfARN(id)
    guard let clients = platform.flatMap({ accounts[$0] }) ?? clients(in: region) else {
      throw SecretFailure(
        reference: reference, message: "no region to ask is known: set AWS_REGION, or write the secret's whole ARN")
    }
    let secret = try await ask(clients, region, reference, id: id, key: key)
    kept[reference] = secret
    return secret
  }

  private func ask(
    _ clients: AWSAccountClients, _ region: String?, _ reference: SecretRef, id: String, key: String?
  ) async throws(SecretFailure) -> Secret {
    let client: AWSClient
    do throws(EndpointFailure) { client = try await clients.client(region: region) } catch {
      throw SecretFailure(reference: reference, message: "\(error.message); \(error.hint)")
    }
    do throws(AWSFailure) { return try await client.secretValue(id: id, key: key) } catch {
      throw SecretFailure(reference: reference, message: error.description)
    }
  }

  /// The instance's platform is no account of AWS: whoever runs Holdfast is asked for.
  private func clients(in region: String?) -> AWSAccountClients? {
    let environment = surroundings.environment
    guard let region = region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"], !region.isEmpty else {
      return nil
    }
    if let clients = ownClients[region] { return clients }
    // Which account it is nobody says, and so nobody checks.
    let clients = AWSAccountClients(AWSAccount(region: region, account: ""), surroundings)
    ownClients[region] = clients
    return clients
  }
}

/// `arn:aws:secretsmanager:eu-west-1:123456789012:secret:…`
private func regionOfARN(_ id: String) -> String? {
  let parts = id.split(separator: ":", omittingEmptySubsequences: false)
  guard parts.count > 5, parts[0] == "arn", !parts[3].isEmpty else { return nil }
  return String(parts[3])
}
