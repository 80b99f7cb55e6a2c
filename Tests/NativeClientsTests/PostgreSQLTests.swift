@preconcurrency import Glibc
import NativeClients
import PlatformKit
import SQL
import Testing

/// Against a real server; one cluster for all, as starting one takes longer than the rest.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct PostgreSQLTests {
  @Test func sessions() async throws {
    try await TestCluster.with { cluster in
      try await queries(cluster)
      try await scripts(cluster)
      try await quotingAgrees(cluster)
      try await errors(cluster)
      try await cancellation(cluster)
      try await passwords(cluster)
      try await refusals(cluster)
      try await notices(cluster)
      try await encryption(cluster)
    }
  }

  /// What a user's shell holds must not reach the connection. In a process of its own, as the environment is the
  /// process's and is looked at once.
  @Test func variablesDoNotLeakIn() async {
    await #expect(processExitsWith: .success) {
      for (name, value) in [
        "PGHOST": "/nowhere", "PGOPTIONS": "-c work_mem=77MB", "PGSERVICE": "nosuch",
        "PGHOSTADDR": "192.0.2.1",
        "PGREQUIREPEER": "nobody", "PGAPPNAME": "leak", "PGPASSWORD": "leak", "PGSSLMODE": "verify-full",
      ] { setenv(name, value, 1) }
      try await TestCluster.with { cluster in
        let connection = try await cluster.connect()
        #expect(try await connection.query("SHOW work_mem").firstCell == "4MB")
        #expect(try await connection.query("SHOW application_name").firstCell == "holdfast")
        await connection.close()
      }
      #expect(ProcessEnvironment.atStart["PGPASSWORD"] == "leak")
      #expect(getenv("PGPASSWORD") == nil)
    }
  }
}

private func queries(_ cluster: TestCluster) async throws {
  let connection = try await cluster.connect()
  #expect(await connection.serverVersion / 10_000 == 15)
  let rows = try await connection.query(
    "SELECT i, NULL AS n, 'é' || i AS t FROM generate_series(1, 3) AS i ORDER BY i")
  #expect(rows.columns == ["i", "n", "t"])
  #expect(rows.map { $0["t"] } == ["é1", "é2", "é3"])
  #expect(rows[2, 1] == nil)
  #expect(try await connection.query("CREATE TEMP TABLE t AS SELECT generate_series(1, 5)").affectedRows == 5)
  for (setting, value) in [
    ("application_name", "holdfast"), ("client_encoding", "UTF8"), ("work_mem", "4MB"),
    ("client_connection_check_interval", "10s"),
  ] {
    #expect(try await connection.query("SELECT current_setting(\(literal: setting))").firstCell == value)
  }
  await connection.close()
  await #expect { try await connection.query("SELECT 1") } throws: { kind($0) == .connectionLost }

  var endpoint = cluster.endpoint()
  endpoint.options = ["search_path": #""a b", "c\d""#, "work_mem": "9MB"]
  let tuned = try await LibPQConnector().connect(to: endpoint)
  #expect(try await tuned.query("SHOW search_path").firstCell == #""a b", "c\d""#)
  await tuned.close()
}

private func scripts(_ cluster: TestCluster) async throws {
  let connection = try await cluster.connect()
  let results = try await connection.script([
    "CREATE TEMP TABLE t (a int) -- a comment", "INSERT INTO t VALUES (1), (2);",
    "SELECT a FROM t ORDER BY a",
  ])
  #expect(results.map(\.affectedRows) == [nil, 2, 2])
  #expect(results.last?.map { $0[0] } == ["1", "2"])
  #expect(try await connection.script([]).isEmpty)
  await #expect { try await connection.script(["SELECT 'é'", "SELECT 1/0", "SELECT 3"]) } throws: {
    ($0 as? SQLFailure)?.statementIndex == 1 && state($0) == "22012"
  }
  await #expect { try await connection.script(["SELECT 'é'", "SELECT 2", "SELEC 3"]) } throws: {
    ($0 as? SQLFailure)?.statementIndex == 2 && ($0 as? SQLFailure)?.statement == "SELEC 3"
  }
  #expect(try await connection.query("SELECT 1").firstCell == "1")
  await connection.close()
}

private func quotingAgrees(_ cluster: TestCluster) async throws {
  let connection = try await cluster.connect()
  let hostile = [
    "a", "A", "", "a\"b", "a'b", #"a\b"#, "é", "a\u{1B}b", "a\nb", "x;--", "1a", "a$", "\u{FEFF}a",
    "a\"\u{301}",
  ]
  let keywords = try await connection.query("SELECT word FROM pg_get_keywords()").compactMap { $0[0] }
  // Keywords by which a later version surprises an older one are quoted on all.
  let newer: Set = [
    "json", "json_array", "json_arrayagg", "json_exists", "json_object", "json_objectagg",
    "json_query", "json_scalar", "json_serialize", "json_table", "json_value", "merge_action", "system_user",
  ]
  for name in (hostile + keywords) where !newer.contains(name) {
    let rows = try await connection.query(
      "SELECT quote_ident(\(literal: name)), quote_literal(\(literal: name)), \(literal: name)")
    #expect(rows[0, 0] == quotedIdentifier(name))
    #expect(rows[0, 1] == quotedLiteral(name))
    #expect(rows[0, 2] == name)
  }
  await #expect(throws: SQLFailure.self) { try await connection.query("SELECT \(literal: "a\0b")") }
  await connection.close()
}

