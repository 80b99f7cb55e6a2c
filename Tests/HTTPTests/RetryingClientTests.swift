import HTTP
import Synchronization
import Testing

/// Answers by a list, the last of it for ever.
private actor ListedAnswers: HTTPClient {
  private let answers: [Result<HTTPResponse, HTTPFailure>]
  private(set) var requests: [HTTPRequest] = []

  init(_ answers: [Result<HTTPResponse, HTTPFailure>]) { self.answers = answers }

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    requests.append(request)
    return try answers[min(requests.count, answers.count) - 1].get()
  }
}

/// A clock that is where the last sleep left it.
private final class FakeTime: Sendable {
  let slept = Mutex<[Duration]>([])
  let isCancelled: Bool

  init(isCancelled: Bool = false) { self.isCancelled = isCancelled }

  var clock: RetryClock {
    RetryClock(
      now: { self.slept.withLock { $0.reduce(.zero, +) } },
      sleep: { (wait: Duration) async throws(CancellationError) in
        if self.isCancelled { throw CancellationError() }
        self.slept.withLock { $0.append(wait) }
      },
      random: { 0.5 })
  }
}

struct RetryingClientTests {
  let quota = RetryQuota(TokenBucket(capacity: 30))

  private func send(
    _ client: ListedAnswers, isSafeToRepeat: Bool = true, time: FakeTime = FakeTime()
  ) async throws(HTTPFailure) -> HTTPResponse {
    let signatures = Mutex(0)
    return try await RetryingClient(client: client, quota: quota, clock: time.clock).send(
      makeRequest: { () async throws(HTTPFailure) in
        let attempt = signatures.withLock { count in
          count += 1
          return count
        }
        return HTTPRequest(
          method: "POST", url: HTTPURL(scheme: .https, host: "rds.example"), headers: [HTTPHeader("n", "\(attempt)")],
          isSafeToRepeat: isSafeToRepeat)
      },
      classify: { answer in
        switch answer.status {
        case 200: .success
        case 429: .throttled(retryAfter: retryAfter(of: answer, now: 0))
        case 500...: .serverError
        default: .final
        }
      })
  }

  @Test func throttlingIsWaitedOutWithAFreshSignatureEachTime() async throws {
    let client = ListedAnswers([
      .success(HTTPResponse(status: 429, headers: [HTTPHeader("retry-after", "7")])),
      .success(HTTPResponse(status: 429)), .success(HTTPResponse(status: 200)),
    ])
    let time = FakeTime()
    #expect(try await send(client, isSafeToRepeat: false, time: time).status == 200)
    #expect(time.slept.withLock { $0 } == [.milliseconds(7_100), .milliseconds(200)])
    #expect(await client.requests.map { $0.headers[0].value } == ["1", "2", "3"])
    // Two retries of 5, of which the last came back.
    #expect(await quota.tokens == 25)
  }

  @Test func aWriteIsSentOnceWhereItMayHaveActed() async throws {
    let lost = HTTPFailure(.timedOut, message: "no answer", mayHaveActed: true)
    let client = ListedAnswers([.failure(lost)])
    await #expect(throws: lost) { try await send(client, isSafeToRepeat: false) }
    #expect(await client.requests.count == 1)
    let faulty = ListedAnswers([.success(HTTPResponse(status: 500))])
    #expect(try await send(faulty, isSafeToRepeat: false).status == 500)
    #expect(await faulty.requests.count == 1)
  }

  @Test func anEmptyQuotaEndsRetriesForAll() async throws {
    let client = ListedAnswers([.success(HTTPResponse(status: 503))])
    #expect(try await send(client).status == 503)
    #expect(await client.requests.count == 7)
    #expect(try await send(client).status == 503)
    #expect(await client.requests.count == 8)
  }

  @Test func anEarlierAttemptThatMayHaveActedIsRemembered() async throws {
    let lost = HTTPFailure(.connectionLost, message: "lost", mayHaveActed: true)
    let distrusted = HTTPFailure(.certificate, message: "expired", mayHaveActed: false)
    let client = ListedAnswers([.failure(lost), .failure(distrusted)])
    await #expect(throws: HTTPFailure(.certificate, message: "expired", mayHaveActed: true)) {
      try await send(client)
    }
    let cancelled = await #expect(throws: HTTPFailure.self) {
      try await send(ListedAnswers([.failure(lost)]), time: FakeTime(isCancelled: true))
    }
    #expect(cancelled?.kind == .cancelled && cancelled?.mayHaveActed == true)
  }
}
