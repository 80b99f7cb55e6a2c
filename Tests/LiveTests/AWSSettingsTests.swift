import TestServers
import Testing

/// A walk through the settings of an instance of RDS: each is changed, found to be so, and taken back.
@Suite struct AWSSettingsTests {
  private struct Specs {
    var fields = ["protect: false", "labels: { team: orders }"]
    var version = "16.1"
    var aws = ["multi_az: false", "storage: { size: 400, max: 600, type: gp3, iops: 12000, throughput: 500 }"]
    var size = "db.m6g.large"
    var values = "work_mem: 64MB"
    var policy = "retain: 7d\naws: { window: \"02:00-02:30\" }"
    var others = ""

    var text: String {
      """
      ---
      kind: Instance
      name: orders
      platform: aws
      engine: postgres
      version: \(version)
      parameters: [orders]
      backup: week
      \(fields.joined(separator: "\n"))
      aws:
        class: \(size)
        master: { user: dba, managed_password: true }
      \(aws.map { "  \($0)" }.joined(separator: "\n"))
      ---
      kind: Parameters
      name: orders
      engine: postgres
      values: { \(values) }
      ---
      kind: BackupPolicy
      name: week
      \(policy)
      \(others)

      """
    }
  }

  /// Applies specs, reverts the run, and has the former specs' plan be empty again.
  private func thereAndBack(
    _ live: AWSRepository, from old: Specs, to new: Specs, allowing hazards: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    try live.write(new.text)
    let plan = try live.apply(allowing: hazards, sourceLocation: sourceLocation).plan
    try live.converged(sourceLocation: sourceLocation)
    let run = try live.repository.newestRun()
    let back = try live.repository.run("revert", run, "--out", "back.plan", sourceLocation: sourceLocation)
    let apply = ["apply", "back.plan"] + printedFlags(back.stdout)
    let reverted = try live.repository.run(apply, timeoutSeconds: 120, sourceLocation: sourceLocation)
    #expect(reverted.status == 0, "\(back)\n\(reverted)", sourceLocation: sourceLocation)
    try live.write(old.text)
    try live.converged(sourceLocation: sourceLocation)
    return plan
  }

  @Test func everySettingIsChangedAndReverted() async throws {
    let cloud = try await RDSStandIn.start()
    var old = Specs()
    let security = try await cloud.securityGroups()
    old.aws += [
      "apply: now", "security_groups: [\(security[0])]", "public: false", "port: 5432", "iam_authentication: false",
      "auto_minor_upgrade: true", "maintenance_window: sun:04:00-sun:05:00", "copy_tags_to_snapshots: false",
      "log_exports: []", "performance_insights: { enabled: true, retention_days: 7 }", "monitoring: { interval: 0 }",
      "certificate_authority: rds-ca-rsa2048-g1",
    ]
    let live = try AWSRepository(cloud, old.text)
    try live.apply(allowing: ["create-instance"])
    if try live.repository.run("plan", "--detailed-exitcode").status == 2 { try live.apply() }
    try live.converged()
    var new = old
    new.fields = ["protect: true", "labels: { team: other, tier: 2 }"]
    new.size = "db.m6g.xlarge"
    new.values = "work_mem: 128MB, max_connections: 300"
    new.policy = "retain: 14d\naws: { window: \"01:00-01:30\" }"
    new.aws = [
      "multi_az: true", "storage: { size: 400, max: 800, type: gp3, iops: 14000, throughput: 600 }", "apply: now",
      "security_groups: [\(security[1])]", "public: true", "port: 5433", "iam_authentication: true",
      "auto_minor_upgrade: false", "maintenance_window: mon:04:00-mon:05:00", "copy_tags_to_snapshots: true",
      "log_exports: [postgresql, upgrade]", "performance_insights: { enabled: true, retention_days: 31 }",
      "monitoring: { interval: 60, role: \"arn:aws:iam::123456789012:role/monitoring\" }",
      "certificate_authority: rds-ca-ecc384-g1",
    ]
    let plan = try thereAndBack(live, from: old, to: new, allowing: ["restart"])
    #expect(plan.contains("work_mem: 64MB → 128MB"), "\(plan)")
    #expect(plan.contains("retain 7 → 14") && plan.contains("port: 5432 → 5433"), "\(plan)")
    #expect(!plan.contains("can't be taken back"), "\(plan)")
    try await live.expectSoundTalk()
  }

