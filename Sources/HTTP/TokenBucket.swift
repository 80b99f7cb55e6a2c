/// How many retries an account and API may still cost: where most calls fail, retries stop, and the service is not
/// buried under them. First attempts are free.
///
/// - Source: AWS SDKs and Tools Reference Guide, "Retry behavior", standard mode, read 2026-11-22.
package struct TokenBucket: Hashable, Sendable {
  package static let standardCapacity = 500
  package static let retryCost = 5
  /// A request that timed out has cost the service more.
  package static let timeoutCost = 10
  /// What a success without any retry gives back.
  package static let refillBySuccess = 1

  package let capacity: Int
  package private(set) var tokens: Int

  package init(capacity: Int = TokenBucket.standardCapacity) {
    (self.capacity, self.tokens) = (capacity, capacity)
  }

  /// Takes the tokens, or nothing where there are too few.
  package mutating func withdraw(_ cost: Int) -> Bool {
    guard cost <= tokens else { return false }
    tokens -= cost
    return true
  }

  /// - Parameter lastCost: of the retry that succeeded; `nil` where the first attempt did.
  package mutating func refund(lastCost: Int?) {
    tokens = min(capacity, tokens + (lastCost ?? TokenBucket.refillBySuccess))
  }
}

/// One bucket for all who call the same API of the same account.
package actor RetryQuota {
  private var bucket: TokenBucket

  package init(_ bucket: TokenBucket = TokenBucket()) { self.bucket = bucket }

  package var tokens: Int { bucket.tokens }

  func withdraw(_ cost: Int) -> Bool { bucket.withdraw(cost) }

  func refund(lastCost: Int?) { bucket.refund(lastCost: lastCost) }
}
