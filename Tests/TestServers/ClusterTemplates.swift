import Dispatch

/// One freshly initialised data directory a version, to be copied: that takes a third of the time of `initdb`.
actor ClusterTemplates {
  static let shared = ClusterTemplates()

  private var templates: [Int: Task<TemporaryDirectory, any Error>] = [:]

  /// The directory that holds `data`, made on first use.
  func template(major: Int, binaries: String) async throws -> TemporaryDirectory {
    if let known = templates[major] { return try await known.value }
    let task = Task { try await offThePool { try initialise(binaries: binaries) } }
    templates[major] = task
    return try await task.value
  }
}

private func initialise(binaries: String) throws -> TemporaryDirectory {
  let directory = try TemporaryDirectory(owner: .ofServers)
  _ = try ChildProcess.check(
    [
      "\(binaries)/initdb", "-D", "\(directory.path)/data", "-U", TestCluster.superuser, "-A", "trust", "-E",
      "UTF8",
      "--locale=C.UTF-8", "--data-checksums", "--no-sync", "--no-instructions",
    ], in: directory.path, runAs: .ofServers)
  return directory
}

/// Does blocking work on a thread of its own; the threads that tests run on are few.
package func offThePool<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(with: Result(catching: work)) }
  }
}
