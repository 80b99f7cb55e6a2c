/// How often and how long a request is tried, and how long is waited between.
package struct RetryPolicy: Hashable, Sendable {
  package var mostAttempts: Int
  /// The longest wait before the first retry; it doubles with each further one.
  package var base: Duration
  /// The longest wait of our own choice. A server's Retry-After may be longer.
  package var cap: Duration
  /// Since the first attempt: no wait ends later.
  package var total: Duration

  package init(
    mostAttempts: Int = 8, base: Duration = .milliseconds(200), cap: Duration = .seconds(20),
    total: Duration = .seconds(120)
  ) {
    (self.mostAttempts, self.base, self.cap, self.total) = (mostAttempts, base, cap, total)
  }

  /// Full jitter: anything up to the exponential wait, so that clients who were throttled together don't come back
  /// together.
  ///
  /// - Parameter retry: from 0.
  /// - Parameter random: from 0 up to 1.
  /// - Source: AWS Architecture Blog, "Exponential Backoff And Jitter", read 2026-11-22.
  package func backoff(retry: Int, random: Double) -> Duration {
    var longest = base
    for _ in 0..<max(0, retry) where longest < cap { longest *= 2 }
    return min(longest, cap) * random
  }
}

/// What to do after an attempt.
package enum RetryAction: Hashable, Sendable {
  /// Hand the attempt's result to the caller, whatever it is.
  case finish(RetryEnd)
  /// Wait, and send it again where the quota still has that many tokens.
  case retry(after: Duration, cost: Int)
}

/// Why there is no further attempt.
package enum RetryEnd: Hashable, Sendable {
  case success
  /// Another attempt would get the same.
  case final
  /// It may have been acted upon, and doing it twice is not doing it once.
  case unsafeToRepeat
  case attemptsUsed
  /// The next wait would end after the total time.
  case outOfTime
}

/// One request's attempts: told how each ended, it says what comes next.
package struct RetryRun: Sendable {
  private let policy: RetryPolicy
  private let isSafeToRepeat: Bool
  private let start: Duration
  package private(set) var attempts = 0

  /// - Parameter start: on the same monotonic clock as `at:` of `next`.
  package init(policy: RetryPolicy, isSafeToRepeat: Bool, start: Duration) {
    (self.policy, self.isSafeToRepeat, self.start) = (policy, isSafeToRepeat, start)
  }

  /// - Parameter random: from 0 up to 1.
  package mutating func next(after result: AttemptResult, at now: Duration, random: Double) -> RetryAction {
    attempts += 1
    if let end = end(after: result) { return .finish(end) }
    if attempts >= policy.mostAttempts { return .finish(.attemptsUsed) }
    let wait = wait(after: result, random: random)
    if now - start + wait > policy.total { return .finish(.outOfTime) }
    return .retry(after: wait, cost: result.isTimeout ? TokenBucket.timeoutCost : TokenBucket.retryCost)
  }

  private func end(after result: AttemptResult) -> RetryEnd? {
    switch result {
    case .answer(.success): .success
    case .answer(.final): .final
    case .answer(.throttled): nil
    case .answer(.serverError): isSafeToRepeat ? nil : .unsafeToRepeat
    case .failure(let failure) where !failure.isTransient: .final
    case .failure(let failure): isSafeToRepeat || !failure.mayHaveActed ? nil : .unsafeToRepeat
    }
  }

  /// What the server asked for is the least; some jitter comes on top, since it asked others for the same.
  private func wait(after result: AttemptResult, random: Double) -> Duration {
    let retry = attempts - 1
    guard let asked = result.retryAfter else { return policy.backoff(retry: retry, random: random) }
    return max(.zero, asked) + policy.base * random
  }
}

extension AttemptResult {
  fileprivate var retryAfter: Duration? {
    switch self {
    case .answer(.throttled(let asked)), .answer(.serverError(let asked)): asked
    case .answer(.success), .answer(.final), .failure: nil
    }
  }

  fileprivate var isTimeout: Bool {
    switch self {
    case .failure(let failure): failure.kind == .timedOut
    case .answer: false
    }
  }
}
