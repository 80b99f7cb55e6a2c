import Model
import NativeClients
import PlanLaws
import Planner
import PlatformKit
import PlatformServer
import PostgresCatalog
import SQL
import TestServers

/// One cluster with an open session in each database.
final class SoakServer {
  static let databases = ["app", "crm"]
  static let now = Timestamp(seconds: 1_790_000_000)

  let cluster: TestCluster
  private var sessions: [String: any SQLConnection] = [:]

  private init(_ cluster: TestCluster) { self.cluster = cluster }

  static func start(major: Int) async throws -> SoakServer {
    let server = SoakServer(
      try await TestCluster.start(major: major, settings: ["autovacuum": "off", "synchronous_commit": "off"]))
    let session = try await server.session("postgres")
    _ = try await session.query("SET allow_in_place_tablespaces = on")
    _ = try await session.query("CREATE TABLESPACE fast LOCATION ''")
    for name in databases { _ = try await session.query("CREATE DATABASE \(identifier: name)") }
    return server
  }

  func close() async {
    for session in sessions.values { await session.close() }
    sessions = [:]
  }

  func session(_ database: String) async throws(SQLFailure) -> any SQLConnection {
    if let open = sessions[database] { return open }
    let session = try await connect(database)
    _ = try await session.query("SET search_path TO pg_catalog")
    sessions[database] = session
    return session
  }

  func observe(_ instance: DesiredInstance) async throws -> Observed {
    try await observeCluster(
      over: try await session("postgres"),
      connect: { [self] name async throws(SQLFailure) in try await connect(name) }, instance: instance,
      judge: NoPasswords(), now: Self.now)
  }

  /// Does what the plan says, as its steps' own operations.
  func perform(_ plan: InstancePlan) async throws {
    let runner = SQLBatchRunner(secrets: NoPasswords(), protectsPasswords: true)
    for step in plan.steps {
      for case .sql(let batch) in step.work.operations {
        let connection = try await connect(batch.database)
        do { try await runner.run(batch, over: connection) } catch {
          await connection.close()
          throw SoakFailure("step \(step.id), \(step.title): \(error.message)")
        }
        await connection.close()
      }
    }
  }

  func connect(_ database: String) async throws(SQLFailure) -> any SQLConnection {
    try await LibPQConnector().connect(
      to: SQLEndpoint(
        host: cluster.socketDirectory, port: cluster.port, database: database, user: TestCluster.superuser))
  }
}

extension SoakServer: @unchecked Sendable {}  // Its test uses it from one task; the closure above only connects.

struct SoakFailure: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}

/// No pair sets a password: a revert can't bring the former one back.
private struct NoPasswords: PasswordJudge, SecretSource {
  func judge(verifier: String?, reference: SecretRef) async -> PasswordState { .unknown(because: "none is set") }

  func resolve(_ reference: SecretRef) async throws(SecretFailure) -> Secret {
    throw SecretFailure(reference: reference, message: "none is set")
  }

  func lastChange(of reference: SecretRef) async -> Timestamp? { nil }
}
