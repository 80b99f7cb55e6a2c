import HTTP
import Model
import PlatformKit
import SQL
import XML

/// Calls the services of one region with one account's credentials.
///
/// As many calls go out at once as callers make, up to `HTTPClient`'s width a host; `width` is what `results` uses.
package struct AWSClient: Sendable {
  /// How many calls `results` has on their way at once.
  package static let width = 8

  package let endpoints: AWSEndpoints
  let xml: any XMLReader
  let signer: Signer
  private let http: any HTTPClient
  private let credentials: any CredentialSource
  private let now: @Sendable () -> Timestamp
  private let clock: RetryClock
  private let policy: RetryPolicy
  private let userAgent: String
  /// Services throttle apart from each other, by account and region.
  private let quotas: [AWSService: RetryQuota]
  private let log = CallLog()
  private let notice: @Sendable (String) -> Void

  package init(
    http: any HTTPClient, xml: any XMLReader, hashing: any Hashing, credentials: any CredentialSource,
    endpoints: AWSEndpoints, now: @escaping @Sendable () -> Timestamp, clock: RetryClock,
    policy: RetryPolicy = RetryPolicy(), userAgent: String = "holdfast",
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.notice = notice
    (self.http, self.xml, self.signer) = (http, xml, Signer(hashing: hashing))
    (self.credentials, self.endpoints) = (credentials, endpoints)
    (self.now, self.clock, self.policy, self.userAgent) = (now, clock, policy, userAgent)
    quotas = Dictionary(uniqueKeysWithValues: AWSService.allCases.map { ($0, RetryQuota()) })
  }

  /// Requests sent so far, repeated ones included.
  package var requestCount: Int { get async { await log.requests } }

  /// What the user should know beside the results, each once: a wrong clock.
  package var warnings: [String] { get async { await log.warnings } }

  /// Makes one call and gives its result element; one without children where the action gives none.
  ///
  /// - Parameter isWrite: it is repeated only where the attempt before surely did nothing. There is no client token:
  ///   after a failure that `mayHaveActed`, look.
  /// - Errors: `AWSFailure` once trying again is of no use.
  package func call(_ call: AWSCall, isWrite: Bool) async throws(AWSFailure) -> XMLElement {
    let answers = QueryAnswers(call: call, isWrite: isWrite, xml: xml)
    var request = HTTPRequest(
      method: "POST", url: endpoints.url(of: call.service), body: Array(call.form.utf8), isSafeToRepeat: !isWrite)
    request.headers = [HTTPHeader("content-type", "application/x-www-form-urlencoded; charset=utf-8")]
    do throws(AWSFailure) {
      return try answers.result(try await send(request, answers))
    } catch {
      throw error.redacting(call.fields.secrets)
    }
  }

  /// The account that the credentials belong to.
  package func callerAccount() async throws(AWSFailure) -> String {
    let identity = try await call(.sts("GetCallerIdentity"), isWrite: false)
    guard let account = identity.text("Account"), !account.isEmpty else {
      throw AWSFailure(
        .unreadable, service: .sts, action: "GetCallerIdentity", detail: "the answer names no account")
    }
    return account
  }

  /// Sends until there is an answer to be read, renewing credentials and correcting the clock once each.
  func send(_ request: HTTPRequest, _ answers: some AWSAnswers) async throws(AWSFailure) -> HTTPResponse {
    var signing = try await signingCredentials(replacing: nil, answers)
    var (hasRenewed, hasCorrected) = (false, false)
    while true {
      let skew = await log.skew
      let response = try await transmit(request, answers, signing)
      guard let failure = answers.failure(response) else { return response }
      if !hasRenewed, failure.isExpiredToken, let stale = signing {
        hasRenewed = true
        signing = try await signingCredentials(replacing: stale, answers)
        if signing != stale { continue }
      }
      if !hasCorrected, failure.mayBeClock, await learnClock(response, from: skew) {
        hasCorrected = true
        continue
      }
      throw failure.redacting([signing?.secretAccessKey, signing?.sessionToken].compactMap(\.self))
    }
  }

  private func learnClock(_ response: HTTPResponse, from skew: TimeSpan) async -> Bool {
    guard let theirs = response.header("date").flatMap({ secondsSince1970(httpDate: $0) }) else { return false }
    return await log.learn(difference: Timestamp(seconds: theirs) - now(), from: skew)
  }

  private func transmit(
    _ request: HTTPRequest, _ answers: some AWSAnswers, _ signing: AWSCredentials?
  ) async throws(AWSFailure) -> HTTPResponse {
    guard let quota = quotas[answers.service] else { preconditionFailure("every service has its quota") }
    let retrying = RetryingClient(client: http, policy: policy, quota: quota, clock: clock)
    do {
      return try await retrying.send {
        await attempt(request, answers.service, signing)
      } classify: {
        answers.classify($0, now: now().seconds)
      } onRetry: { failure in
        // Once: a service that can't be reached fails all calls alike, and the next attempts take seconds.
        if await log.isFirstRetry() { notice("\(failure.message): trying again") }
      }
    } catch {
      throw AWSFailure(
        error.kind == .cancelled ? .cancelled : .unanswered, service: answers.service, action: answers.action,
        detail: error.message, hint: error.kind == .nameNotFound ? endpoints.hintOfMissing(answers.service) : nil,
        isTransient: error.isTransient, mayHaveActed: answers.isWrite && error.mayHaveActed)
    }
  }

  /// Signed anew for each attempt, by the clock of the service as far as it is known.
  private func attempt(_ request: HTTPRequest, _ service: AWSService, _ signing: AWSCredentials?) async -> HTTPRequest {
    var request = request
    request.headers.append(HTTPHeader("user-agent", userAgent))
    let skew = await log.begin()
    guard let signing else { return request }
    return signer.sign(
      request, for: Signer.Scope(service: service.rawValue, region: endpoints.region), with: signing,
      at: now() + skew)
  }

  private func signingCredentials(
    replacing stale: AWSCredentials?, _ answers: some AWSAnswers
  ) async throws(AWSFailure) -> AWSCredentials? {
    do { return try await credentials.credentials(replacing: stale) } catch {
      throw AWSFailure(
        .credentials, service: answers.service, action: answers.action, detail: error.message, hint: error.hint,
        isTransient: error.isTransient)
    }
  }
}

