import TestServers
import Testing

/// Parameter groups: many values, values that are refused, and groups that instances share.
@Suite struct AWSParameterTests {
  /// More than one call takes, and none of them depends on another.
  private static let names = [
    "autovacuum_analyze_threshold", "autovacuum_vacuum_insert_threshold", "autovacuum_vacuum_threshold",
    "checkpoint_warning", "client_connection_check_interval", "commit_siblings", "deadlock_timeout",
    "from_collapse_limit", "geqo_generations", "geqo_pool_size", "gin_fuzzy_search_limit",
    "idle_in_transaction_session_timeout", "idle_session_timeout", "lock_timeout", "log_autovacuum_min_duration",
    "log_min_duration_sample", "log_min_duration_statement", "log_parameter_max_length", "log_temp_files",
    "max_standby_archive_delay", "max_standby_streaming_delay", "statement_timeout", "tcp_keepalives_count",
    "tcp_keepalives_idle", "tcp_keepalives_interval",
  ]

  private func instance(_ name: String, group: String? = nil) -> String {
    """
    ---
    kind: Instance
    name: \(name)
    platform: aws
    engine: postgres
    version: 16
    parameters: [tuning]
    aws:
      class: db.t4g.medium
      storage: { size: 20 }
      master: { user: dba, managed_password: true }
    \(group.map { "  parameter_group: \($0)" } ?? "")

    """
  }

  private func tuning(_ values: [String]) -> String {
    """
    ---
    kind: Parameters
    name: tuning
    engine: postgres
    values:
    \(values.map { "  \($0)" }.joined(separator: "\n"))

    """
  }

  private func orders(_ value: Int) -> String {
    instance("orders") + tuning(Self.names.map { "\($0): \(value)" })
  }

  private func count(_ live: AWSRepository, _ action: String) throws -> Int {
    try live.cloud.actions().filter { $0 == action }.count
  }

  @Test func manyValuesAreAllWrittenOrNone() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, orders(101))
    try live.apply(allowing: ["create-instance"])
    try live.converged()
    #expect(try count(live, "ModifyDBParameterGroup") == 2)
    try live.write(orders(202))
    let fault = #"{"kind": "error", "action": "ModifyDBParameterGroup", "times": 1, "skip": 1}"#
    try cloud.control("faults", fault)
    let failed = try live.apply(exits: 1).run
    #expect(failed.contains("what the calls before it wrote is put back"), "\(failed)")
    try await live.elsewhere(
      """
      pages = rds.get_paginator('describe_db_parameters').paginate(
        DBParameterGroupName='holdfast-orders-postgres16', Source='user')
      values = {one['ParameterName']: one['ParameterValue'] for page in pages for one in page['Parameters']}
      assert len(values) == \(Self.names.count) and set(values.values()) == {'101'}, values
      """)
    try live.write(orders(101))
    try live.converged()
    try live.write(orders(202))
    try live.apply()
    try live.converged()
    try await live.expectSoundTalk()
  }

  @Test(arguments: [
    ("no_such_parameter: 1", "no_such_parameter"), ("statement_timeout: -5", "statement_timeout"),
    ("shared_buffers: '{DBInstanceClassMemory/banana}'", "shared_buffers"),
    ("max_connections: many", "max_connections"),
  ]) func whatRDSWouldRefuseIsRefusedBeforeAnythingIsWritten(_ line: String, _ word: String) async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, instance("orders") + tuning(["work_mem: 8MB", line]))
    let plan = try live.run("plan", exits: 1)
    #expect(plan.contains(word), "\(plan)")
    try live.run("apply", "--yes", "--allow", "create-instance=instance/orders", exits: 1)
    #expect(try cloud.actions().allSatisfy { $0.hasPrefix("Describe") })
  }

  /// An instance that joins a group which others have: a refusal half-way leaves them what they had.
  @Test func aNewInstanceThatFailsLeavesTheGroupOfOthersAsItWas() async throws {
    let cloud = try await RDSStandIn.start()
    let values = { (value: Int) in tuning(Self.names.map { "\($0): \(value)" }) }
    let live = try AWSRepository(cloud, instance("orders", group: "house") + values(101))
    try live.apply(allowing: ["create-instance"])
    try live.write(instance("orders", group: "house") + instance("sales", group: "house") + values(202))
    try cloud.control("faults", #"{"kind": "error", "action": "ModifyDBParameterGroup", "times": 1, "skip": 1}"#)
    try cloud.control("faults", #"{"kind": "throttling", "action": "ModifyDBParameterGroup", "times": 1, "skip": 2}"#)
    let failed = try live.run(
      "apply", "--only", "instance/sales", "--yes", "--allow", "create-instance=instance/sales", exits: 1)
    #expect(failed.contains("what the calls before it wrote is put back"), "\(failed)")
    try await live.elsewhere(
      """
      pages = rds.get_paginator('describe_db_parameters').paginate(DBParameterGroupName='house', Source='user')
      values = {one['ParameterName']: one['ParameterValue'] for page in pages for one in page['Parameters']}
      assert len(values) == \(Self.names.count) and set(values.values()) == {'101'}, values
      assert len(rds.describe_db_instances()['DBInstances']) == 1
      """)
    try live.apply(allowing: ["create-instance"])
    try live.converged()
    try await live.expectSoundTalk()
  }

  @Test func twoInstancesShareOneGroup() async throws {
    let cloud = try await RDSStandIn.start()
    let both = instance("orders", group: "house") + instance("sales", group: "house")
    let live = try AWSRepository(cloud, both + tuning(["work_mem: 8MB"]))
    try live.apply(allowing: ["create-instance"])
    try live.converged()
    try live.write(both + tuning(["work_mem: 16MB", "max_connections: 200"]))
    try live.apply(allowing: ["restart"])
    try live.converged()
    #expect(try count(live, "RebootDBInstance") == 2)
    try await live.expectSoundTalk()
  }
}
