import Diagnostics
import Model
import PlanLaws
import Planner
import Testing

@Suite struct DepartureTests {
  private let team = Address(["access", "team"])

  private func planned(_ departure: Departure, heir: String? = nil, _ change: (inout Observed) -> Void = { _ in })
    -> Planned
  {
    var desired = DesiredInstance(
      name: "orders", platform: DesiredPlatform(name: "db1", kind: .local(hostname: "db1", runAs: nil)))
    var observed = pristineCluster(version: ServerVersion(major: 16, minor: 4))
    observed.isAssumed = false
    desired.access.roles["bob"] = DesiredRole(document: team)
    desired.access.roles["bob"]?.state = .absent(reassignTo: heir)
    observed.roles["bob"] = bareRole()
    observed.departures = ["bob": departure]
    change(&observed)
    return planInstance(
      desired, observed: observed, context: PlanContext(now: Timestamp(seconds: 0), planner: FakeStepPlanner()))
  }

  @Test func openSessionsAreTold() {
    let found = planned(Departure(openSessions: 2))
    #expect(found.plan.steps.flatMap(\.work.edits) == [.dropRole(name: "bob")])
    #expect(
      found.plan.hazards.contains { $0.kind == .accessLoss && $0.message.contains("2 open sessions of bob go on") })
  }

  @Test func whatNothingTakesAwayIsListed() {
    let found = planned(
      Departure(blockers: [
        Departure.Blocker(.policy, database: "app", count: 2),
        Departure.Blocker(.userMapping, database: "crm", count: 1),
      ]))
    #expect(found.plan.steps.isEmpty)
    #expect(
      found.diagnostics.map(\.message) == [
        "`bob` can't be dropped: it is named by 2 policies in app, 1 user mapping in crm"
      ])
    #expect(found.diagnostics.first?.hint == "ALTER POLICY … TO other roles; DROP USER MAPPING")
  }

  @Test func whatWasReadIsRevokedAndHandedOver() {
    let blockers = [
      Departure.Blocker(.parameterPrivileges, count: 1), Departure.Blocker(.tablespace, count: 1),
      Departure.Blocker(.tablespacePrivileges, count: 1),
    ]
    #expect(planned(Departure(blockers: blockers), heir: "postgres").diagnostics.map(\.code) == [.ownsObjects])
    let found = planned(Departure(blockers: blockers), heir: "postgres") { observed in
      let own = ACL.initial(kind: .tablespace, owner: "bob", version: ServerVersion(major: 16))
      observed.shared.states[ObjectID(kind: .tablespace, schema: "", name: "fast")] = ObjectState(
        owner: "bob", acl: own)
      for (kind, name, item) in [
        (ObjectKind.tablespace, "slow", "bob=C/postgres"), (.parameter, "work_mem", "bob=s/postgres"),
      ] {
        var acl = ACL.initial(kind: kind, owner: "postgres", version: ServerVersion(major: 16))
        if let entry = ACLEntry(aclItem: item) { acl.add(entry) }
        observed.shared.states[ObjectID(kind: kind, schema: "", name: name)] = ObjectState(owner: "postgres", acl: acl)
      }
    }
    #expect(found.diagnostics.isEmpty)
    let edits = found.plan.steps.flatMap(\.work.edits)
    #expect(edits.contains(.reassignOwned(database: "postgres", from: "bob", to: "postgres")))
    let revoked = edits.compactMap { edit -> ObjectKind? in
      if case .revoke(let group, .role("bob"), _, _, _) = edit { group.kind } else { nil }
    }
    #expect(revoked == [.tablespace, .parameter])
    #expect(edits.last == .dropRole(name: "bob"))
  }
}
