import TestServers
import Testing

/// A repository of specs in a temporary directory, and the program run in it.
struct ServerRepository: Sendable {
  let directory: TemporaryDirectory
  /// What each run gets beside its own environment: the sources of passwords.
  var environment: [String: String] = [:]
  /// The user that the program runs as, where the tests run as root.
  var runAs: String?
  private let binary: HoldfastBinary

  init(specs: String = "") throws {
    directory = try TemporaryDirectory(owner: .ofServers)
    binary = try HoldfastBinary()
    try directory.write(
      "language: 1\njournal: { directory: \(directory.path)/journal }\n", to: "holdfast.yaml")
    if !specs.isEmpty { try write(specs) }
  }

  var path: String { directory.path }

  func write(_ specs: String, to name: String = "all.yaml") throws {
    try directory.write(specs, to: "specs/\(name)")
  }

  /// Runs the program to its end. A crash is a failure of any test.
  @discardableResult
  func run(
    _ arguments: String..., environment more: [String: String] = [:], stdin: String? = nil,
    timeoutSeconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    try run(
      arguments, environment: more, stdin: stdin, timeoutSeconds: timeoutSeconds,
      sourceLocation: sourceLocation)
  }

  @discardableResult
  func run(
    _ arguments: [String], environment more: [String: String] = [:], stdin: String? = nil,
    timeoutSeconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let outcome = try binary.run(
      arguments, in: path, environment: environment.merging(more) { $1 }, stdin: stdin, runAs: runAs,
      timeoutSeconds: timeoutSeconds)
    #expect(outcome.status < 128, "\(arguments) crashed: \(outcome.stderr)", sourceLocation: sourceLocation)
    return outcome
  }

  func start(_ arguments: String...) throws -> ChildProcess {
    try binary.start(arguments, in: path, environment: environment, runAs: runAs)
  }

  /// Plans, expects a difference, applies with the flags that the plan itself prints, and expects none to be left.
  func heal(
    allowing expected: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> (plan: String, run: String) {
    let (plan, applied) = try apply(allowing: expected, sourceLocation: sourceLocation)
    try expectConverged(sourceLocation: sourceLocation)
    return (plan, applied.stdout)
  }

  /// Plans, expects a difference with these hazards and no others, and applies with the flags that the plan itself prints.
  func apply(
    allowing expected: [String], exits: Int32 = 0, timeoutSeconds: Int = 60,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> (plan: String, run: Outcome) {
    let plan = try run("plan", "--detailed-exitcode", sourceLocation: sourceLocation)
    #expect(plan.status == 2, "\(plan)", sourceLocation: sourceLocation)
    let flags = printedFlags(plan.stdout)
    let hazards = Set(flags.filter { $0 != "--allow" }.map { String($0.prefix { $0 != "=" }) })
    #expect(hazards == Set(expected), "\(plan.stdout)", sourceLocation: sourceLocation)
    let applied = try run(
      ["apply", "--yes"] + flags, timeoutSeconds: timeoutSeconds, sourceLocation: sourceLocation)
    #expect(applied.status == exits, "\(applied)", sourceLocation: sourceLocation)
    return (plan.stdout, applied)
  }

  func expectConverged(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let plan = try run("plan", "--detailed-exitcode", sourceLocation: sourceLocation)
    #expect(plan.status == 0, "\(plan)", sourceLocation: sourceLocation)
    #expect(plan.stdout.contains("No changes."), "\(plan)", sourceLocation: sourceLocation)
  }

  /// The newest run in the journal.
  func newestRun() throws -> String {
    let runs = try run("runs").stdout.split(separator: "\n")
    let newest = try #require(runs.dropFirst().first, "no run in the journal")
    return String(newest.prefix { $0 != " " })
  }
}

/// The `--allow` flags below "To apply this plan", in order.
func printedFlags(_ plan: String) -> [String] {
  guard let heading = plan.firstRange(of: "\nTo apply this plan, allow:\n") else { return [] }
  let lines = plan[heading.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
  let words = lines.prefix { !$0.isEmpty }.joined(separator: " ").split(separator: " ").map(String.init)
  let first = words.firstIndex(of: "--allow") ?? words.endIndex
  return words[first...].filter { $0 != "\\" }
}

/// Lines with their wrapping undone, so that a claim about them holds at any width.
func unwrapped(_ text: String) -> String {
  text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

extension TestCluster {
  /// The specs of a platform, of the instance `shop` on this server with the database `shop`, and of one access document.
  ///
  /// - Parameter access: what stands below the document's name.
  /// - Parameter user: its line in `connect:`, with `apply_user` where that is another.
  func shop(access: String, user: String = "user: postgres") -> String {
    """
    kind: Platform
    name: far
    type: server
    ---
    kind: Instance
    name: shop
    platform: far
    engine: postgres
    version: \(major)
    connect: { host: \(socketDirectory), port: \(port), \(user), tls: disable }
    databases: { shop: {} }
    access: [team]
    ---
    kind: Access
    name: team
    databases: [shop]
    \(access)
    """
  }
}
