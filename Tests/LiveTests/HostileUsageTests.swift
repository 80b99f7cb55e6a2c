import Glibc
import TestServers
import Testing

/// Slips of the command line, and places where output or the journal can't go.
@Suite struct HostileUsageTests {
  @Test(arguments: [
    (["--bogus"], 64, "Unknown option '--bogus'"), (["plan", "--bogus"], 64, "Unknown option"),
    (["plan", "--only", "nonsense"], 64, "`--only nonsense` matches nothing in the specs"),
    (["plan", "--only", "instance/ordrs"], 64, "did you mean `instance/orders`?"),
    (["plan", "--parallel", "0"], 64, "--parallel takes a number"),
    (["plan", "--format", "yaml"], 64, "'yaml' is invalid"),
    (["apply", "--yes", "--allow", "acess-loss"], 64, "did you mean `access-loss`?"),
    (["apply", "--yes", "--allow", "create-instance"], 64, "allowed by address only"),
    (["apply", "nofile"], 1, "there is no file nofile"), (["show", "/etc/passwd"], 1, "is no plan file"),
    (["revert", "nope"], 64, "there is no journal"),
    (["explain", "instance/ordrs"], 64, "did you mean `instance/orders`?"),
    (["plan", "--out", "/nonexistent/plan"], 1, "cannot write"),
  ]) func aSlipIsNamed(arguments: [String], status: Int, words: String) throws {
    let repository = try ServerRepository(specs: HostileText.sound)
    let outcome = try repository.run(arguments)
    #expect(outcome.status == Int32(status), "\(outcome)")
    #expect(outcome.stderr.contains(words), "\(outcome)")
  }

  @Test func applyAsksSomebodyOrNobody() async throws {
    let server = try await OneRole()
    let unasked = try server.repository.run("apply")
    #expect(unasked.status == 64 && unasked.stderr.contains("add --yes"), "\(unasked)")
    #expect(try server.cluster.psql("SELECT count(*) FROM pg_roles WHERE rolname = 'r1'") == "0")
    try server.repository.directory.write("language: 1\n", to: "holdfast.yaml")
    let inCI = try server.repository.run(["apply", "--yes"], environment: ["CI": "true"])
    #expect(inCI.status == 64 && inCI.stderr.contains("journal: { directory:"), "\(inCI)")
    try server.repository.directory.write(
      "language: 1\njournal: { directory: /proc/nowhere }\n", to: "holdfast.yaml")
    let unwritable = try server.repository.run("apply", "--yes")
    #expect(unwritable.status == 1, "\(unwritable)")
    #expect(unwritable.stderr.contains("/proc/nowhere"), "\(unwritable)")
    #expect(try server.cluster.psql("SELECT count(*) FROM pg_roles WHERE rolname = 'r1'") == "0")
  }

  @Test func anAllowanceThatFitsNothingIsTold() async throws {
    let server = try await OneRole()
    #expect(try server.repository.run("apply", "--yes").status == 0)
    try _ = server.cluster.psql("CREATE ROLE other; GRANT r1 TO other")
    let outcome = try server.repository.run(
      "apply", "--yes", "--allow", "access-loss=instance/orders/access/role/ohter")
    #expect(outcome.status == 3, "\(outcome)")
    #expect(
      outcome.stderr.contains(
        "--allow access-loss=instance/orders/access/role/ohter fits no hazard of this plan"))
  }

  @Test func colourIsForThoseWhoWantIt() async throws {
    let server = try await OneRole()
    let hasColour = { (environment: [String: String]) in
      try server.repository.run(["plan"], environment: environment).stdout.contains("\u{1B}[")
    }
    #expect(try !hasColour([:]))
    #expect(try hasColour(["CLICOLOR_FORCE": "1"]))
    #expect(try !hasColour(["CLICOLOR_FORCE": "1", "NO_COLOR": "1"]))
  }

  @Test func outputThatCannotBeWrittenIsNoSuccess() throws {
    let repository = try ServerRepository(specs: HostileText.sound)
    let holdfast = try HoldfastBinary().path
    let shell = { (script: String) in
      try ChildProcess.run(["/bin/bash", "-c", script, "sh", holdfast], in: repository.path)
    }
    // A reader that has seen enough is quiet and no crash; a full disk is a failure.
    let head = try shell("for i in 1 2 3 4 5 6 7 8; do \"$1\" schema; done | head -n 1")
    #expect(head.status == 0 && head.stderr.isEmpty, "\(head)")
    let full = try shell("\"$1\" schema >/dev/full")
    #expect(full.status == 1 && full.stderr.contains("No space left on device"), "\(full)")
    let closed = try shell("\"$1\" schema >&-")
    #expect(closed.status < 128, "\(closed)")
  }
}

/// A server whose specs ask for one role.
private struct OneRole {
  let cluster: TestCluster
  let repository: ServerRepository

  init() async throws {
    cluster = try await TestCluster.start(major: 15)
    repository = try ServerRepository(
      specs: """
        kind: Platform
        name: servers
        type: server
        ---
        kind: Instance
        name: orders
        platform: servers
        engine: postgres
        access: [a]
        connect: { host: \(cluster.socketDirectory), port: \(cluster.port), user: postgres }
        ---
        kind: Access
        name: a
        roles: { r1: {} }
        """)
  }
}
