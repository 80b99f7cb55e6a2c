import TestServers
import Testing

/// Others grant on the same table all the while: the server then refuses whoever comes second with "tuple concurrently
/// updated", and the step is looked at and done again.
@Suite struct BusyServerTests {
  @Test func aGrantThatAnotherGrantCrossedIsDoneAgain() async throws {
    let cluster = try await TestCluster.start(major: 15)
    try _ = cluster.psql("CREATE TABLE t (i int); " + (1...8).map { "CREATE ROLE w\($0)" }.joined(separator: "; "))
    let repository = try ServerRepository(specs: specs(cluster))
    try repository.run("apply", "--yes")
    let writers = try (1...8).map { try writer($0, on: cluster, in: repository.path) }
    defer { for writer in writers { _ = try? writer.killAndReap() } }
    var retried: Outcome?
    for _ in 0..<60 where retried == nil {
      try takeBack(on: cluster)
      let applied = try repository.run("apply", "--yes")
      #expect(applied.status == 0, "\(applied)")
      #expect(try cluster.psql("SELECT has_table_privilege('reader', 't', 'SELECT')") == "t")
      if unwrapped(applied.stderr).contains("attempt 2, because") { retried = applied }
    }
    let told = try #require(retried, "sixty grants crossed no other")
    #expect(unwrapped(told.stderr).contains("tuple concurrently"))
  }

  private func specs(_ cluster: TestCluster) -> String {
    """
    kind: Platform
    name: here
    type: server
    ---
    kind: Instance
    name: busy
    platform: here
    engine: postgres
    connect: { host: \(cluster.socketDirectory), port: \(cluster.port), user: postgres }
    databases: { postgres: {} }
    access: [readers]
    ---
    kind: Access
    name: readers
    databases: [postgres]
    roles: { reader: {} }
    grants:
      - { to: reader, in: postgres.public, table: { t: [select] } }
    """
  }

  private func writer(_ number: Int, on cluster: TestCluster, in directory: String) throws -> ChildProcess {
    let binaries = try #require(PostgresBinaries.directory(major: 15))
    let round = "GRANT SELECT ON t TO w\(number);\nREVOKE SELECT ON t FROM w\(number);\nSELECT pg_sleep(0.001);\n"
    return try ChildProcess(
      [
        "\(binaries)/psql", "-Xqd", "postgres", "-h", cluster.socketDirectory, "-p", "\(cluster.port)", "-U",
        "postgres",
        "-o", "/dev/null", "-f", "-",
      ],
      in: directory, environment: ChildProcess.environment, stdin: String(repeating: round, count: 20_000))
  }

  /// This too meets the writers.
  private func takeBack(on cluster: TestCluster) throws {
    for _ in 0..<50 where (try? cluster.psql("REVOKE SELECT ON t FROM reader")) == nil {}
    #expect(try cluster.psql("SELECT has_table_privilege('reader', 't', 'SELECT')") == "f")
  }
}
