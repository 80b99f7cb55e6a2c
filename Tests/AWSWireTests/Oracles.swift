import Foundation
import TestServers

/// `Tests/Oracles`: what others have written or recorded.
let oracles = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
  path: "Oracles")

/// The Python scripts of these tests.
let pythonScripts = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Python")

/// The Python that `scripts/fetch-servers` gives botocore and moto.
func pythonWithAWS() throws -> String {
  let home = ProcessInfo.processInfo.environment["HOME"].map { ["\($0)/.cache"] } ?? []
  let own = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"].map { [$0] } ?? home
  for cache in ["/var/cache/holdfast-tests"] + own.map({ "\($0)/holdfast-tests" }) {
    let python = "\(cache)/aws/bin/python"
    if FileManager.default.isExecutableFile(atPath: python) { return python }
  }
  throw TestFailure("moto is missing: run `make setup-tests`")
}

/// Runs something that blocks on a thread of its own.
func offThePool<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(with: Result(catching: work)) }
  }
}
