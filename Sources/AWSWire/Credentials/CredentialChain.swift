import HTTP
import Model
import PlatformKit
import SQL
import XML

/// What a spec says about credentials.
package struct CredentialSettings: Hashable, Sendable {
  /// Wins over everything in the environment, and is the only place looked at.
  package var profile: String?
  /// Assumed with what is found.
  package var role: AssumedRole?

  package init(profile: String? = nil, role: AssumedRole? = nil) { (self.profile, self.role) = (profile, role) }
}

/// What looking for credentials needs of the outside.
package struct CredentialSurroundings: Sendable {
  package var environment: [String: String]
  package var files: any HostFiles
  package var http: any HTTPClient
  package var xml: any XMLReader
  package var hashing: any Hashing
  package var endpoints: AWSEndpoints
  package var now: @Sendable () -> Timestamp
  package var clock: RetryClock

  package init(
    environment: [String: String], files: any HostFiles, http: any HTTPClient, xml: any XMLReader,
    hashing: any Hashing, endpoints: AWSEndpoints, now: @escaping @Sendable () -> Timestamp, clock: RetryClock
  ) {
    (self.environment, self.files, self.http, self.xml) = (environment, files, http, xml)
    (self.hashing, self.endpoints, self.now, self.clock) = (hashing, endpoints, now, clock)
  }

  /// A client whose calls these credentials sign; `nil`: none does.
  func client(_ credentials: AWSCredentials?) -> AWSClient {
    AWSClient(
      http: http, xml: xml, hashing: hashing, credentials: FixedCredentials(credentials), endpoints: endpoints,
      now: now, clock: clock)
  }
}

/// Finds credentials where AWS's tools do, and keeps them until shortly before they end.
///
/// Looked at, in this order: the environment, the profile, a web identity, the container's service, the instance's.
package actor CredentialChain: CredentialSource {
  /// How long before its end a session is renewed.
  private static let margin = TimeSpan(seconds: 300)

  private let settings: CredentialSettings
  private let surroundings: CredentialSurroundings
  /// In place of all places to look at: what the role is assumed with.
  private let base: CredentialChain?
  private var kept: AWSCredentials?
  /// One search at a time, however many calls wait for it.
  private var search: Task<Result<AWSCredentials, CredentialFailure>, Never>?

  package init(
    _ settings: CredentialSettings, _ surroundings: CredentialSurroundings, on base: CredentialChain? = nil
  ) {
    (self.settings, self.surroundings, self.base) = (settings, surroundings, base)
  }

  package func credentials(replacing stale: AWSCredentials?) async throws(CredentialFailure) -> AWSCredentials? {
    if let kept, kept != stale, !ends(kept, within: Self.margin) { return kept }
    do throws(CredentialFailure) {
      let found = try await searchOnce().get()
      kept = found
      return found
    } catch {
      // Minutes are left: enough for what is being done.
      if let kept, kept != stale, !ends(kept, within: TimeSpan(seconds: 0)) { return kept }
      throw error
    }
  }

  private func ends(_ credentials: AWSCredentials, within margin: TimeSpan) -> Bool {
    credentials.expires.map { $0 <= surroundings.now() + margin } ?? false
  }

  private func searchOnce() async -> Result<AWSCredentials, CredentialFailure> {
    if let search { return await search.value }
    let task = Task { [settings, surroundings, base] () -> Result<AWSCredentials, CredentialFailure> in
      var search = CredentialSearch(settings: settings, surroundings: surroundings)
      do throws(CredentialFailure) { return .success(try await search.find(on: base)) } catch { return .failure(error) }
    }
    search = task
    defer { search = nil }
    return await task.value
  }
}
