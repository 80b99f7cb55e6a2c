import AWSWire
import Foundation
import HTTP
import NativeClients
import SQL
import TestServers

/// moto, in a process of its own: AWS as far as it goes, with signatures and policies checked.
final class Moto {
  let url: HTTPURL
  private let process: ChildProcess
  private let directory: TemporaryDirectory

  /// Starts it and returns once it answers.
  static func start() async throws -> Moto {
    let moto = try await offThePool { SendableBox(try Moto()) }.value
    let client = CurlClient()
    let request = HTTPRequest(
      method: "GET", url: moto.address("/moto-api/"), limits: HTTPLimits(connectSeconds: 1), isSafeToRepeat: true)
    for _ in 0..<300 {
      if let response = try? await client.send(request), response.status == 200 { return moto }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw TestFailure("moto does not answer: \(moto.process.stderr)")
  }

  private init() throws {
    let port = try FreePort.next()
    directory = try TemporaryDirectory()
    url = HTTPURL(scheme: .http, host: "127.0.0.1", port: port)
    process = try ChildProcess(
      [try pythonWithAWS(), "-m", "moto.server", "-H", "127.0.0.1", "-p", "\(port)"], in: directory.path,
      environment: ChildProcess.environment)
  }

  func address(_ path: String) -> HTTPURL {
    var address = url
    address.path = path
    return address
  }

  var endpoints: AWSEndpoints {
    get throws { try AWSEndpoints(region: "eu-west-1", environment: ["AWS_ENDPOINT_URL": url.origin]) }
  }

  /// Runs a Python script with boto3, and gives the words that it prints.
  func prepare() async throws -> [String] {
    let origin = url.origin
    return try await offThePool {
      try ChildProcess.check([try pythonWithAWS(), pythonScripts.appending(path: "prepare_moto.py").path, origin])
        .split(separator: "\n").map(String.init)
    }
  }
}

/// For handing a value over once.
private struct SendableBox<Value>: @unchecked Sendable {
  // Made on one thread and given to one task, which alone uses it from there on.
  let value: Value
  init(_ value: Value) { self.value = value }
}
