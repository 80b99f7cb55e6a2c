import Foundation
import TestServers
import Testing

/// A repository with one instance of this host in a temporary directory, and the built program run in it.
final class LocalInstance {
  /// The users that a story is told for.
  static let users: [String?] = geteuid() == 0 ? [nil, "postgres"] : [nil]
  static let cipher = "cipher-known-to-nobody-4711"
  static let password = "password-known-to-nobody-0815"

  let directory: TemporaryDirectory
  let port: Int
  var specs: LocalSpecs { didSet { try? writeSpecs() } }
  var environment: [String: String]
  private let runAs: String?
  private let binary: HoldfastBinary
  /// All that the program wrote, to be searched for secrets.
  private(set) var transcript = ""

  /// - Parameter runAs: the user that the program runs as, where the tests run as root.
  init(runAs: String? = nil) throws {
    (directory, port, binary) = (
      try TemporaryDirectory(owner: .ofServers), try FreePort.next(), try HoldfastBinary()
    )
    self.runAs = runAs
    let path = directory.path
    specs = LocalSpecs(port: port, dataDirectory: "\(path)/pg/orders", repository: "\(path)/backup")
    environment = ["XDG_STATE_HOME": "\(path)/state", "APP_PASSWORD": Self.password, "CIPHER": Self.cipher]
    try directory.write("language: 1\n", to: "holdfast.yaml")
    try writeSpecs()
  }

  var path: String { directory.path }
  var sidecar: String { specs.dataDirectory + ".holdfast" }

  private func writeSpecs() throws { try directory.write(specs.text, to: "specs/all.yaml") }

  /// Runs the program to its end, which has to be the given exit status. Returns both outputs, each run of white space
  /// as one space: where lines break is nobody's business here.
  @discardableResult
  func holdfast(
    _ arguments: String..., exits status: Int32 = 0, at location: SourceLocation = #_sourceLocation
  ) throws -> String {
    let outcome = try binary.run(
      arguments, in: path, environment: environment, runAs: runAs, timeoutSeconds: 120)
    let text = keep(outcome)
    #expect(
      outcome.status == status, "holdfast \(arguments.joined(separator: " ")):\n\(text)",
      sourceLocation: location)
    return flat(text)
  }

  /// Starts the program, to be interrupted or killed.
  func start(_ arguments: String...) throws -> ChildProcess {
    try binary.start(arguments, in: path, environment: environment, runAs: runAs)
  }

  /// Runs the program to its end, whatever that is; the exit status comes first.
  func run(_ arguments: [String]) throws -> String {
    let outcome = try binary.run(
      arguments, in: path, environment: environment, runAs: runAs, timeoutSeconds: 120)
    return "exit \(outcome.status) \(keep(outcome))"
  }

  @discardableResult
  func keep(_ outcome: Outcome) -> String {
    transcript += outcome.stdout + outcome.stderr
    return outcome.stdout + outcome.stderr
  }

  /// Makes the instance as the specs say.
  func create(at location: SourceLocation = #_sourceLocation) throws {
    try holdfast("apply", "--yes", "--allow", "create-instance=instance/orders", at: location)
  }

  /// Nothing to do, nothing to tell.
  func expectConverged(at location: SourceLocation = #_sourceLocation) throws {
    let plan = try holdfast("plan", "--detailed-exitcode", at: location)
    #expect(plan.contains("No changes. 1 instance is as the specs say."), "\(plan)", sourceLocation: location)
    try holdfast("drift", at: location)
  }

  /// The newest run's name.
  func newestRun() throws -> String {
    let table = try holdfast("runs").split(separator: " ").map(String.init)
    return try #require(table.first { $0.hasPrefix("20") && $0.contains("-") })
  }

  /// Runs SQL as the cluster's superuser over the instance's own socket.
  func psql(_ statements: String..., database: String = "postgres", socket: String? = nil) throws -> String {
    let command = [
      "/usr/bin/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", socket ?? "\(sidecar)/sock", "-p", "\(port)",
      "-d", database,
    ]
    let output = try ChildProcess.check(
      command + statements.flatMap { ["-c", $0] }, in: path, runAs: .ofServers)
    return output.trimmingCharacters(in: .newlines)
  }

  /// A client that stays connected until it is told to go or cut off.
  func connectedClient() throws -> ChildProcess {
    let command = [
      "/usr/bin/psql", "-XAtq", "-h", "\(sidecar)/sock", "-p", "\(port)", "-d", "postgres", "-c",
      "SELECT pg_sleep(300)",
    ]
    let before = try clients()
    let client = try ChildProcess(command, in: path, environment: ChildProcess.environment, runAs: .ofServers)
    for _ in 0..<200 where try clients() == before { usleep(20_000) }
    return client
  }

  private func clients() throws -> String {
    try psql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sl%'")
  }

  @discardableResult
  func shell(_ script: String) throws -> String {
    try ChildProcess.check(["/bin/sh", "-c", script], in: path, runAs: .ofServers).trimmingCharacters(
      in: .newlines)
  }

  func exists(_ file: String) -> Bool { FileManager.default.fileExists(atPath: file) }

  var journalDirectory: String {
    let root = "\(path)/state/holdfast"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return "\(root)/\(names.first ?? "none")"
  }

  /// No secret in what the program wrote, in its journal and plans, or in the server's log. A verifier counts as one.
  func expectNoSecrets(at location: SourceLocation = #_sourceLocation) throws {
    let files = "\(path)/state \(path)/specs $(ls -d \(path)/*.plan \(sidecar)/log 2>/dev/null)"
    // As whoever runs the tests, who may read all of it.
    let written = try ChildProcess.run([
      "/bin/sh", "-c", "grep -rlE '\(Self.secrets.joined(separator: "|"))' \(files)",
    ])
    #expect(written.stdout == "", "these files hold a secret", sourceLocation: location)
    for secret in Self.secrets {
      #expect(
        !transcript.contains(secret.replacing("\\", with: "")), "the output holds a secret",
        sourceLocation: location)
    }
  }

  /// As patterns of `grep -E`.
  static let secrets = [cipher, password, "SCRAM-SHA-256\\$"]
}

/// Text with each run of white space as one space.
func flat(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
