@preconcurrency import Glibc
import NativeClients
import PlatformKit
import SQL
import Testing

/// A PostgreSQL of the tests' own: on a socket and a loopback port, in a temporary directory.
///
/// Started through the runner that is tested, `pg_ctl` and its daemon included.
struct TestCluster {
  static let binaries = "/usr/lib/postgresql/15/bin"
  let directory: String
  let port: Int
  let owner: OSUser

  /// Runs the body against a new cluster and removes all of it afterwards.
  static func with(_ body: (TestCluster) async throws -> Void) async throws {
    let cluster = try await TestCluster()
    do {
      try await cluster.start()
      try await body(cluster)
      try await cluster.remove()
    } catch {
      try? await cluster.remove()
      throw error
    }
  }

  private init() async throws {
    let files = LocalFiles()
    owner =
      geteuid() == 0 ? try #require(try await files.user(named: "postgres")) : try await files.currentUser()
    directory = "/tmp/holdfast-test-\(hexadecimal(randomBytes(4)))"
    port = 20_000 + Int(randomBytes(1)[0]) * 37 + Int(randomBytes(1)[0])
    try await LocalFilesWriter().makeDirectory(directory, mode: 0o755, owner: owner)
  }

  func endpoint(user: String? = nil, database: String = "postgres", password: String? = nil) -> SQLEndpoint {
    SQLEndpoint(
      host: directory, port: port, database: database, user: user ?? owner.name,
      password: password.map { Secret($0) }, tls: .disable)
  }

  /// Over TCP every user has to give a password.
  func endpointOverTCP(user: String, password: String?) -> SQLEndpoint {
    var endpoint = endpoint(user: user, password: password)
    endpoint.host = "127.0.0.1"
    return endpoint
  }

  func connect() async throws -> any SQLConnection {
    try await LibPQConnector().connect(to: endpoint())
  }

  func log() async throws -> String {
    let bytes = try await LocalFiles().read("\(directory)/log", limitBytes: 1 << 24)
    return String(decoding: bytes ?? [], as: UTF8.self)
  }

  @discardableResult
  func run(_ program: String, _ arguments: [String]) async throws -> ProcessResult {
    let result = try await ChildProcessRunner().run(
      ProcessCall(
        "\(Self.binaries)/\(program)", arguments,
        environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"],
        workingDirectory: directory, runAs: owner, timeout: .seconds(60)))
    #expect(result.succeeded, "\(String(decoding: result.standardError, as: UTF8.self))")
    return result
  }

  private func start() async throws {
    try await run(
      "initdb",
      [
        "-D", "\(directory)/data", "--no-sync", "-E", "UTF8", "--auth-local=trust",
        "--auth-host=scram-sha-256",
      ])
    try await run(
      "pg_ctl",
      [
        "-D", "\(directory)/data", "-l", "\(directory)/log", "-w", "-o",
        "-p \(port) -k \(directory) -c listen_addresses=127.0.0.1 -c fsync=off -c log_statement=all"
          + " -c max_connections=12",
        "start",
      ])
  }

  private func remove() async throws {
    if try await LocalFiles().status(of: "\(directory)/data/postmaster.pid") != nil {
      try await run("pg_ctl", ["-D", "\(directory)/data", "-m", "immediate", "-w", "stop"])
    }
    try await LocalFilesWriter().removeTree(directory)
  }
}
