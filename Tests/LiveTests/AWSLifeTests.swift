import TestServers
import Testing

/// Instances of RDS from their making to their removal: each second plan is empty, each request one that RDS takes.
@Suite struct AWSLifeTests {
  private func orders(
    _ fields: [String] = [], aws: [String] = [], class size: String = "db.t4g.medium", workMemory: String = "65536"
  ) -> String {
    """
    ---
    kind: Instance
    name: orders
    platform: aws
    engine: postgres
    version: 16
    \((["labels: { team: orders }", "parameters: [orders]", "backup: week"] + fields).joined(separator: "\n"))
    aws:
      class: \(size)
      storage: { size: 20, max: 100, type: gp3 }
      master: { user: dba, managed_password: true }
    \(aws.map { "  \($0)" }.joined(separator: "\n"))
    ---
    kind: Parameters
    name: orders
    engine: postgres
    values:
      work_mem: \(workMemory)kB
      log_min_duration_statement: 500ms
    ---
    kind: BackupPolicy
    name: week
    retain: 7d
    aws: { window: "02:00-02:30" }

    """
  }

  @Test func fromItsMakingToItsRemoval() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, orders())
    try live.apply(allowing: ["create-instance"])
    try live.converged()
    try settings(live)
    try waiting(live)
    try await drift(live)
    try restart(live)
    try stopped(live)
    try await renamed(live)
    try await removed(live)
    try await live.expectSoundTalk()
  }

  private func settings(_ live: AWSRepository) throws {
    let more = ["iam_authentication: true", "log_exports: [postgresql]", "copy_tags_to_snapshots: true"]
    try live.write(orders(["protect: true"], aws: more, workMemory: "131072"))
    let plan = try live.apply().plan
    #expect(plan.contains("iam_authentication: false → true"), "\(plan)")
    #expect(plan.contains("work_mem"), "\(plan)")
    try live.converged()
    let revert = try live.run("revert", try live.repository.newestRun(), "--yes")
    #expect(!revert.contains("failed"), "\(revert)")
    try live.run("plan", "--detailed-exitcode", exits: 2)
    try live.apply()
    try live.converged()
    try live.write(orders(["protect: false"]))
    try live.apply()
  }

  /// What waits for the window is no difference, and is shown with its date; then it is there.
  private func waiting(_ live: AWSRepository) throws {
    try live.write(orders(class: "db.t4g.large"))
    let plan = try live.apply().plan
    #expect(plan.contains("in the maintenance window"), "\(plan)")
    let second = try live.converged()
    #expect(second.contains("db.t4g.large"), "\(second)")
    try live.cloud.control("window", #"{"instance": "orders"}"#)
    try live.cloud.control("finish")
    let third = try live.converged()
    #expect(!third.contains("db.t4g.large →"), "\(third)")
    try live.write(orders(aws: ["apply: now"]))
    try live.apply(allowing: ["restart"])
    try live.converged()
  }

  /// What others change is found, named, and taken back.
  private func drift(_ live: AWSRepository) async throws {
    try await live.elsewhere(
      """
      rds.modify_db_instance(DBInstanceIdentifier='orders', BackupRetentionPeriod=3, ApplyImmediately=True)
      rds.add_tags_to_resource(ResourceName='arn:aws:rds:eu-west-1:123456789012:db:orders', Tags=[{'Key': 'team', 'Value': 'x'}])
      group = rds.describe_db_instances()['DBInstances'][0]['DBParameterGroups'][0]['DBParameterGroupName']
      rds.modify_db_parameter_group(DBParameterGroupName=group, Parameters=[
        {'ParameterName': 'work_mem', 'ParameterValue': '4096', 'ApplyMethod': 'immediate'},
        {'ParameterName': 'deadlock_timeout', 'ParameterValue': '2000', 'ApplyMethod': 'immediate'}])
      """)
    let drift = try live.run("drift", exits: 2)
    for word in ["team", "work_mem", "deadlock_timeout", "retain"] { #expect(drift.contains(word), "\(drift)") }
    try live.apply(allowing: ["parameter-reset"])
    try live.converged()
  }

  /// A static parameter needs one restart; left out, its value waits, and that is told.
  private func restart(_ live: AWSRepository) throws {
    let specs = orders().replacing("500ms", with: "500ms\n  max_connections: 200")
    try live.write(specs)
    let held = try live.run("apply", "--yes", "--defer", "restart")
    #expect(held.contains("max_connections"), "\(held)")
    try live.apply(allowing: ["restart"])
    try live.converged()
    #expect(try live.cloud.actions().filter { $0 == "RebootDBInstance" }.count == 1)
  }

  private func stopped(_ live: AWSRepository) throws {
    let specs = orders().replacing("500ms", with: "500ms\n  max_connections: 200")
    try live.write(specs.replacing("version: 16", with: "version: 16\nstate: stopped"))
    try live.apply(allowing: ["stop"])
    try live.converged()
    try live.write(specs.replacing("version: 16", with: "version: 16\nstate: running"))
    try live.apply()
    try live.converged()
  }

  /// The parameter group of the old name goes with it.
  private func renamed(_ live: AWSRepository) async throws {
    let specs = orders(["identifier: orders-new", "renamed_from: orders"]).replacing(
      "500ms", with: "500ms\n  max_connections: 200")
    try live.write(specs)
    let plan = try live.run("plan")
    #expect(plan.contains("orders-new"), "\(plan)")
    let flags = printedFlags(try live.repository.run("plan").stdout)
    let applied = try live.repository.run(["apply", "--yes"] + flags, timeoutSeconds: 120)
    #expect(applied.status == 0, "\(applied)")
    try live.converged()
    try await expectOwnGroups("['holdfast-orders-new-postgres16']", live)
  }

  private func expectOwnGroups(_ names: String, _ live: AWSRepository) async throws {
    try await live.elsewhere(
      """
      groups = rds.describe_db_parameter_groups()['DBParameterGroups']
      names = [one['DBParameterGroupName'] for one in groups if 'holdfast' in str(one)]
      assert names == \(names), names
      """)
  }

  private func removed(_ live: AWSRepository) async throws {
    let specs = orders(["identifier: orders-new", "state: absent"])
    try live.write(specs)
    let plan = try live.apply(allowing: ["data-loss"]).plan
    #expect(plan.contains("final snapshot"), "\(plan)")
    try live.converged()
    try await expectOwnGroups("[]", live)
    try live.write(orders(["identifier: orders-new"]))
    let vanished = try live.run("plan", "--detailed-exitcode", exits: 2)
    #expect(vanished.contains("ALARM vanished"), "\(vanished)")
  }
}
