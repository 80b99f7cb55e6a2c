import Foundation
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

  /// What an instance is to be made of: `old` of version 15.8, with backups, `bare` without, and `off`, which is stopped.
  private func makeSources(_ live: AWSRepository) async throws {
    try await live.elsewhere(
      """
      for name, days, version in (('old', 7, '15.8'), ('bare', 0, '16.4'), ('off', 7, '16.4')):
          rds.create_db_instance(DBInstanceIdentifier=name, DBInstanceClass='db.t4g.medium', Engine='postgres',
              EngineVersion=version, AllocatedStorage=20, MasterUsername='dba', MasterUserPassword='a-long-secret',
              BackupRetentionPeriod=days)
      for name in ('old', 'bare', 'off'):
          rds.get_waiter('db_instance_available').wait(DBInstanceIdentifier=name, WaiterConfig={'Delay': 1})
      rds.stop_db_instance(DBInstanceIdentifier='off')
      rds.create_db_cluster(DBClusterIdentifier='whole', Engine='aurora-postgresql', EngineVersion='16.4',
          MasterUsername='dba', MasterUserPassword='a-long-secret')
      """)
  }

  private static let mistakenSources:
    [(top: String, aws: [String: String], version: String, message: String, hint: String)] =
      [
        (
          "", ["replica_of": "oldest"], "16", ": error[PLAN008]: there is no instance `oldest` to make it of",
          "with `--only`"
        ),
        ("", ["replica_of": "old"], "16", ":11:1: error[PLAN008]: `old` is of version 15.8", "write `version: 15`"),
        ("", ["replica_of": "bare"], "16", ": error[PLAN008]: `bare` keeps no automated backups", "give it a policy"),
        (
          "", ["replica_of": "off"], "16", ": error[PLAN008]: `off` is stopped, and replicates nothing",
          "start it first"
        ),
        (
          "", ["replica_of": "arn:aws:rds:eu-central-1:123456789012:db:old"], "15",
          ": error[PLAN008]: there is no instance `old` in eu-central-1 to make it of", "with `--only`"
        ),
        (
          "restore_from: { instance: oldest, at: latest }", [:], "16",
          ":12:1: error[PLAN008]: there is no instance `oldest` to make it of", "restore a snapshot"
        ),
        (
          "restore_from: { instance: old, at: latest }", [:], "16", ":11:1: error[PLAN008]: `old` is of version 15.8",
          "upgrade it once it is there"
        ),
        (
          "restore_from: { instance: bare, at: latest }", [:], "16",
          ":12:1: error[PLAN008]: `bare` can be restored to no moment: it keeps no automated backups",
          "restore a snapshot"
        ),
        (
          "restore_from: { instance: old, at: 2001-01-01T00:00:00Z }", [:], "15",
          ":12:1: error[PLAN008]: `old` can be restored to 2",
          "at the earliest, not to 2001-01-01 00:00:00 UTC"
        ),
        (
          "restore_from: { instance: old, at: 2999-01-01T00:00:00Z }", [:], "15",
          ":12:1: error[PLAN008]: `old` can be restored to 2",
          "at the latest, not to 2999-01-01 00:00:00 UTC"
        ),
      ]

  @Test func whatItIsMadeOfIsLookedAtBeforehand() async throws {
    let cloud = try await RDSStandIn.start()
    try await makeSources(try AWSRepository(cloud, specs()))
    try cloud.control("requests", method: "DELETE")
    for (top, aws, version, message, hint) in Self.mistakenSources {
      let live = try AWSRepository(cloud, specs(aws, version: version, top))
      let told = try live.run("apply", "--yes", "--allow", "create-instance=instance/shop", exits: 1)
      #expect(told.contains(message) && told.contains(hint), "\(told)")
    }
    #expect(try cloud.actions().filter { !$0.hasPrefix("Describe") } == [])
    // What can be had is made, and then nobody asks what it was made of.
    let live = try AWSRepository(cloud, specs(version: "15", "restore_from: { instance: old, at: latest }"))
    try live.apply(allowing: ["create-instance"])
    try live.write(specs(["replica_of": "old"], version: "15").replacing("name: shop", with: "name: reader"))
    try live.apply(allowing: ["create-instance"])
    try cloud.control("requests", method: "DELETE")
    try live.converged()
    #expect(!(try cloud.actions().contains("DescribeDBInstanceAutomatedBackups")))
    try await live.expectSoundTalk()
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
    let calm = specs().replacing("name: shop", with: "name: calm")
    try cloud.control("timing", #"{"create": 0}"#)
    try live.write(calm)
    try live.apply(allowing: ["create-instance"])
    try live.write(specs(["copy_tags_to_snapshots": "true"]) + calm)
    let next = try live.repository.start("apply", "--yes")
    try next.waitForOutput("still being made", timeoutSeconds: 60)
    // Meanwhile nobody looks at the other one.
    try cloud.control("requests", method: "DELETE")
    while try looks(cloud, at: "shop") < 2 { usleep(50_000) }
    #expect(try looks(cloud, at: "calm") == 0)
    try cloud.control("finish")
    let outcome = try next.wait(timeoutSeconds: 60)
    #expect(outcome.status == 0 && outcome.stdout.contains("copy_tags_to_snapshots"), "\(outcome)")
    #expect(try looks(cloud, at: "calm") > 0)
    try live.converged()
  }

  /// How many requests name the instance.
  private func looks(_ cloud: RDSStandIn, at identifier: String) throws -> Int {
    try cloud.requests().count { line in
      let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let body = (record?["body"] as? String).flatMap { Data(base64Encoded: $0) } ?? Data()
      return String(decoding: body, as: UTF8.self).contains("DBInstanceIdentifier=\(identifier)")
    }
  }
}
