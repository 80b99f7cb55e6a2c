import Model
import NativeClients
import Planner
import PlatformKit
import SQL
import Simulator
import TestServers

@testable import PlatformLocal

/// An instance in a temporary directory, planned, applied and observed as the program does it, step by step.
final class LiveInstance {
  let directory: TemporaryDirectory
  var desired: DesiredInstance
  var host: LocalHost
  private let runner = ChildProcessRunner()
  private let secrets = FixedSecrets(values: ["CIPHER": "hush-hush", "OTHER": "not that one"])

  init(major: Int = 15) async throws {
    directory = try TemporaryDirectory(owner: .ofServers)
    desired = DesiredInstance(
      name: "orders", platform: DesiredPlatform(name: "here", kind: .local(hostname: "localhost", runAs: nil))
    )
    desired.local = LocalSettings(port: try FreePort.next(), dataDirectory: directory.path + "/orders")
    desired.local?.binaries = PostgresBinaries.directory(major: major)
    desired.version = VersionConstraint("\(major)")
    host = try await LocalHost.discover(for: [desired], files: LocalFiles(), runner: runner, searchPath: [])
  }

  func lookAround() async throws {
    host = try await LocalHost.discover(for: [desired], files: LocalFiles(), runner: runner, searchPath: [])
  }

  var paths: LocalPaths { desired.paths }
  var planner: LocalStepPlanner { LocalStepPlanner(host: host) }

  func observe() async throws -> Observed {
    let observer = LocalObserver(
      host: host, files: LocalFiles(), runner: runner, connector: LibPQConnector(), secrets: secrets,
      judge: NoJudge())
    return try await observer.observe(desired, at: Timestamp(seconds: 1_800_000_000))
  }

  func open() async throws -> any Applier {
    let source = LocalApplierSource(
      host: host, files: LocalFiles(), writer: LocalFilesWriter(), runner: runner,
      connector: LibPQConnector(),
      secrets: secrets)
    return try await source.lockAndOpen(desired, run: "test")
  }

  /// Renders the edits against the instance as it is, does them, and looks again.
  @discardableResult
  func apply(_ edits: [Edit]) async throws -> Observed {
    let before = try await observe()
    var simulator = Simulator(before, pristine: planner.pristine(for: desired), now: Timestamp(seconds: 0))
    simulator.apply(edits)
    let operations = planner.operations(for: edits, of: desired, before: before, after: simulator.observed)
    let applier = try await open()
    do {
      for operation in operations { try await applier.perform(operation) }
    } catch {
      await applier.finish()
      throw error
    }
    await applier.finish()
    return try await observe()
  }

  /// Makes it and starts it, with what other fields derive in its layer.
  func create() async throws -> Observed {
    let derived = planner.derivedParameters(for: desired).sorted { $0.key < $1.key }
    let layer = derived.map { Edit.setParameter(name: $0.key, value: $0.value) }
    try await apply(
      [.createInstance(version: ServerVersion(major: desired.version?.atLeast.major ?? 15)), .includeLayer]
        + layer)
    return try await apply([.startInstance])
  }

  func addBackups() {
    let configuration = BackupConfiguration(
      repository: directory.path + "/repository", retain: TimeSpan("7d"),
      cipher: .environment(variable: "CIPHER"),
      pointInTime: true)
    desired.backup = DesiredBackup(policy: "tier-1", configuration: configuration)
  }

  func shell(_ script: String) throws -> String {
    try ChildProcess.check(["/bin/sh", "-c", script], in: directory.path, runAs: .ofServers)
  }

  func psql(_ sql: String) throws -> String {
    try shell(
      "\(desired.local?.binaries ?? "")/psql -XAtq -h \(paths.socketDirectory) -p \(desired.localSettings.port) -d postgres -c \"\(sql)\""
    )
  }
}

private struct FixedSecrets: SecretSource {
  let values: [String: String]

  func resolve(_ reference: SecretRef) async throws(SecretFailure) -> Secret {
    guard case .environment(let name) = reference, let value = values[name] else {
      throw SecretFailure(reference: reference, message: "not set")
    }
    return Secret(value)
  }
}

private struct NoJudge: PasswordJudge {
  func judge(verifier: String?, reference: SecretRef) async -> PasswordState {
    .unknown(because: "not asked")
  }
}
