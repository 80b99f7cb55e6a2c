import Model
import NativeClients
import Planner
import PlatformKit
import PostgresCatalog
import SQL
import Simulator
import TestServers

/// A real server with what the tests need to observe it and to write to it.
struct LiveCatalog {
  let cluster: TestCluster
  let user: String

  static func start(major: Int, settings: [String: String] = [:]) async throws -> LiveCatalog {
    LiveCatalog(cluster: try await TestCluster.start(major: major, settings: settings), user: "postgres")
  }

  func acting(as user: String) -> LiveCatalog { LiveCatalog(cluster: cluster, user: user) }

  func connect(_ database: String = "postgres") async throws(SQLFailure) -> any SQLConnection {
    try await LibPQConnector().connect(
      to: SQLEndpoint(host: cluster.socketDirectory, port: cluster.port, database: database, user: user))
  }

  func instance(_ databases: String...) -> DesiredInstance {
    var instance = DesiredInstance(name: "live", platform: DesiredPlatform(name: "p", kind: .server))
    for name in databases { instance.databases[name] = DesiredDatabase() }
    return instance
  }

  /// - Parameter openOnly: the other databases that may be opened.
  func observe(
    _ instance: DesiredInstance, since earlier: EarlierLook? = nil, openOnly: Set<String>? = nil
  ) async throws -> Observed {
    let maintenance = try await connect()
    let observed = try await observeCluster(
      over: maintenance,
      connect: { name async throws(SQLFailure) in
        guard openOnly?.contains(name) ?? true else {
          throw SQLFailure(.server, message: "nobody is to look into \(name)", endpoint: name)
        }
        return try await self.connect(name)
      },
      instance: instance, judge: VerifierJudge(), now: Timestamp(seconds: 0), since: earlier)
    await maintenance.close()
    return observed
  }

  /// Applies the edits for real and to a simulated copy, and gives what is there and what was foretold.
  func apply(_ edits: [Edit], to instance: DesiredInstance) async throws -> (
    found: Observed, foretold: Observed
  ) {
    let before = try await observe(instance)
    var simulator = Simulator(before, pristine: Observed(presence: .absent), now: Timestamp(seconds: 0))
    simulator.apply(edits)
    let context = StatementContext(
      version: before.version ?? ServerVersion(major: 15), user: before.capabilities.user,
      maintenanceDatabase: "postgres", before: before, after: simulator.observed)
    for case .sql(let batch) in sqlOperations(for: edits, context) { try await run(batch) }
    return (try await observe(instance), simulator.observed)
  }

  func run(_ batch: SQLBatch) async throws {
    let connection = try await connect(batch.database)
    let runner = SQLBatchRunner(secrets: FixedSecrets(), protectsPasswords: user == "postgres")
    do { try await runner.run(batch, over: connection) } catch {
      await connection.close()
      throw error
    }
    await connection.close()
  }
}

struct FixedSecrets: SecretSource {
  static let password = "s3cret-in-tests"

  func resolve(_ reference: SecretRef) async throws(SecretFailure) -> Secret {
    if case .environment("ABSENT") = reference {
      throw SecretFailure(reference: reference, message: "not set")
    }
    return Secret(Self.password)
  }
}

private struct VerifierJudge: PasswordJudge {
  func judge(verifier: String?, reference: SecretRef) async -> PasswordState {
    guard let verifier else { return .none }
    switch scramVerifierMatches(verifier: verifier, password: Secret(FixedSecrets.password)) {
    case true?: return .matches(reference: reference)
    case false?: return .differs(reference: reference)
    case nil: return .unknown(because: "not SCRAM")
    }
  }
}
