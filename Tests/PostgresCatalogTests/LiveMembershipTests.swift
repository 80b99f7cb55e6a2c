import Diagnostics
import Model
import PlanLaws
import Planner
import PlatformKit
import PostgresCatalog
import SQL
import TestServers
import Testing

/// Memberships planned from specs, done on real servers and taken back there.
@Suite(.serialized) struct LiveMembershipTests {
  private static let document = Address(["access", "team"])
  static let withOptions = LiveObservationTests.majors.filter { $0 >= 16 }

  private func desired(_ live: LiveCatalog, _ memberships: [String: [DesiredMembership]]) -> DesiredInstance {
    var instance = live.instance()
    for name in ["grp", "lender", "member"] {
      instance.access.roles[name] = DesiredRole(document: Self.document)
      instance.access.roles[name]?.memberOf = memberships[name] ?? []
    }
    return instance
  }

  private func plan(_ instance: DesiredInstance, _ live: LiveCatalog) async throws -> Planned {
    let context = PlanContext(now: Timestamp(seconds: 1_790_000_000), planner: FakeStepPlanner())
    return planInstance(instance, observed: try await live.observe(instance), context: context)
  }

  /// Each pair of states of one edge: what is there, and what is asked for.
  @Test(arguments: withOptions) func everyOptionIsReachedAndTakenBack(major: Int) async throws {
    let live = try await LiveCatalog.start(major: major)
    try _ = live.cluster.psql("CREATE ROLE grp; CREATE ROLE lender; CREATE ROLE member")
    try _ = live.cluster.psql("GRANT grp TO lender WITH ADMIN TRUE")
    let lender = [DesiredMembership(role: "grp", admin: true)]
    for (grantor, given) in [("postgres", 0), ("lender", 1), ("lender", 6), ("postgres", 7)] {
      for asked in [nil] + (0..<8).map(Optional.some) {
        try _ = live.cluster.psql(
          "GRANT grp TO member WITH \(options(given)) GRANTED BY \(grantor)")
        let membership = asked.map {
          DesiredMembership(role: "grp", admin: $0 & 1 != 0, inherit: $0 & 2 != 0, set: $0 & 4 != 0)
        }
        let instance = desired(live, ["lender": lender, "member": membership.map { [$0] } ?? []])
        let planned = try await plan(instance, live)
        #expect(planned.diagnostics.isEmpty)
        let start = try await live.observe(instance)
        for step in planned.plan.steps {
          let done = try await live.apply(step.work.edits, to: instance)
          #expect(done.found.memberships == done.foretold.memberships)
        }
        let second = try await plan(instance, live).plan
        #expect(second.steps.isEmpty, "\(grantor) \(given) \(asked ?? -1): \(second.changes)")
        for undo in planned.plan.steps.reversed().flatMap({ $0.undo.reversed() }) {
          _ = try await live.apply(undo.edits, to: instance)
        }
        #expect(try await live.observe(instance).memberships == start.memberships)
        try _ = live.cluster.psql(
          "REVOKE grp FROM member GRANTED BY lender; REVOKE grp FROM member GRANTED BY postgres")
      }
    }
  }

  private func options(_ bits: Int) -> String {
    "ADMIN \(bits & 1 != 0), INHERIT \(bits & 2 != 0), SET \(bits & 4 != 0)"
  }

  @Test(arguments: LiveObservationTests.majors) func whatOneOfSeveralGrantorsGaveIsTakenBackInOrder(major: Int)
    async throws
  {
    let live = try await LiveCatalog.start(major: major)
    try _ = live.cluster.psql(
      """
      CREATE ROLE grp; CREATE ROLE lender; CREATE ROLE member; CREATE ROLE stranger;
      GRANT grp TO lender WITH ADMIN OPTION; SET ROLE lender; GRANT grp TO member WITH ADMIN OPTION;
      SET ROLE member; GRANT grp TO stranger;
      """)
    // The lender loses everything: what hangs on it goes first.
    let instance = desired(live, [:])
    let planned = try await plan(instance, live)
    for step in planned.plan.steps { _ = try await live.apply(step.work.edits, to: instance) }
    #expect(try live.cluster.psql("SELECT count(*) FROM pg_auth_members WHERE roleid = 'grp'::regrole") == "0")
    #expect(try await plan(instance, live).plan.steps.isEmpty)
    // The member stays by a grant of one's own.
    let kept = desired(live, ["member": [DesiredMembership(role: "grp")]])
    try _ = live.cluster.psql("GRANT grp TO lender WITH ADMIN OPTION; SET ROLE lender; GRANT grp TO member")
    let again = try await plan(kept, live)
    for step in again.plan.steps { _ = try await live.apply(step.work.edits, to: kept) }
    #expect(
      try live.cluster.psql(
        "SELECT member::regrole, grantor::regrole FROM pg_auth_members WHERE roleid = 'grp'::regrole")
        == (major >= 16 ? "member|postgres" : "member|lender"))
    #expect(try await plan(kept, live).plan.steps.isEmpty)
  }

  @Test(arguments: LiveObservationTests.majors) func aDisabledPasswordGoes(major: Int) async throws {
    let live = try await LiveCatalog.start(major: major)
    try _ = live.cluster.psql("CREATE ROLE grp; CREATE ROLE lender; CREATE ROLE member LOGIN PASSWORD 'x'")
    var instance = desired(live, [:])
    instance.access.roles["member"]?.attributes.login = true
    instance.access.roles["member"]?.password = .disabled
    let planned = try await plan(instance, live)
    #expect(planned.plan.steps.flatMap(\.work.edits) == [.removePassword(role: "member")])
    for step in planned.plan.steps { _ = try await live.apply(step.work.edits, to: instance) }
    #expect(try live.cluster.psql("SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'member'") == "t")
    #expect(try await plan(instance, live).plan.steps.isEmpty)
    // Who may not see passwords is told so, and gets no change for ever.
    try _ = live.cluster.psql("CREATE ROLE auditor LOGIN")
    let blind = try await plan(instance, live.acting(as: "auditor")).plan
    #expect(blind.steps.isEmpty)
    #expect(blind.notes.map(\.message) == ["whether it has a password can't be seen: auditor may not read pg_authid"])
  }

  @Test(arguments: LiveObservationTests.majors) func whatBlocksARemovalIsListed(major: Int) async throws {
    let live = try await LiveCatalog.start(major: major)
    try _ = live.cluster.psql(
      """
      CREATE ROLE grp; CREATE ROLE lender; CREATE ROLE member LOGIN;
      CREATE TABLE t (i int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t TO member USING (true);
      CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR member SERVER far;
      GRANT SET ON PARAMETER work_mem TO member;
      """)
    var instance = desired(live, [:])
    instance.access.roles["member"]?.state = .absent(reassignTo: "lender")
    let session = try await live.acting(as: "member").connect()
    let observed = try await live.observe(instance)
    await session.close()
    let departure = try #require(observed.departures?["member"])
    #expect(departure.openSessions == 1)
    #expect(
      departure.blockers == [
        Departure.Blocker(.parameterPrivileges, count: 1), Departure.Blocker(.policy, database: "postgres", count: 1),
        Departure.Blocker(.userMapping, database: "postgres", count: 1),
      ])
    let context = PlanContext(now: Timestamp(seconds: 0), planner: FakeStepPlanner())
    let refused = planInstance(instance, observed: observed, context: context)
    #expect(refused.plan.steps.isEmpty)
    #expect(refused.diagnostics.contains { $0.message.contains("1 policy in postgres, 1 user mapping in postgres") })
  }
}
