import HTTP
import Model
import NativeClients
import PlatformAWS
import PlatformKit

/// The accounts of clouds that platforms are in. Nothing is asked of one before an instance needs it.
struct CloudAccounts: Sendable {
  private let all: [AWSAccount: Entry]
  let secrets: any CloudSecrets

  private struct Entry: Sendable {
    var clients: AWSAccountClients
    var fleet: AWSFleet
  }

  init(of platforms: [DesiredPlatform], environment: [String: String], files: any HostFiles) {
    let surroundings = { (authorities: String?) in
      AWSSurroundings(
        environment: environment, files: files,
        http: CurlClient(authorities: authorities, proxies: HTTPProxies(environment: environment)),
        xml: ExpatReader(), hashing: LibcryptoHashing(), now: currentTime, clock: .system,
        notice: Terminal.notice)
    }
    var (all, byPlatform): ([AWSAccount: Entry], [String: AWSAccountClients]) = ([:], [:])
    for platform in platforms {
      guard case .aws(let account) = platform.kind else { continue }
      if all[account] == nil {
        let clients = AWSAccountClients(account, surroundings(account.certificateAuthority))
        all[account] = Entry(clients: clients, fleet: AWSFleet(clients))
      }
      byPlatform[platform.name] = all[account]?.clients
    }
    self.all = all
    secrets = SecretsManager(accounts: byPlatform, surroundings(environment["AWS_CA_BUNDLE"]))
  }

  func clients(of account: AWSAccount) -> AWSAccountClients { entry(account).clients }

  func fleet(of account: AWSAccount) -> AWSFleet { entry(account).fleet }

  private func entry(_ account: AWSAccount) -> Entry {
    guard let entry = all[account] else { preconditionFailure("a platform that the composition was not made for") }
    return entry
  }
}
