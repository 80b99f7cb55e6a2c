import TestServers
import Testing

/// What RDS does on bad days.
@Suite struct AWSFaultTests {
  private static func specs(_ name: String = "orders", _ fields: String = "") -> String {
    """
    ---
    kind: Instance
    name: \(name)
    platform: aws
    engine: postgres
    version: 16
    \(fields)
    aws: { class: db.t4g.medium, storage: { size: 20 }, master: { user: dba, managed_password: true } }

    """
  }

  private func made(_ cloud: RDSStandIn) throws -> AWSRepository {
    let live = try AWSRepository(cloud, Self.specs())
    try live.apply(allowing: ["create-instance"])
    return live
  }

  /// A page that can't be had is never read as "missing", and never as "nothing".
  @Test func whatCannotBeReadIsNotMissing() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try made(cloud)
    let faults = [
      #"{"kind": "html", "action": "DescribeDBInstances", "times": 40}"#,
      #"{"kind": "truncated", "action": "DescribeDBInstances", "times": 40}"#,
      #"{"kind": "bomb", "action": "DescribeDBInstances", "times": 40}"#,
      #"{"kind": "entity", "action": "DescribeDBInstances", "times": 40}"#,
      #"{"kind": "marker-loop", "action": "DescribeDBInstances", "times": 40}"#,
      #"{"kind": "access-denied", "action": "DescribeDBInstances", "times": 40}"#,
      #"{"kind": "expired-token", "action": "DescribeDBInstances", "times": 40}"#,
      #"{"kind": "redirect", "action": "DescribeDBInstances", "times": 40, "location": "http://example.net/"}"#,
      #"{"kind": "gzip-bomb", "action": "DescribeDBInstances", "times": 40, "bytes": 200000000}"#,
    ]
    for fault in faults {
      try cloud.control("faults", fault)
      let plan = try live.run("plan", "--detailed-exitcode", exits: 1)
      #expect(plan.contains("could not be observed"), "\(fault): \(plan)")
      #expect(!plan.contains("create"), "\(fault): \(plan)")
      try cloud.control("faults", method: "DELETE")
    }
    try live.converged()
  }

  /// Deleted by somebody else after the plan: that one is refused, made by nobody, and holds nobody else up.
  @Test func whatIsDeletedAfterThePlanIsRefusedAlone() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, Self.specs("orders") + Self.specs("billing"))
    try live.apply(allowing: ["create-instance"])
    let protected = "protect: true"
    try live.write(Self.specs("orders", protected) + Self.specs("billing", protected))
    let saved = try live.run("plan", "--out", "saved.plan")
    #expect(saved.contains("2 instances"), "\(saved)")
    try cloud.control("vanish", #"{"instance": "orders"}"#)
    let run = try live.run("apply", "saved.plan", exits: 6)
    #expect(run.contains("orders") && run.contains("billing"), "\(run)")
    try await live.elsewhere(
      """
      names = {one['DBInstanceIdentifier']: one['DeletionProtection'] for one in rds.describe_db_instances()['DBInstances']}
      assert names == {'billing': True}, names
      """)
    #expect(try cloud.actions().filter { $0 == "CreateDBInstance" }.count == 2)
  }

  /// Throttling is waited out; the plan is the same.
  @Test func throttlingIsWaitedOut() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try made(cloud)
    for fault in [
      #"{"kind": "throttling", "action": "*", "times": 2}"#, #"{"kind": "request-limit", "action": "*", "times": 2}"#,
      #"{"kind": "too-many", "action": "*", "times": 1, "retry_after": 1}"#,
      #"{"kind": "internal", "action": "*", "times": 2}"#, #"{"kind": "drop-after", "action": "*", "times": 1}"#,
    ] {
      try cloud.control("faults", fault)
      try live.converged()
      try cloud.control("faults", method: "DELETE")
    }
  }

  /// A write whose answer was lost is not sent again: what became of it is looked for.
  @Test(arguments: ["drop-after", "html"]) func aWriteIsNeverBlindlyRepeated(fault: String) async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, Self.specs())
    try cloud.control("faults", #"{"kind": "\#(fault)", "action": "CreateDBInstance", "times": 1}"#)
    let first = try live.repository.run(
      ["apply", "--yes", "--allow", "create-instance=instance/orders"], timeoutSeconds: 120)
    if first.status != 0 {
      let again = try live.repository.run(
        ["apply", "--yes", "--allow", "create-instance=instance/orders"], timeoutSeconds: 120)
      #expect(again.status == 0, "\(first)\n\(again)")
    }
    try live.converged()
    let creates = try cloud.actions().filter { $0 == "CreateDBInstance" }.count
    #expect(creates == (fault == "drop-after" ? 1 : 2), "\(first)")
  }

  /// Created, and not yet to be seen: it is waited for and not made again.
  @Test func aNewInstanceMayBeHiddenForAWhile() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, Self.specs())
    try cloud.control("timing", #"{"create": 2}"#)
    try cloud.control("faults", #"{"kind": "hidden", "action": "CreateDBInstance", "seconds": 2}"#)
    try live.apply(allowing: ["create-instance"])
    try live.converged()
    #expect(try cloud.actions().filter { $0 == "CreateDBInstance" }.count == 1)
  }

  @Test func aClockThatIsOffIsLearnt() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try made(cloud)
    try cloud.control("clock", #"{"skew": 1200}"#)
    let plan = try live.converged()
    #expect(plan.contains("No changes."))
  }

  @Test func thePinnedAccountIsCheckedFirst() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, "")
    try live.repository.write(
      AWSRepository.platform.replacing(RDSStandIn.account, with: "210987654321") + Self.specs())
    let plan = try live.run("plan", exits: 1)
    #expect(plan.contains("210987654321") && plan.contains(RDSStandIn.account), "\(plan)")
    #expect(try cloud.actions() == [], "nothing is asked of an account that is not the pinned one")
  }

  /// The policy of the reference is all that a plan needs, and an apply that may not write says what to allow.
  @Test func aPlanNeedsOnlyToRead() async throws {
    let cloud = try await RDSStandIn.start()
    var live = try made(cloud)
    let keys = try cloud.control(
      "user",
      #"{"name": "reader", "actions": ["rds:Describe*", "rds:ListTagsForResource", "sts:GetCallerIdentity"]}"#)
    let access = try #require(keys.firstMatch(of: /"AWS_ACCESS_KEY_ID": ?"([^"]+)"/)?.1)
    let secret = try #require(keys.firstMatch(of: /"AWS_SECRET_ACCESS_KEY": ?"([^"]+)"/)?.1)
    try cloud.control("authentication", #"{"on": true}"#)
    live.repository.environment = cloud.environment(accessKey: String(access), secretKey: String(secret))
    try live.converged()
    try live.write(Self.specs("orders", "protect: true"))
    let refused = try live.run("apply", "--yes", exits: 1)
    #expect(refused.contains("rds:ModifyDBInstance") || refused.contains("ModifyDBInstance"), "\(refused)")
    live.repository.environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
    let wrong = try live.run("plan", exits: 1)
    #expect(wrong.contains("SignatureDoesNotMatch"), "\(wrong)")
    live.repository.environment["AWS_SECRET_ACCESS_KEY"] = nil
    live.repository.environment["AWS_ACCESS_KEY_ID"] = nil
    let missing = try live.run("plan", exits: 1)
    #expect(missing.contains("AWS_ACCESS_KEY_ID"), "\(missing)")
  }

  /// Names and tags are shown, never obeyed.
  @Test func hostileTextIsEscaped() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try made(cloud)
    try live.write(Self.specs("orders", "labels: { team: orders }"))
    try await live.elsewhere(
      """
      rds.add_tags_to_resource(ResourceName='arn:aws:rds:eu-west-1:123456789012:db:orders',
        Tags=[{'Key': 'team', 'Value': '\\u202eevil ::error::x `@here`'}])
      """)
    let plan = try live.repository.run("plan", "--detailed-exitcode")
    #expect(plan.status == 2 && !plan.stdout.unicodeScalars.contains("\u{202e}"), "\(plan)")
  }
}
