import Glibc
import Synchronization

/// Amazon RDS for tests: moto, with what it lacks of RDS and the faults that the real service shows.
///
/// It serves STS, IAM, Secrets Manager and the rest of moto on the same port. `Tests/TestServers/aws/standin.py` lists
/// the orders it takes. It runs until `stop()`, or until the last reference to it or the test process goes.
package final class RDSStandIn: Sendable {
  package static let region = "eu-west-1"
  package static let account = "123456789012"

  package let port: Int
  private let directory: TemporaryDirectory
  private let process: Mutex<ChildProcess?>

  /// Starts a stand-in of the test's own; returns when it answers, after 1 or 2 s.
  package static func start() async throws -> RDSStandIn {
    try await offThePool { try RDSStandIn() }
  }

  private init() throws {
    port = try FreePort.next()
    directory = try TemporaryDirectory()
    var environment = ChildProcess.environment
    environment["HOME"] = directory.path
    // -B: no compiled files beside the sources.
    let child = try ChildProcess(
      [Self.python(), "-B", Self.sources + "/standin.py", "\(port)"], in: directory.path, environment: environment)
    try child.waitForOutput("ready", timeoutSeconds: 60)
    process = Mutex(child)
  }

  package var endpoint: String { "http://127.0.0.1:\(port)" }

  /// What `holdfast` or an SDK needs to reach the stand-in and nothing else of AWS.
  package var environment: [String: String] {
    environment(accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
  }

  package func environment(accessKey: String, secretKey: String) -> [String: String] {
    [
      "AWS_ENDPOINT_URL": endpoint, "AWS_REGION": Self.region, "AWS_DEFAULT_REGION": Self.region,
      "AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey, "AWS_EC2_METADATA_DISABLED": "true",
    ]
  }

  /// Gives an order, such as `control("faults", #"{"kind": "throttling", "action": "*", "times": 2}"#)`.
  ///
  /// - Returns: the answer, JSON.
  @discardableResult
  package func control(_ order: String, _ body: String = "{}", method: String = "POST") throws -> String {
    let answer = try LoopbackRequest(port: port, method: method, path: "/standin/\(order)", body: body).send()
    guard answer.status == 200 else { throw TestFailure("\(order) \(body): \(answer.body)") }
    return answer.body
  }

  /// What was asked so far, one JSON object a line, in the order of arrival.
  package func requests(service: String = "rds") throws -> [String] {
    let text = try LoopbackRequest(port: port, method: "GET", path: "/standin/requests?service=\(service)").send().body
    return text.split(separator: "\n").map(String.init)
  }

  /// The names of the actions asked for so far, in the order of arrival.
  package func actions(service: String = "rds") throws -> [String] {
    try requests(service: service).map { line in
      guard let action = line.firstRange(of: "\"action\": \"") else { throw TestFailure("no action in \(line)") }
      return String(line[action.upperBound...].prefix { $0 != "\"" })
    }
  }

  /// Lets `rds_request_validator.py` judge every request to RDS so far.
  ///
  /// - Parameter secret: the secret key of all of them; then their signatures are computed anew.
  /// - Returns: its reports on those that are wrong; empty where there was no request at all is an error.
  package func validateRequests(secret: String? = nil) async throws -> [String] {
    let requests = try requests()
    guard !requests.isEmpty else { throw TestFailure("no request to RDS was made") }
    let options = secret.map { ["--secret", $0] } ?? []
    let command = [try Self.python(), Self.oracles + "/tools/rds_request_validator.py"] + options
    let outcome = try await offThePool {
      try ChildProcess.run(command, stdin: requests.joined(separator: "\n") + "\n")
    }
    let reports = outcome.stdout.split(separator: "\n").map(String.init)
    guard outcome.status < 2, reports.count == requests.count else {
      throw TestFailure("the validator ended with \(outcome.status): \(outcome.stderr)")
    }
    return reports.filter { !$0.contains("\"ok\": true") }
  }

  /// Answers of the stand-in that aren't as the service's model says; it is then no witness.
  package func problems() throws -> String {
    try control("problems", method: "GET")
  }

  /// Runs a Python script with boto3 against the stand-in and returns what it wrote.
  @discardableResult
  package func run(script: String, arguments: [String] = []) async throws -> String {
    let command = [try Self.python(), "-B", script] + arguments
    let environment = ChildProcess.environment.merging(environment) { $1 }
    let outcome = try await offThePool { [directory] in
      try ChildProcess.run(command, in: directory.path, environment: environment, timeoutSeconds: 120)
    }
    guard outcome.status == 0 else { throw TestFailure("\(script):\n\(outcome.stdout)\(outcome.stderr)") }
    return outcome.stdout
  }

  /// Ends the server.
  package func stop() throws {
    try process.withLock { child in
      _ = try child?.killAndReap()
      child = nil
    }
  }
}

extension RDSStandIn {
  /// The Python that has moto, boto3 and botocore.
  package static func python() throws -> String {
    let candidates = FetchedServers.directories.map { "\($0)/aws/bin/python" }
    guard let python = candidates.first(where: { access($0, X_OK) == 0 }) else {
      throw TestFailure("moto is missing: run `make setup-tests`")
    }
    return python
  }

  private static let sources = String(#filePath.dropLast("RDSStandIn.swift".count)) + "aws"

  /// The recorded answers and validators, `Tests/Oracles`.
  package static let oracles = String(#filePath.dropLast("TestServers/RDSStandIn.swift".count)) + "Oracles"
}
