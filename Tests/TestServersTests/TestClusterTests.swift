import Glibc
import TestServers
import Testing

@Suite struct TestClusterTests {
  @Test func startsThreeVersionsAtOnce() async throws {
    async let fifteen = TestCluster.start(major: 15)
    async let sixteen = TestCluster.start(major: 16)
    async let eighteen = TestCluster.start(major: 18)
    for cluster in try await [fifteen, sixteen, eighteen] {
      #expect(try cluster.psql("SELECT version()").hasPrefix("PostgreSQL \(cluster.major)."))
      #expect(try cluster.psql("SHOW data_checksums; SHOW server_encoding") == "on\nUTF8")
      let postmaster = try #require(cluster.postmasterID)
      #expect(isRunning(postmaster))
      try cluster.stop()
      #expect(!isRunning(postmaster))
      #expect(cluster.logText.contains("database system is shut down"))
    }
  }

  @Test func takesSettingsAndAccessRules() async throws {
    let cluster = try await TestCluster.start(
      major: 15, settings: ["work_mem": "5MB", "cluster_name": "it's"], hba: "local all all trust")
    #expect(try cluster.psql("SHOW work_mem; SHOW cluster_name") == "5MB\nit's")
    #expect(try cluster.psql("SELECT count(*) FROM pg_hba_file_rules") == "1")
  }

  @Test func keepsItsDataOverARestart() async throws {
    let cluster = try await TestCluster.start(major: 18)
    _ = try cluster.psql("CREATE DATABASE shop")
    _ = try cluster.psql("CREATE TABLE goods AS SELECT 7 AS amount", database: "shop")
    try cluster.restart()
    #expect(try cluster.psql("SELECT amount FROM goods", database: "shop") == "7")
    try cluster.stop()
    try cluster.restart()
    #expect(try cluster.psql("SELECT amount FROM goods", database: "shop") == "7")
  }

  @Test func givesEachClusterItsOwnIdentity() async throws {
    async let one = TestCluster.start(major: 16)
    async let other = TestCluster.start(major: 16)
    let query = "SELECT system_identifier FROM pg_control_system()"
    let identities = try await [one, other].map { try $0.psql(query) }
    #expect(identities[0] != identities[1])
  }

  @Test func reportsWhatPsqlSaid() async throws {
    let cluster = try await TestCluster.start(major: 15)
    let failure = #expect(throws: TestFailure.self) { try cluster.psql("SELECT 1; SELEC 2; SELECT 3") }
    #expect(failure?.description.contains("syntax error at or near \"SELEC\"") == true)
  }

  @Test func stopsWithItsLastReference() async throws {
    var cluster: TestCluster? = try await TestCluster.start(major: 15)
    let postmaster = try #require(cluster?.postmasterID)
    #expect(isRunning(postmaster))
    cluster = nil
    #expect(!isRunning(postmaster))
  }

  @Test func leavesNothingWhenTheTestProcessIsKilled() async throws {
    let killed = await #expect(processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]) {
      let cluster = try await TestCluster.start(major: 15)
      let report = "<\(cluster.postmasterID ?? 0) \(cluster.dataDirectory)>"
      write(1, report, report.utf8.count)
      kill(getpid(), SIGKILL)
    }
    let output = String(decoding: killed?.standardOutputContent ?? [], as: UTF8.self)
    let report = output.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" }.split(separator: " ")
    let postmaster = try #require(report.first.flatMap { Int32($0) })
    let directory = try #require(report.last)
    for _ in 0..<100 where isRunning(postmaster) || access(String(directory), F_OK) == 0 {
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(postmaster > 0 && !isRunning(postmaster))
    #expect(access(String(directory), F_OK) != 0)
  }
}

/// Whether the process does anything; one that has ended may stay listed until its parent asks for it.
private func isRunning(_ processID: Int32) -> Bool {
  guard let stat = try? ChildProcess.check(["/bin/cat", "/proc/\(processID)/stat"]) else { return false }
  return !stat.contains(") Z ")
}
