import Foundation
import TestServers
import Testing

/// A repository of specs for one AWS account, which the stand-in is, and the program run in it.
struct AWSRepository: Sendable {
  var repository: ServerRepository
  let cloud: RDSStandIn

  /// - Parameter specs: what stands below the platform's document.
  init(_ cloud: RDSStandIn, _ specs: String) throws {
    self.cloud = cloud
    repository = try ServerRepository()
    repository.environment = cloud.environment
    try write(specs)
  }

  func write(_ specs: String) throws { try repository.write(Self.platform + specs) }

  static let platform = """
    kind: Platform
    name: aws
    type: aws
    region: \(RDSStandIn.region)
    account: \(RDSStandIn.account)

    """

  /// Plans, allows what the plan asks for, applies.
  ///
  /// - Returns: the plan and the report of the run.
  @discardableResult
  func apply(
    allowing expected: [String] = [], exits: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> (plan: String, run: String) {
    let (plan, run) = try repository.apply(
      allowing: expected, exits: exits, timeoutSeconds: 120, sourceLocation: sourceLocation)
    return (unwrapped(plan), unwrapped(run.stdout + run.stderr))
  }

  /// The text of a plan that finds nothing to do.
  @discardableResult
  func converged(sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let plan = try repository.run("plan", "--detailed-exitcode", sourceLocation: sourceLocation)
    #expect(plan.status == 0, "\(plan.stdout)\(plan.stderr)", sourceLocation: sourceLocation)
    let isEmpty = plan.stdout.contains("No changes.") || plan.stdout.contains("Nothing to apply")
    #expect(isEmpty, "\(plan)", sourceLocation: sourceLocation)
    return unwrapped(plan.stdout)
  }

  /// Both outputs of a run with this exit code.
  @discardableResult
  func run(
    _ arguments: String..., exits: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let outcome = try repository.run(arguments, timeoutSeconds: 120, sourceLocation: sourceLocation)
    #expect(outcome.status == exits, "\(outcome.stdout)\n\(outcome.stderr)", sourceLocation: sourceLocation)
    return unwrapped(outcome.stdout + outcome.stderr)
  }

  /// What an SDK does to the account beside us: Python with `rds` at hand.
  func elsewhere(_ script: String) async throws {
    let path = "\(repository.path)/elsewhere.py"
    try "import boto3\nrds = boto3.client('rds')\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
    try await cloud.run(script: path)
  }

  /// Every request so far was one that RDS takes, and every answer one that RDS gives.
  func expectSoundTalk(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let reports = try await cloud.validateRequests()
    #expect(reports == [], sourceLocation: sourceLocation)
    let problems = try cloud.problems()
    #expect(problems.contains("[]"), "\(problems)", sourceLocation: sourceLocation)
  }
}
