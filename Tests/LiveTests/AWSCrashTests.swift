import Foundation
import TestServers
import Testing

/// Runs that die while they make things in a cloud: the same command goes on, makes nothing twice and leaves nothing out.
@Suite struct AWSCrashTests {
  enum Moment: String, CaseIterable { case beforeItIsSent, beforeTheAnswer, afterTheAnswer }

  private static let cluster = """
    ---
    kind: Instance
    name: shop
    platform: aws
    engine: postgres
    version: 16
    parameters: [shop]
    members:
      shop-1: { class: db.r6g.large, failover_tier: 0 }
      shop-2: { class: db.serverless }
    aws:
      serverless: { min: 0.5, max: 4 }
      master: { user: dba, managed_password: true }
    ---
    kind: Parameters
    name: shop
    engine: postgres
    values: { log_min_duration_statement: 500ms }

    """

  private static let instance = """
    ---
    kind: Instance
    name: shop
    platform: aws
    engine: postgres
    version: 16
    parameters: [shop]
    aws:
      class: db.t4g.medium
      storage: { size: 20 }
      master: { user: dba, managed_password: true }
    ---
    kind: Parameters
    name: shop
    engine: postgres
    values: { work_mem: 8MB }

    """

  /// Lets `apply` run until it asks for `action`, and kills it there.
  ///
  /// - Parameter step: words of the progress that say that the step begins.
  private func kill(_ live: AWSRepository, _ moment: Moment, _ action: String, _ step: String) throws {
    let before = try count(live, action)
    if moment == .beforeTheAnswer {
      try live.cloud.control("faults", #"{"kind": "delay", "action": "\#(action)", "times": 1, "seconds": 4}"#)
    }
    let run = try live.repository.start("apply", "--yes", "--allow", "create-instance=instance/shop")
    try run.waitForOutput(step, timeoutSeconds: 60)
    if moment != .beforeItIsSent {
      let end = Date().addingTimeInterval(60)
      while try count(live, action) == before, run.poll() == nil, Date() < end { usleep(2000) }
      usleep(1_000_000)
    }
    #expect(run.poll() == nil, "it was to be killed, and ended by itself")
    let outcome = try run.killAndReap()
    #expect(try moment == .beforeItIsSent || count(live, action) == before + 1, "\(action): \(outcome)")
    try live.cloud.control("faults", method: "DELETE")
    try live.cloud.control("finish")
  }

  /// What is made is not there before the kill, however slow this machine is: the stand-in is told when it is.
  private func slowly(_ live: AWSRepository, _ moment: Moment) throws {
    let seconds = moment == .beforeItIsSent ? 1 : 600
    try live.cloud.control("timing", #"{"create": \#(seconds)}"#)
  }

  /// What a killed run left is brought to its end at the usual pace, and then nothing is left to do.
  private func finish(_ live: AWSRepository) throws {
    try live.cloud.control("timing", #"{"create": 0.3}"#)
    try live.run("apply", "--yes", "--allow", "create-instance=instance/shop")
    try live.converged()
  }

  private func count(_ live: AWSRepository, _ action: String) throws -> Int {
    try live.cloud.actions().filter { $0 == action }.count
  }

  @Test(arguments: Moment.allCases) func aClusterIsMadeOnceWhereverARunDies(_ moment: Moment) async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, Self.cluster)
    try slowly(live, moment)
    // After the answer these are done, and nothing can be told to hold the run up.
    if moment != .afterTheAnswer {
      try kill(live, moment, "CreateDBClusterParameterGroup", "make the parameter group …")
      try kill(live, moment, "ModifyDBClusterParameterGroup", "write parameters …")
    }
    try kill(live, moment, "CreateDBCluster", "make the instance …")
    try kill(live, moment, "CreateDBInstance", "make the member shop-1 …")
    try kill(live, moment, "CreateDBInstance", "make the member shop-2 …")
    try finish(live)
    // A process that is killed as it begins may have sent the call: what was sent is never sent again.
    #expect(try count(live, "CreateDBCluster") == 1)
    #expect(try count(live, "CreateDBInstance") == 2)
    try await live.elsewhere(
      """
      [cluster] = rds.describe_db_clusters()['DBClusters']
      assert [one['DBInstanceIdentifier'] for one in cluster['DBClusterMembers'] if one['IsClusterWriter']] == ['shop-1']
      """)
    try await live.expectSoundTalk()
  }

  @Test(arguments: Moment.allCases) func anInstanceIsMadeOnceWhereverARunDies(_ moment: Moment) async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, Self.instance)
    try slowly(live, moment)
    if moment != .afterTheAnswer {
      try kill(live, moment, "CreateDBParameterGroup", "make the parameter group …")
      try kill(live, moment, "ModifyDBParameterGroup", "write parameters …")
    }
    try kill(live, moment, "CreateDBInstance", "make the instance …")
    try finish(live)
    #expect(try count(live, "CreateDBInstance") == 1)
    try await live.expectSoundTalk()
  }

  /// A run that dies between the end of an instance and that of its parameter group.
  @Test func aDeletionIsFinished() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, Self.instance)
    try live.apply(allowing: ["create-instance"])
    try live.write(Self.instance.replacing("version: 16", with: "version: 16\nstate: absent"))
    try cloud.control("faults", #"{"kind": "delay", "action": "DeleteDBParameterGroup", "times": 1, "seconds": 3}"#)
    let run = try live.repository.start("apply", "--yes", "--allow", "data-loss=instance/shop")
    try run.waitForOutput("delete its parameter group …", timeoutSeconds: 60)
    _ = try run.killAndReap()
    try cloud.control("faults", method: "DELETE")
    _ = try live.repository.run(["apply", "--yes"], timeoutSeconds: 60)
    try live.converged()
    #expect(try count(live, "DeleteDBInstance") == 1)
    try await live.elsewhere(
      "assert not [one for one in rds.describe_db_parameter_groups()['DBParameterGroups'] if 'shop' in str(one)]")
    try await live.expectSoundTalk()
  }

  /// What is described as it was for a while after it was changed is waited for, and is no drift.
  @Test func anOldValueIsWaitedOut() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, Self.instance)
    try live.apply(allowing: ["create-instance"])
    try live.write(Self.instance.replacing("  class: db.t4g.medium", with: "  class: db.t4g.large\n  apply: now"))
    let stale =
      #"{"kind": "rewrite", "action": "DescribeDBInstances", "times": 10, "find": "t4g.large", "by": "t4g.medium"}"#
    try cloud.control("faults", stale)
    try live.apply(allowing: ["restart"])
    try live.converged()
    #expect(try count(live, "ModifyDBInstance") == 1)
  }
}