private func errors(_ cluster: TestCluster) async throws {
  let connection = try await cluster.connect()
  await #expect { try await connection.query("SELECT 1; SELECT 2") } throws: { state($0) == "42601" }
  await #expect { try await connection.query("DROP ROLE nosuch") } throws: {
    state($0) == "42704" && kind($0) == .server && "\($0)".contains("statement: DROP ROLE nosuch")
  }
  await #expect {
    try await connection.script(["SET statement_timeout = 50", "SELECT pg_sleep(9)"])
  } throws: {
    kind($0) == .timedOut && state($0) == "57014"
  }
  await #expect { try await connection.query("COPY (SELECT 1) TO STDOUT") } throws: {
    kind($0) == .connectionLost
  }
  let victim = try await cluster.connect()
  let killer = try await cluster.connect()
  let pid = try #require(Int(try await victim.query("SELECT pg_backend_pid()").firstCell ?? ""))
  _ = try await killer.query("SELECT pg_terminate_backend(\(number: pid))")
  await #expect { try await victim.query("SELECT 1") } throws: {
    kind($0) == .connectionLost && ($0 as? SQLFailure)?.isTransient == true
  }
  await victim.close()
  await killer.close()
}

private func cancellation(_ cluster: TestCluster) async throws {
  let connection = try await cluster.connect()
  let started = ContinuousClock.now
  let task = Task { try await connection.query("SELECT pg_sleep(60)") }
  try await Task.sleep(for: .milliseconds(100))
  task.cancel()
  await #expect { try await task.value } throws: { kind($0) == .cancelled && state($0) == "57014" }
  #expect(ContinuousClock.now - started < .seconds(30))
  // The cancellation hits that statement and no later one.
  for _ in 0..<20 {
    let quick = Task { try await connection.query("SELECT 1").firstCell }
    quick.cancel()
    _ = try? await quick.value
    #expect(try await connection.query("SELECT 2").firstCell == "2")
  }
  await connection.close()
}

private func passwords(_ cluster: TestCluster) async throws {
  let connection = try await cluster.connect()
  _ = try await connection.script(["CREATE ROLE \"Al'ice\" LOGIN", "CREATE ROLE bob LOGIN CREATEROLE"])
  let password = Secret("pa'ss\\w\"ord")
  try await connection.setPassword(role: "Al'ice", password: password, protecting: true)
  let verifier = try #require(
    try await connection.query("SELECT rolpassword FROM pg_authid WHERE rolname = 'Al''ice'").firstCell)
  #expect(scramVerifierMatches(verifier: verifier, password: password) == true)
  #expect(scramVerifierMatches(verifier: verifier, password: Secret("other")) == false)
  #expect(try await !cluster.log().contains("SCRAM-SHA-256$"))
  #expect(try await connection.query("SHOW log_statement").firstCell == "all")

  await #expect {
    try await connection.setPassword(role: "nosuch", password: password, protecting: true)
  } throws: {
    state($0) == "42704" && !"\($0)".contains("SCRAM")
  }
  #expect(try await !cluster.log().contains("SCRAM-SHA-256$"))
  let bob = try await LibPQConnector().connect(to: cluster.endpoint(user: "bob"))
  await #expect { try await bob.setPassword(role: "Al'ice", password: password, protecting: true) } throws: {
    state($0) == "42501"
  }
  #expect(try await !cluster.log().contains("SCRAM-SHA-256$"))
  #expect(try await bob.query("SELECT 1").firstCell == "1")
  await bob.close()
  await connection.close()

  let login = cluster.endpointOverTCP(user: "Al'ice", password: password.reveal())
  await (try await LibPQConnector().connect(to: login)).close()
  var byFile = cluster.endpointOverTCP(user: "Al'ice", password: nil)
  byFile.passfile = "\(cluster.directory)/pgpass"
  let line = "*:*:*:Al'ice:\(password.reveal().replacing("\\", with: "\\\\"))\n"
  try await LocalFilesWriter().write(
    Array(line.utf8), to: "\(cluster.directory)/pgpass", mode: 0o600, owner: nil)
  await (try await LibPQConnector().connect(to: byFile)).close()
}

