import Glibc
import TestServers
import Testing

/// What RDS would refuse is told before anything is written, at its line, and asked for only where a plan needs it.
@Suite struct AWSBeforehandTests {
  private static let settings = [
    "class": "db.t4g.medium", "storage": "{ size: 20 }", "master": "{ user: dba, managed_password: true }",
  ]

  private func specs(_ more: [String: String] = [:], version: String = "16", _ top: String = "") -> String {
    let lines = Self.settings.merging(more) { $1 }.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
    return """
      ---
      kind: Instance
      name: shop
      platform: aws
      engine: postgres
      version: \(version)
      \(top)
      aws:
      \(lines.joined(separator: "\n"))

      """
  }

  /// The lines of `specs` begin at 6, those of `aws:` at 14, sorted.
  private var mistakes: [(specs: String, message: String, hint: String)] {
    [
      (
        specs(["class": "db.t4g.mediun"]),
        ":14:3: error[PLAN008]: RDS offers no class `db.t4g.mediun` for postgres 16.8 in eu-west-1",
        "did you mean `db.t4g.medium`?"
      ),
      (
        specs(["storage": "{ size: 20, type: io1, iops: 1000 }"]),
        ": error[PLAN008]: `db.t4g.medium` can't have 20 GiB of storage of type `io1`", "it can have 100 to 65536"
      ),
      (
        specs(["subnet_group": "inner"]), ": error[PLAN008]: there is no subnet group `inner`",
        "there is none in this account and region"
      ),
      (
        specs([:], "restore_from: { snapshot: sales-2026 }"),
        ":12:1: error[PLAN008]: there is no snapshot `sales-2026`", "see `aws rds describe-db-snapshots`"
      ),
      (
        specs(version: "99"), ":11:1: error[PLAN008]: RDS offers no version of postgres that is 99", "it offers"
      ),
    ]
  }

  @Test func whatCanNotBeHadIsAMistakeAtItsLine() async throws {
    let cloud = try await RDSStandIn.start()
    for (specs, message, hint) in mistakes {
      let live = try AWSRepository(cloud, specs)
      let told = try live.run("apply", "--yes", "--allow", "create-instance=instance/shop", exits: 1)
      #expect(told.contains(message) && told.contains(hint), "\(told)")
    }
    let writes = try cloud.actions().filter { !$0.hasPrefix("Describe") }
    #expect(writes.isEmpty)
  }

  @Test func nothingIsAskedOfWhatIsThere() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, specs())
    try live.apply(allowing: ["create-instance"])
    let asked = { try cloud.actions().filter { $0 == "DescribeOrderableDBInstanceOptions" }.count }
    let before = try asked()
    #expect(before > 0)
    try live.converged()
    #expect(try asked() == before)
    try live.write(specs(["class": "db.t4g.huge"]))
    let told = try live.run("plan", exits: 1)
    #expect(told.contains("RDS offers no class `db.t4g.huge` for postgres 16.8"), "\(told)")
    try live.write(specs(["class": "db.t4g.large", "apply": "now"]))
    try live.apply(allowing: ["restart"])
    try live.converged()
    try await live.expectSoundTalk()
  }

  /// A run that is killed leaves an instance that is being made: the next one waits for it, and plans what it then sees.
  @Test func whatIsBeingMadeIsWaitedFor() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, specs())
    try cloud.control("timing", #"{"create": 600}"#)
    let run = try live.repository.start("apply", "--yes", "--allow", "create-instance=instance/shop")
    try run.waitForOutput("make the instance …", timeoutSeconds: 60)
    while try !cloud.actions().contains("CreateDBInstance") { usleep(10_000) }
    usleep(500_000)
    _ = try run.killAndReap()
    try live.write(specs(["copy_tags_to_snapshots": "true"]))
    let next = try live.repository.start("apply", "--yes")
    try next.waitForOutput("still being made", timeoutSeconds: 60)
    try cloud.control("finish")
    let outcome = try next.wait(timeoutSeconds: 60)
    #expect(outcome.status == 0 && outcome.stdout.contains("copy_tags_to_snapshots"), "\(outcome)")
    try live.converged()
  }
}
