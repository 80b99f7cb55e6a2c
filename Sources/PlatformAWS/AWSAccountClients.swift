import AWSWire
import HTTP
import Model
import PlatformKit
import XML

/// What calling AWS needs of the outside.
package struct AWSSurroundings: Sendable {
  package var environment: [String: String]
  package var files: any HostFiles
  package var http: any HTTPClient
  package var xml: any XMLReader
  package var hashing: any Hashing
  package var now: @Sendable () -> Timestamp
  package var clock: RetryClock
  /// What the user should know while it goes on: that a service can't be reached, and is tried again.
  package var notice: @Sendable (String) -> Void

  package init(
    environment: [String: String], files: any HostFiles, http: any HTTPClient, xml: any XMLReader,
    hashing: any Hashing, now: @escaping @Sendable () -> Timestamp, clock: RetryClock,
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.notice = notice
    (self.environment, self.files, self.http, self.xml) = (environment, files, http, xml)
    (self.hashing, self.now, self.clock) = (hashing, now, clock)
  }
}

/// The clients of one account, with one set of credentials: one for each region, made when it is first asked for.
package actor AWSAccountClients {
  package nonisolated let account: AWSAccount
  let surroundings: AWSSurroundings
  private var clients: [String: AWSClient] = [:]
  private var credentials: CredentialChain?
  private var caller: String?
  /// Whose credentials assume the account's role; `nil`: they are looked for.
  private let base: CredentialChain?
  /// Of other accounts, which snapshots are copied to.
  private var others: [AWSAccount: AWSAccountClients] = [:]

  package init(_ account: AWSAccount, _ surroundings: AWSSurroundings) {
    self.init(account, surroundings, base: nil)
  }

  private init(_ account: AWSAccount, _ surroundings: AWSSurroundings, base: CredentialChain?) {
    (self.account, self.surroundings, self.base) = (account, surroundings, base)
  }

  /// The account that snapshots are copied to, by its role, which these credentials assume. The role is that of the
  /// specs, and so is the account; whether they are one, `checkAccount` says.
  func clients(for copy: DesiredCopy) throws(EndpointFailure) -> AWSAccountClients {
    var other = account
    (other.account, other.role) = (copy.target.account, copy.role)
    if let known = others[other] { return known }
    let clients = AWSAccountClients(other, surroundings, base: try chain())
    others[other] = clients
    return clients
  }

  /// - Parameter region: `nil` for the account's own.
  /// - Errors: `EndpointFailure` where it can't be told what address to call.
  package func client(region: String? = nil) throws(EndpointFailure) -> AWSClient {
    let region = region ?? account.region
    if let client = clients[region] { return client }
    let client = AWSClient(
      http: surroundings.http, xml: surroundings.xml, hashing: surroundings.hashing, credentials: try chain(),
      endpoints: try endpoints(region), now: surroundings.now, clock: surroundings.clock,
      notice: surroundings.notice)
    clients[region] = client
    return client
  }

  /// The account that the credentials belong to. Asks once.
  func callerAccount() async throws(AWSFailure) -> String {
    if let caller { return caller }
    let client: AWSClient
    do throws(EndpointFailure) { client = try self.client() } catch {
      throw AWSFailure(error, of: .sts("GetCallerIdentity"))
    }
    let found = try await client.callerAccount()
    caller = found
    return found
  }

  /// - Shape: all items of all pages of each call, or why they can't be had; in the order of the calls.
  func results(_ calls: [AWSPages], in region: String? = nil) async -> [Result<[XMLElement], AWSFailure>] {
    do throws(EndpointFailure) { return await (try client(region: region)).results(calls) } catch {
      return calls.map { .failure(AWSFailure(error, of: $0.call)) }
    }
  }

  /// Refuses credentials that belong to another account than the specs name.
  package func checkAccount() async throws(AWSFailure) {
    let found = try await callerAccount()
    guard found == account.account else {
      throw AWSFailure(
        .credentials, service: .sts, action: "GetCallerIdentity",
        detail: "the credentials belong to account \(found), and the specs name \(account.account)",
        hint: "use the credentials of that account, or change `account` of the platform")
    }
  }

  func chain() throws(EndpointFailure) -> CredentialChain {
    if let credentials { return credentials }
    let role = account.role.map {
      AssumedRole(roleARN: $0.name, externalID: $0.externalID, sessionName: $0.sessionName)
    }
    let chain = CredentialChain(
      CredentialSettings(profile: account.profile, role: role),
      CredentialSurroundings(
        environment: surroundings.environment, files: surroundings.files, http: surroundings.http,
        xml: surroundings.xml, hashing: surroundings.hashing, endpoints: try endpoints(account.region),
        now: surroundings.now, clock: surroundings.clock), on: base)
    credentials = chain
    return chain
  }

  /// An address that the spec gives is that of its own region. On loopback it is an emulator's, which has them all.
  private func endpoints(_ region: String) throws(EndpointFailure) -> AWSEndpoints {
    var overrides: [String: HTTPURL] = [:]
    for (service, text) in account.endpoints {
      let url = try HTTPURL(endpoint: text)
      if region == account.region || url.scheme == .http { overrides[service] = url }
    }
    return try AWSEndpoints(region: region, overrides: overrides, environment: surroundings.environment)
  }
}

extension AWSFailure {
  fileprivate init(_ failure: EndpointFailure, of call: AWSCall) {
    self.init(
      .credentials, service: call.service, action: call.action, detail: failure.message, hint: failure.hint)
  }
}