private func refusals(_ cluster: TestCluster) async throws {
  let connector = LibPQConnector()
  func refused(_ endpoint: SQLEndpoint) async -> SQLFailure? {
    do throws(SQLFailure) {
      await (try await connector.connect(to: endpoint)).close()
      return nil
    } catch { return error }
  }
  let wrong = await refused(cluster.endpointOverTCP(user: "Al'ice", password: "wrong"))
  #expect(wrong?.sqlState == "28P01" && wrong?.kind == .cannotConnect && wrong?.isTransient == false)
  #expect(wrong?.message == "password authentication failed for user \"Al'ice\"")
  let none = await refused(cluster.endpointOverTCP(user: "Al'ice", password: nil))
  #expect(none?.message.contains("no password supplied") == true)
  let database = await refused(cluster.endpoint(database: "nosuch"))
  #expect(database?.sqlState == "3D000")
  let role = await refused(cluster.endpoint(user: "nosuch"))
  #expect(role?.sqlState == "28000")
  var closed = cluster.endpointOverTCP(user: "x", password: nil)
  closed.port = 1
  let refusal = await refused(closed)
  #expect(refusal?.message.hasPrefix("Connection refused") == true && refusal?.isTransient == true)
  var encrypted = cluster.endpointOverTCP(user: "Al'ice", password: "x")
  encrypted.tls = .require
  #expect(await refused(encrypted)?.message.contains("does not support SSL") == true)
  var nowhere = closed
  nowhere.host = "nosuch.invalid"
  #expect(await refused(nowhere)?.hint?.contains("host's name") == true)

  var open: [any SQLConnection] = []
  var full: SQLFailure?
  while full == nil, open.count < 30 {
    do throws(SQLFailure) { open.append(try await connector.connect(to: cluster.endpoint())) } catch {
      full = error
    }
  }
  #expect(full?.sqlState == "53300" && full?.isTransient == true)
  for connection in open { await connection.close() }
}

private func notices(_ cluster: TestCluster) async throws {
  let connection = try await cluster.connect()
  _ = try await connection.query("DO $$ BEGIN RAISE NOTICE 'hear me'; END $$")
  #expect(await connection.takeNotices() == ["NOTICE:  hear me"])
  #expect(await connection.takeNotices().isEmpty)
  await connection.close()
}

private func encryption(_ cluster: TestCluster) async throws {
  let connection = try await cluster.connect()
  let certificate = "\(cluster.directory)/data/server.crt"
  let made = try await ChildProcessRunner().run(
    ProcessCall(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
        "subjectAltName=DNS:localhost", "-keyout", "\(cluster.directory)/data/server.key", "-out",
        certificate,
      ], runAs: cluster.owner))
  #expect(made.succeeded)
  _ = try await connection.query("ALTER SYSTEM SET ssl = on")
  _ = try await connection.query("SELECT pg_reload_conf()")
  while try await connection.query("SHOW ssl").firstCell != "on" {}
  await connection.close()

  var endpoint = cluster.endpointOverTCP(user: "Al'ice", password: "pa'ss\\w\"ord")
  let connector = LibPQConnector()
  for (host, mode, authority, refusal) in [
    ("127.0.0.1", SQLTLSMode.prefer, nil, nil), ("127.0.0.1", .require, nil, nil),
    ("localhost", .verifyFull, certificate, nil), ("127.0.0.1", .verifyCA, certificate, nil),
    ("127.0.0.1", .verifyFull, certificate, "does not match host name"),
    ("localhost", .verifyFull, nil, "certificate verify failed"),
    ("localhost", .verifyFull, "/nosuch/ca.pem", "does not exist"),
  ] {
    endpoint.host = host
    endpoint.tls = mode
    endpoint.certificateAuthority = authority
    do throws(SQLFailure) {
      let connection = try await connector.connect(to: endpoint)
      let encrypted = try await connection.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
      #expect(encrypted.firstCell == "t" && refusal == nil, "\(host) \(mode)")
      await connection.close()
    } catch {
      #expect(refusal.map { error.message.contains($0) } == true, "\(host) \(mode): \(error)")
      #expect(error.hint?.contains("`ca:`") == true && error.kind == .cannotConnect)
    }
  }
}

/// A listener that accepts and never answers.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct SilentServerTests {
  @Test func connectTimesOutAndCanBeGivenUp() async throws {
    let (descriptor, port) = try silentListener()
    defer { close(descriptor) }
    for address in ["127.0.0.1", "*"] {
      #expect(try await !LocalFiles().isPortFree(port, address: address))
    }
    var endpoint = SQLEndpoint(host: "127.0.0.1", port: port, database: "d", user: "u", tls: .disable)
    endpoint.connectTimeoutSeconds = 1
    let connector = LibPQConnector()
    await #expect { try await connector.connect(to: endpoint) } throws: { kind($0) == .timedOut }
    endpoint.connectTimeoutSeconds = 60
    let patient = endpoint
    let task = Task { try await connector.connect(to: patient) }
    try await Task.sleep(for: .milliseconds(50))
    let cancelled = ContinuousClock.now
    task.cancel()
    await #expect { try await task.value } throws: { kind($0) == .cancelled }
    // Well before its own 60 s, however busy the machine is.
    #expect(ContinuousClock.now - cancelled < .seconds(30))
  }

  private func silentListener() throws -> (Int32, Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) + listen(descriptor, 5) + getsockname(descriptor, $0, &length)
      }
    }
    try #require(bound == 0)
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }
}

private func kind(_ error: any Error) -> SQLFailure.Kind? { (error as? SQLFailure)?.kind }
private func state(_ error: any Error) -> String? { (error as? SQLFailure)?.sqlState }
