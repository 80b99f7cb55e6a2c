/// Time and chance, handed in so that tests neither sleep nor differ from run to run.
package struct RetryClock: Sendable {
  /// Monotonic, from any beginning.
  package var now: @Sendable () -> Duration
  package var sleep: @Sendable (Duration) async throws(CancellationError) -> Void
  /// From 0 up to 1.
  package var random: @Sendable () -> Double

  package init(
    now: @escaping @Sendable () -> Duration,
    sleep: @escaping @Sendable (Duration) async throws(CancellationError) -> Void,
    random: @escaping @Sendable () -> Double
  ) {
    (self.now, self.sleep, self.random) = (now, sleep, random)
  }
}

/// Sends a request until it is answered for good, waiting between attempts.
package struct RetryingClient: Sendable {
  private let client: any HTTPClient
  private let policy: RetryPolicy
  private let quota: RetryQuota
  private let clock: RetryClock

  /// - Parameter quota: shared by all that call the same API of the same account.
  package init(client: any HTTPClient, policy: RetryPolicy = RetryPolicy(), quota: RetryQuota, clock: RetryClock) {
    (self.client, self.policy, self.quota, self.clock) = (client, policy, quota, clock)
  }

  /// Gives the last answer, of whatever class: a throttled one too, once trying again is of no use.
  ///
  /// A request that is not safe to repeat is sent again only where the attempt before surely did nothing.
  /// - Parameter makeRequest: called for each attempt, because a signature holds the time of its making.
  /// - Parameter onRetry: told of a failure without an answer after which another attempt is made.
  /// - Errors: the last attempt's failure, its `mayHaveActed` true where any attempt may have.
  package func send(
    makeRequest: () async throws(HTTPFailure) -> HTTPRequest, classify: (HTTPResponse) -> AnswerClass,
    onRetry: (HTTPFailure) async -> Void = { _ in }
  ) async throws(HTTPFailure) -> HTTPResponse {
    var run: RetryRun?
    var lastCost: Int?
    var mayHaveActed = false
    let start = clock.now()
    while true {
      let request = try await noting(mayHaveActed, makeRequest)
      let outcome = await attempt(request)
      let result = outcome.classified(by: classify)
      mayHaveActed = mayHaveActed || result.mayHaveActed

      var current = run ?? RetryRun(policy: policy, isSafeToRepeat: request.isSafeToRepeat, start: start)
      let action = current.next(after: result, at: clock.now(), random: clock.random())
      run = current
      switch action {
      case .finish(let end):
        if end == .success { await quota.refund(lastCost: lastCost) }
        return try outcome.get(mayHaveActed: mayHaveActed)
      case .retry(let wait, let cost):
        guard await quota.withdraw(cost) else { return try outcome.get(mayHaveActed: mayHaveActed) }
        lastCost = cost
        if case .failure(let failure) = outcome { await onRetry(failure) }
        try await sleep(wait, before: request, mayHaveActed: mayHaveActed)
      }
    }
  }

  private func attempt(_ request: HTTPRequest) async -> Result<HTTPResponse, HTTPFailure> {
    do { return .success(try await client.send(request)) } catch { return .failure(error) }
  }

  private func noting(
    _ mayHaveActed: Bool, _ makeRequest: () async throws(HTTPFailure) -> HTTPRequest
  ) async throws(HTTPFailure) -> HTTPRequest {
    do { return try await makeRequest() } catch {
      throw HTTPFailure(error.kind, message: error.message, mayHaveActed: mayHaveActed || error.mayHaveActed)
    }
  }

  private func sleep(
    _ wait: Duration, before request: HTTPRequest, mayHaveActed: Bool
  ) async throws(HTTPFailure) {
    do { try await clock.sleep(wait) } catch {
      throw HTTPFailure(
        .cancelled, message: "cancelled while waiting to try \(request.url.origin) again", mayHaveActed: mayHaveActed)
    }
  }
}

extension Result<HTTPResponse, HTTPFailure> {
  fileprivate func classified(by classify: (HTTPResponse) -> AnswerClass) -> AttemptResult {
    switch self {
    case .success(let response): .answer(classify(response))
    case .failure(let failure): .failure(failure)
    }
  }

  fileprivate func get(mayHaveActed: Bool) throws(HTTPFailure) -> HTTPResponse {
    switch self {
    case .success(let response): return response
    case .failure(let failure):
      throw HTTPFailure(failure.kind, message: failure.message, mayHaveActed: mayHaveActed || failure.mayHaveActed)
    }
  }
}

extension AttemptResult {
  fileprivate var mayHaveActed: Bool {
    switch self {
    case .answer(.success), .answer(.serverError): true
    case .answer(.throttled), .answer(.final): false
    case .failure(let failure): failure.mayHaveActed
    }
  }
}