/// What a client's calls have in common.
private actor CallLog {
  /// - Source: AWS General Reference, "Signing AWS API requests": a request is good for five minutes. Read 2026-11-22.
  private static let toleratedSeconds = 240

  private(set) var requests = 0
  private(set) var warnings: [String] = []
  private(set) var skew = TimeSpan(seconds: 0)
  private var hasRetried = false

  func isFirstRetry() -> Bool {
    defer { hasRetried = true }
    return !hasRetried
  }

  /// Counts a request and gives what is to be added to our clock.
  func begin() -> TimeSpan {
    requests += 1
    return skew
  }

  /// Whether the clock that a request was signed by was so wrong that signing again may help.
  ///
  /// - Parameter used: what the request's clock was corrected by: another call may have learnt better meanwhile.
  func learn(difference: TimeSpan, from used: TimeSpan) -> Bool {
    guard isWrong(used, difference) else { return false }
    guard isWrong(skew, difference) else { return true }
    skew = difference
    let minutes = (abs(difference.seconds) + 30) / 60
    warnings.append(
      "this machine's clock is \(minutes) min \(difference.seconds > 0 ? "behind" : "ahead of") that of AWS; "
        + "requests are signed by theirs")
    return true
  }

  private func isWrong(_ skew: TimeSpan, _ difference: TimeSpan) -> Bool {
    abs(difference.seconds - skew.seconds) > Self.toleratedSeconds
  }
}
