import AWSWire
import Foundation
import HTTP
import Model
import NativeClients
import SQL
import Synchronization

/// Answers by a script instead of a network, and keeps what it was sent.
final class ScriptedService: HTTPClient {
  typealias Answer = Result<HTTPResponse, HTTPFailure>

  private let script: @Sendable (HTTPRequest, Int) async -> Answer
  private let log = Mutex<[HTTPRequest]>([])

  /// - Parameter script: given a request and its number, from 0.
  init(_ script: @escaping @Sendable (HTTPRequest, Int) async -> Answer) { self.script = script }

  /// The answers in their order; the last goes on for ever.
  convenience init(_ answers: [Answer]) {
    self.init { _, number in answers[min(number, answers.count - 1)] }
  }

  var requests: [HTTPRequest] { log.withLock(\.self) }

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let number = log.withLock {
      $0.append(request)
      return $0.count - 1
    }
    return try await script(request, number).get()
  }
}

extension HTTPRequest {
  var form: String { String(decoding: body, as: UTF8.self) }

  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

extension Result<HTTPResponse, HTTPFailure> {
  static func answer(_ status: Int, _ text: String, _ headers: [String: String] = [:]) -> Self {
    .success(
      HTTPResponse(
        status: status, headers: headers.sorted { $0.key < $1.key }.map { HTTPHeader($0.key, $0.value) },
        body: Array(text.utf8)))
  }

  static func result(_ action: String, _ inner: String) -> Self {
    .answer(
      200,
      "<\(action)Response><\(action)Result>\(inner)</\(action)Result><ResponseMetadata><RequestId>r-1</RequestId>"
        + "</ResponseMetadata></\(action)Response>")
  }

  static func error(
    _ status: Int, _ code: String, _ message: String = "no", _ headers: [String: String] = [:]
  ) -> Self {
    .answer(
      status,
      "<ErrorResponse><Error><Type>Sender</Type><Code>\(code)</Code><Message>\(message)</Message></Error>"
        + "<RequestId>r-1</RequestId></ErrorResponse>", headers)
  }

  static func lost(_ kind: HTTPFailure.Kind, mayHaveActed: Bool) -> Self {
    .failure(HTTPFailure(kind, message: "no answer from https://rds.example", mayHaveActed: mayHaveActed))
  }
}

/// A clock that is moved by sleeping alone.
final class TestClock: Sendable {
  private let slept = Mutex<Duration>(.zero)
  private let moment: Mutex<Timestamp>

  /// 2026-11-22 17:00:00 UTC unless said.
  init(_ seconds: Int = 1_795_366_800) { moment = Mutex(Timestamp(seconds: seconds)) }

  var total: Duration { slept.withLock(\.self) }

  func advance(_ seconds: Int) { moment.withLock { $0.seconds += seconds } }

  var now: @Sendable () -> Timestamp { { [self] in moment.withLock(\.self) } }

  var retry: RetryClock {
    RetryClock(
      now: { [self] in total },
      sleep: { [self] (wait: Duration) async throws(CancellationError) in slept.withLock { $0 += wait } },
      random: { 0.5 })
  }
}

let testCredentials = AWSCredentials(
  accessKeyID: "AKIATEST", secretAccessKey: Secret("hush-secret"), sessionToken: Secret("hush-token"),
  source: "the test")

func testClient(
  _ service: ScriptedService, clock: TestClock = TestClock(),
  credentials: any CredentialSource = FixedCredentials(testCredentials)
) throws -> AWSClient {
  AWSClient(
    http: service, xml: ExpatReader(), hashing: LibcryptoHashing(), credentials: credentials,
    endpoints: try AWSEndpoints(region: "eu-west-1"), now: clock.now, clock: clock.retry)
}

/// How a call failed; `nil` where it didn't.
func failure<Value>(_ work: () async throws(AWSFailure) -> Value) async -> AWSFailure? {
  do throws(AWSFailure) {
    _ = try await work()
    return nil
  } catch {
    return error
  }
}
