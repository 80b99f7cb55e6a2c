import Foundation
import TestServers
import Testing

/// SQL inside an instance of RDS, in the plan that also holds the calls of its API; passwords from Secrets Manager.
@Suite struct AWSInsideTests {
  private static let administratorWord = "4dmin's \\ Wort"
  private static let applicationWord = "Tr0ub4dor-und-3"

  private func specs(_ live: TestCluster, workMemory: String = "64MB", roles: String = "orders_rw: {}") -> String {
    """
    ---
    kind: Instance
    name: orders
    platform: aws
    engine: postgres
    version: 16
    parameters: [orders]
    access: [orders]
    databases: { orders: { owner: orders_owner } }
    connect: { user: \(live.superuser), password: { env: ADMIN_PASSWORD }, tls: disable }
    aws: { class: db.t4g.medium, storage: { size: 20 }, port: \(live.port), master: { user: dba, managed_password: true } }
    ---
    kind: Parameters
    name: orders
    engine: postgres
    values: { work_mem: \(workMemory) }
    ---
    kind: Access
    name: orders
    roles:
      orders_owner: {}
      \(roles)

    """
  }

  @Test func accessAndSettingsAreOnePlan() async throws {
    let cloud = try await RDSStandIn.start()
    let server = try await TestCluster.start(major: 16)
    let quoted = Self.administratorWord.replacing("'", with: "''")
    _ = try server.psql("ALTER ROLE \(server.superuser) PASSWORD '\(quoted)'")
    var live = try AWSRepository(cloud, specs(server))
    live.repository.environment["ADMIN_PASSWORD"] = Self.administratorWord
    var told = "\(try live.apply(allowing: ["create-instance"]))"
    let inside = try live.apply()
    #expect(inside.plan.contains("orders_rw"), "\(inside)")
    told += "\(inside)" + (try live.converged())
    #expect(try server.psql("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'orders%'") == "2")
    try await live.elsewhere(
      """
      secrets = boto3.client('secretsmanager')
      secrets.create_secret(Name='orders/app', SecretString='{"password": "\(Self.applicationWord)"}')
      """)
    let roles = "orders_rw: {}\n  orders_app: { login: true, password: { aws_secret: orders/app, key: password } }"
    try live.write(specs(server, workMemory: "128MB", roles: roles))
    let both = try live.run("plan", "--out", "both.plan")
    #expect(both.contains("work_mem") && both.contains("orders_app"), "\(both)")
    let (run, commandLines) = try watched(live, "apply", "both.plan")
    told += both + run + (try live.converged()) + (try live.run("runs"))
    try expectLogin(server, "orders_app", Self.applicationWord)
    #expect(commandLines.contains { $0.contains("both.plan") }, "the sampling saw nothing of the run")
    let places = [
      ("outputs", told), ("command lines", commandLines.joined(separator: "\n")), ("server's log", server.logText),
      ("requests", try sent(cloud)), ("plan and journal", try written(live)),
    ]
    for (place, text) in places { expectNoSecret(in: text, place) }
    try await live.expectSoundTalk()
  }

  /// A plan's or run's outputs, and the command lines of all that it started.
  private func watched(_ live: AWSRepository, _ arguments: String...) throws -> (told: String, lines: Set<String>) {
    let run = try live.repository.start(arguments[0], arguments[1])
    var seen: Set<String> = []
    while run.poll() == nil {
      seen.formUnion(try ProcessList.read().lines(ofDescendantsOf: run.processID, orNaming: live.repository.path))
      usleep(3000)
    }
    let outcome = try run.wait(timeoutSeconds: 10)
    #expect(outcome.status == 0, "\(outcome)")
    return (outcome.stdout + outcome.stderr, seen)
  }

  private func expectLogin(_ server: TestCluster, _ user: String, _ password: String) throws {
    let psql = "\(try #require(PostgresBinaries.directory(major: server.major)))/psql"
    let environment = ChildProcess.environment.merging(["PGPASSWORD": password]) { $1 }
    let place = ["-h", "127.0.0.1", "-p", "\(server.port)", "-U", user, "-d", "postgres"]
    let outcome = try ChildProcess.run([psql, "-XAtq"] + place + ["-c", "SELECT 1"], environment: environment)
    #expect(outcome.stdout == "1\n", "\(outcome)")
  }