  /// The plan deletes the former group, so that it may not promise the way back.
  @Test func aGroupThatIsLeftForAnotherStaysLeft() async throws {
    let cloud = try await RDSStandIn.start()
    var specs = Specs()
    let live = try AWSRepository(cloud, specs.text)
    try live.apply(allowing: ["create-instance"])
    specs.aws.append("parameter_group: shared")
    try live.write(specs.text)
    let plan = try live.apply(allowing: ["restart"]).plan
    let stays = "can't be undone: the parameter group stays: there is no way back to the former one"
    #expect(plan.contains(stays), "\(plan)")
    try live.converged()
    let run = try live.repository.newestRun()
    let back = try live.repository.run("revert", run, "--yes")
    #expect(back.status == 0 || back.status == 3, "\(back)")
    #expect(!(back.stdout + back.stderr).contains("DBParameterGroupNotFound"), "\(back)")
  }

  /// Whatever else is done at once may not put in force what nobody wants.
  @Test func whatOthersLeftWaitingIsTakenBackFirst() async throws {
    let cloud = try await RDSStandIn.start()
    var specs = Specs()
    let live = try AWSRepository(cloud, specs.text)
    try live.apply(allowing: ["create-instance"])
    try await live.elsewhere("rds.modify_db_instance(DBInstanceIdentifier='orders', DBInstanceClass='db.m6g.4xlarge')")
    specs.aws[0] = "multi_az: true\n  apply: now"
    try live.write(specs.text)
    let plan = try live.apply().plan
    #expect(plan.contains("1. change settings back before the window now;"), "\(plan)")
    #expect(plan.contains("takes back db.m6g.4xlarge, which waits for the window"), "\(plan)")
    let second = try live.converged()
    #expect(!second.contains("4xlarge"), "\(second)")
  }

  private static let restored = """
    ---
    kind: Instance
    name: copy
    platform: aws
    engine: postgres
    version: 16.1
    restore_from: SOURCE
    parameters: [orders]
    backup: week
    labels: { team: copies }
    aws:
      class: db.m6g.xlarge
      storage: { size: 400, max: 900, type: gp3 }
      multi_az: true
      iam_authentication: true
      maintenance_window: sun:05:00-sun:06:00
      monitoring: { interval: 0 }
      performance_insights: { enabled: true, retention_days: 7 }
      master: { user: dba, managed_password: true }
    """

  /// What the restoring calls don't take is set by a step of the same run, whatever the restore brought along.
  @Test(arguments: ["{ snapshot: first }", "{ instance: orders, at: latest }"])
  func aRestoreTakesOneRun(source: String) async throws {
    let cloud = try await RDSStandIn.start()
    var specs = Specs()
    let live = try AWSRepository(cloud, specs.text)
    try live.apply(allowing: ["create-instance"])
    try await live.elsewhere(
      "rds.create_db_snapshot(DBInstanceIdentifier='orders', DBSnapshotIdentifier='first')")
    try cloud.control("finish")
    specs.others = Self.restored.replacing("SOURCE", with: source)
    try live.write(specs.text)
    let plan = try live.apply(allowing: ["create-instance"]).plan
    #expect(plan.contains("team copies"), "\(plan)")
    #expect(plan.contains("can't be undone: it belongs to making the instance"), "\(plan)")
    try live.converged()
    try await live.expectSoundTalk()
  }

  @Test func aReplicaTakesOneRunAndLeavesNoSnapshot() async throws {
    let cloud = try await RDSStandIn.start()
    var specs = Specs()
    let live = try AWSRepository(cloud, specs.text)
    try live.apply(allowing: ["create-instance"])
    specs.others = """
      ---
      kind: Instance
      name: reports
      platform: aws
      engine: postgres
      version: 16.1
      aws: { class: db.m6g.large, replica_of: orders, maintenance_window: "sun:05:00-sun:06:00" }
      """
    try live.write(specs.text)
    try live.apply(allowing: ["create-instance"])
    try live.converged()
    specs.others += "\nstate: absent"
    try live.write(specs.text)
    let plan = try live.apply(allowing: ["data-loss"]).plan
    #expect(plan.contains("it is a read replica of orders, and no final snapshot is taken"), "\(plan)")
    try live.converged()
  }

  /// A creation that RDS refused leaves a parameter group, which is no sign of an instance that vanished.
  @Test func aCreationThatFailedCanBeTriedAgain() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, Specs().text)
    try cloud.control("faults", #"{"kind": "access-denied", "action": "CreateDBInstance", "times": 1}"#)
    try live.apply(allowing: ["create-instance"], exits: 6)
    try live.apply(allowing: ["create-instance"])
    try live.converged()
  }
}

extension RDSStandIn {
  /// Two security groups of the account's own network.
  fileprivate func securityGroups() async throws -> [String] {
    let directory = try TemporaryDirectory()
    let script = """
      import boto3
      ec2 = boto3.client('ec2')
      network = ec2.describe_vpcs()['Vpcs'][0]['VpcId']
      for name in ['inner', 'outer']:
        print(ec2.create_security_group(GroupName=name, Description=name, VpcId=network)['GroupId'])

      """
    let output = try await run(script: try directory.write(script, to: "groups.py"))
    return output.split(separator: "\n").map(String.init)
  }
}
