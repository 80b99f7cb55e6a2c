import HTTP
import Testing

struct RetryRunTests {
  static let lost = HTTPFailure(.connectionLost, message: "", mayHaveActed: true)
  static let refused = HTTPFailure(.connectionRefused, message: "", mayHaveActed: false)
  static let distrusted = HTTPFailure(.certificate, message: "", mayHaveActed: false)
  static let timedOut = HTTPFailure(.timedOut, message: "", mayHaveActed: true)

  /// What comes after a first attempt: for a read, and for a write.
  static let rules: [(AttemptResult, RetryEnd?, RetryEnd?)] = [
    (.answer(.success), .success, .success),
    (.answer(.final), .final, .final),
    (.answer(.throttled(retryAfter: nil)), nil, nil),
    (.answer(.serverError), nil, .unsafeToRepeat),
    (.answer(.serverError(retryAfter: .seconds(1))), nil, .unsafeToRepeat),
    (.failure(lost), nil, .unsafeToRepeat),
    (.failure(timedOut), nil, .unsafeToRepeat),
    (.failure(refused), nil, nil),
    (.failure(HTTPFailure(.nameNotFound, message: "", mayHaveActed: false)), nil, nil),
    (.failure(distrusted), .final, .final),
    (.failure(HTTPFailure(.tooLarge, message: "", mayHaveActed: true)), .final, .final),
    (.failure(HTTPFailure(.cancelled, message: "", mayHaveActed: true)), .final, .final),
  ]

  @Test(arguments: rules.indices)
  func aWriteIsOnlyRepeatedWhereNothingWasDone(_ index: Int) {
    let (result, ofRead, ofWrite) = RetryRunTests.rules[index]
    for (isSafe, expected) in [(true, ofRead), (false, ofWrite)] {
      var run = RetryRun(policy: RetryPolicy(), isSafeToRepeat: isSafe, start: .zero)
      let action = run.next(after: result, at: .seconds(1), random: 0.5)
      if let expected {
        #expect(action == .finish(expected))
      } else {
        guard case .retry = action else {
          Issue.record("\(result) ended with \(action)")
          continue
        }
      }
    }
  }

  @Test func waitsDoubleUpToTheCapWithFullJitter() {
    let policy = RetryPolicy()
    let longest = (0..<10).map { policy.backoff(retry: $0, random: 1) }
    #expect(longest.prefix(4) == [.milliseconds(200), .milliseconds(400), .milliseconds(800), .milliseconds(1600)])
    #expect(longest.dropFirst(7).allSatisfy { $0 == .seconds(20) })
    #expect(policy.backoff(retry: 9, random: 0) == .zero)
    #expect(policy.backoff(retry: 1_000_000, random: 0.5) == .seconds(10))
  }

  @Test func whatTheServerAsksForIsTheLeast() {
    var run = RetryRun(policy: RetryPolicy(), isSafeToRepeat: false, start: .seconds(100))
    let asked = AttemptResult.answer(.throttled(retryAfter: .seconds(30)))
    #expect(
      run.next(after: asked, at: .seconds(100), random: 0.5) == .retry(after: .milliseconds(30_100), cost: 5))
    // Beyond the cap of our own waits, yet not beyond the total.
    #expect(run.next(after: asked, at: .seconds(195), random: 0) == .finish(.outOfTime))
    let hours = AttemptResult.answer(.throttled(retryAfter: .seconds(999_999_999)))
    var other = RetryRun(policy: RetryPolicy(), isSafeToRepeat: true, start: .zero)
    #expect(other.next(after: hours, at: .zero, random: 0) == .finish(.outOfTime))
  }

  @Test func attemptsAreCountedAndTimeoutsCostMore() {
    var run = RetryRun(policy: RetryPolicy(mostAttempts: 3), isSafeToRepeat: true, start: .zero)
    #expect(run.next(after: .failure(Self.timedOut), at: .zero, random: 0) == .retry(after: .zero, cost: 10))
    #expect(run.next(after: .answer(.serverError), at: .zero, random: 0) == .retry(after: .zero, cost: 5))
    #expect(run.next(after: .answer(.serverError), at: .zero, random: 0) == .finish(.attemptsUsed))
  }

  @Test func theBucketGivesWhatItHasAndIsNeverOverfull() {
    var bucket = TokenBucket(capacity: 12)
    let answers = [bucket.withdraw(10), bucket.withdraw(5)]
    #expect(answers == [true, false])
    #expect(bucket.tokens == 2)
    bucket.refund(lastCost: nil)
    #expect(bucket.tokens == 3)
    bucket.refund(lastCost: 10)
    #expect(bucket.tokens == 12)
  }
}

struct HTTPDateTests {
  @Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
    ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ("Tue, 29 Feb 2028 23:59:59 GMT", 1_835_481_599), ("Sun, 22 Nov 2026 16:50:00 GMT", 1_795_366_200),
  ])
  func isRead(_ text: String, _ seconds: Int) { #expect(secondsSince1970(httpDate: text) == seconds) }

  @Test(arguments: [
    "", "tomorrow", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
    "Sun, 06 Nov 99999999999999999999 08:49:37 GMT", "2026-11-22T16:50:00Z",
  ])
  func isRefused(_ text: String) { #expect(secondsSince1970(httpDate: text) == nil) }

  @Test(
    arguments: [
      ("0", 0), ("120", 120), ("Sun, 06 Nov 1994 08:50:07 GMT", 30), ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
      ("-1", nil), ("1.5", nil), ("99999999999999999999", nil), ("soon", nil),
    ] as [(String, Int?)])
  func retryAfterCountsByTheServersClock(_ value: String, _ seconds: Int?) {
    let answer = HTTPResponse(
      status: 429, headers: [HTTPHeader("Retry-After", value), HTTPHeader("Date", "Sun, 06 Nov 1994 08:49:37 GMT")])
    #expect(retryAfter(of: answer, now: 1_800_000_000) == seconds.map { .seconds($0) })
    let dateless = HTTPResponse(status: 429, headers: [HTTPHeader("retry-after", value)])
    #expect(retryAfter(of: dateless, now: 784_111_777) == seconds.map { .seconds($0) })
  }
}
