import AWSWire
import HTTP
import Model
import NativeClients
import PlatformAWS
import PlatformKit
import SQL
import Synchronization
import TestServers

/// Answers calls by a script, and keeps the names of the actions that it was sent.
final class ScriptedRDS: HTTPClient {
  enum Answer: Sendable {
    case result(String)
    case refusal(Int, String, String)
    case lost
  }

  private let script: @Sendable (String, Int) -> Answer
  private let log = Mutex<[HTTPRequest]>([])

  /// - Parameter script: given the action and how often it was asked for before.
  init(_ script: @escaping @Sendable (String, Int) -> Answer) { self.script = script }

  var forms: [String] { log.withLock { $0.map { String(decoding: $0.body, as: UTF8.self) } } }
  var hosts: [String] { log.withLock { $0.map(\.url.host) } }
  /// Without the questions who asks.
  var actions: [String] { forms.map(action).filter { $0 != "GetCallerIdentity" } }

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let name = action(String(decoding: request.body, as: UTF8.self))
    let count = log.withLock { log in
      log.append(request)
      return log.count { action(String(decoding: $0.body, as: UTF8.self)) == name } - 1
    }
    switch name == "GetCallerIdentity" ? .result("<Account>123456789012</Account>") : script(name, count) {
    case .result(let inner):
      let text =
        name.isEmpty ? inner : "<\(name)Response><\(name)Result>\(inner)</\(name)Result></\(name)Response>"
      return HTTPResponse(status: 200, body: Array(text.utf8))
    case .refusal(let status, let code, let message):
      let text =
        "<ErrorResponse><Error><Code>\(code)</Code><Message>\(message)</Message></Error>"
        + "<RequestId>r-1</RequestId></ErrorResponse>"
      return HTTPResponse(status: status, body: Array(text.utf8))
    case .lost: throw HTTPFailure(.connectionLost, message: "the connection was lost", mayHaveActed: true)
    }
  }
}

private func action(_ form: String) -> String {
  let field = form.split(separator: "&").first { $0.hasPrefix("Action=") }
  return field.map { String($0.dropFirst("Action=".count)) } ?? ""
}

/// A clock that only sleeping moves.
final class SteppedClock: Sendable {
  private let slept = Mutex(Duration.zero)

  var total: Duration { slept.withLock(\.self) }

  var retry: RetryClock {
    RetryClock(
      now: { [self] in total },
      sleep: { [self] (wait: Duration) async throws(CancellationError) in slept.withLock { $0 += wait } },
      random: { 0.5 })
  }
}

struct FixedSecrets: SecretSource {
  func resolve(_ reference: SecretRef) async throws(SecretFailure) -> Secret { Secret("correct-horse") }
}

/// An applier's surroundings, with nothing of AWS in them.
struct Bench {
  let clock = SteppedClock()
  let directory: TemporaryDirectory
  let surroundings: AWSSurroundings
  let source: AWSApplierSource

  init(_ http: any HTTPClient, environment: [String: String] = Bench.keys, clock real: RetryClock? = nil) throws {
    directory = try TemporaryDirectory()
    surroundings = AWSSurroundings(
      environment: environment, files: LocalFiles(), http: http, xml: ExpatReader(), hashing: LibcryptoHashing(),
      now: { Timestamp(seconds: 1_795_057_200) }, clock: real ?? clock.retry)
    source = AWSApplierSource(
      clients: AWSAccountClients(Samples.account, surroundings), writer: LocalFilesWriter(),
      connector: LibPQConnector(), secrets: FixedSecrets(), lockDirectory: directory.path + "/locks")
  }

  static let keys = ["AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "hush"]

  func open() async throws -> any Applier {
    try await source.lockAndOpen(Samples.instance(Samples.plain), run: "r1")
  }
}

func status(_ status: String) -> ScriptedRDS.Answer {
  .result("<DBInstances><DBInstance><DBInstanceStatus>\(status)</DBInstanceStatus></DBInstance></DBInstances>")
}