  /// Heads and bodies of all that was asked of RDS and of who is asking.
  private func sent(_ cloud: RDSStandIn) throws -> String {
    let requests = try cloud.requests() + cloud.requests(service: "sts")
    return try requests.map { line in
      let body = try #require(line.firstMatch(of: /"body": "([^"]*)"/)?.1)
      return line + String(decoding: try #require(Data(base64Encoded: String(body))), as: UTF8.self)
    }
    .joined(separator: "\n")
  }

  private func written(_ live: AWSRepository) throws -> String {
    let text = try ChildProcess.check(
      ["/bin/sh", "-c", "find . -type f ! -name elsewhere.py -exec cat {} +"], in: live.repository.path)
    #expect(text.contains("orders_app"), "nothing of the run was written")
    return text
  }

  private func expectNoSecret(in text: String, _ place: String) {
    let key = "wJalrXUtnFEMI/K7MDENG"
    for secret in [Self.administratorWord, Self.applicationWord, "SCRAM-SHA-256$", key, "X-Amz-Signature"] {
      let isFound = text.contains(secret)
      #expect(!isFound, "\(secret) is in the \(place)")
    }
  }
}

/// Logins by a token of IAM: the server hands the password on, over TLS only, as RDS does; here to a directory of the
/// test's own, which takes what the token of that user looks like.
@Suite struct AWSTokenLoginTests {
  private static let directory = """
    import socketserver, sys
    def part(text, at):
      length, at = text[at + 1], at + 2
      if length & 0x80:
        octets = length & 0x7f
        length, at = int.from_bytes(text[at:at + octets], "big"), at + octets
      return text[at:at + length], at + length
    def read(stream):
      head = stream.read(2)
      if len(head) < 2: return b""
      if not head[1] & 0x80: return head + stream.read(head[1])
      octets = stream.read(head[1] & 0x7f)
      return head + octets + stream.read(int.from_bytes(octets, "big"))
    class Directory(socketserver.StreamRequestHandler):
      def handle(self):
        while message := read(self.rfile):
          message, _ = part(message, 0)
          number, at = part(message, 0)
          if message[at] != 0x60: return
          bind, _ = part(message, at)
          _, at = part(bind, 0)
          name, at = part(bind, at)
          name = name.removeprefix(b"cn=")
          password, _ = part(bind, at)
          with open("tokens", "ab") as file: file.write(name + b" " + password + b"\\n")
          isToken = b"Action=connect" in password and b"DBUser=" + name in password and b"X-Amz-Signature=" in password
          end = bytes([0x0a, 1, 0 if isToken else 49, 4, 0, 4, 0])
          answer = bytes([2, len(number)]) + number + bytes([0x61, len(end)]) + end
          self.wfile.write(bytes([0x30, len(answer)]) + answer)
    class Server(socketserver.ThreadingTCPServer): allow_reuse_address = True
    with Server(("127.0.0.1", int(sys.argv[1])), Directory) as server:
      print("listening", flush=True)
      server.serve_forever()
    """

  private func specs(_ server: TestCluster, _ authority: TestAuthority) -> String {
    """
    ---
    kind: Instance
    name: orders
    platform: aws
    engine: postgres
    version: 15
    access: [orders]
    connect: { user: dba, iam: true, host: localhost, ca: \(authority.certificate) }
    aws:
      class: db.t4g.medium
      storage: { size: 20 }
      port: \(server.port)
      iam_authentication: true
      master: { user: dba, managed_password: true }
    ---
    kind: Access
    name: orders
    roles: { orders_rw: {} }

    """
  }

  @Test func aTokenIsThePasswordAndGoesOverTLSOnly() async throws {
    let cloud = try await RDSStandIn.start()
    let authority = try TestAuthority()
    let port = try FreePort.next()
    let script = try authority.directory.write(Self.directory, to: "directory.py")
    let directory = try ChildProcess(
      ["/usr/bin/python3", script, "\(port)"], in: authority.directory.path, environment: ChildProcess.environment)
    try directory.waitForOutput("listening\n")
    let hba = """
      local all all trust
      host all dba 127.0.0.1/32 ldap ldapserver=127.0.0.1 ldapport=\(port) ldapprefix="cn="
      """
    let server = try await TestCluster.start(major: 15, settings: ["log_connections": "on"], hba: hba)
    _ = try server.psql("CREATE ROLE dba SUPERUSER LOGIN")
    let live = try AWSRepository(cloud, specs(server, authority))
    try encrypt(server, authority)
    try live.apply(allowing: ["create-instance"])
    let inside = try live.apply()
    #expect(inside.plan.contains("orders_rw"), "\(inside)")
    try live.converged()
    #expect(try server.psql("SELECT count(*) FROM pg_roles WHERE rolname = 'orders_rw'") == "1")
    let tokens = { try String(contentsOfFile: "\(authority.directory.path)/tokens", encoding: .utf8) }
    let sent = try tokens()
    #expect(sent.contains("dba 127.0.0.1:\(server.port)/?Action=connect&DBUser=dba&"), "\(sent)")
    let journal = try ChildProcess.check(["/bin/sh", "-c", "find . -type f -exec cat {} +"], in: live.repository.path)
    for text in ["\(inside)", journal, server.logText] { #expect(!text.contains("X-Amz-Signature")) }

    _ = try server.psql("ALTER SYSTEM SET ssl = off")
    try server.restart()
    let plain = try live.run("plan", exits: 1)
    #expect(plain.contains("server does not support SSL"), "\(plain)")
    #expect(try tokens() == sent, "a token went over a connection without TLS")
    _ = try directory.killAndReap()
  }

  private func encrypt(_ server: TestCluster, _ authority: TestAuthority) throws {
    let owner = OSUser.ofServers.map { ["-o", $0.name] } ?? []
    for (source, name) in [(authority.chain(.localhost), "ours.pem"), (authority.key(.localhost), "ours.key")] {
      _ = try ChildProcess.check(
        ["/usr/bin/install", "-m", "600"] + owner + [source, "\(server.dataDirectory)/\(name)"])
    }
    for setting in ["ssl_cert_file = 'ours.pem'", "ssl_key_file = 'ours.key'", "ssl = on"] {
      _ = try server.psql("ALTER SYSTEM SET \(setting)")
    }
    try server.restart()
  }
}
