import Diagnostics
import Model
import PlanLaws
import Planner
import Testing

/// Default privileges, and what rules for objects to come mean for those that are there.
@Suite struct DefaultsTests {
  private static let version = ServerVersion(major: 16, minor: 4)
  private static let list = DefaultPrivileges(owner: "keeper", schema: nil, kind: .function)
  private static let ofTables = DefaultPrivileges(owner: "keeper", schema: "s", kind: .table)

  private static func laws(
    _ roles: [String: AccessMode], _ rules: [GrantRule], _ change: (inout Database) -> Void = { _ in }
  ) -> PlanLaws {
    var observed = pristineCluster(version: version)
    for role in ["keeper", "app", "auditor"] { observed.roles[role] = bareRole() }
    var database = pristineDatabase(owner: "keeper", version: version)
    database.schemas["s"] = Schema(owner: "keeper", acl: .initial(kind: .schema, owner: "keeper", version: version))
    change(&database)
    observed.databases["app"] = database
    var desired = DesiredInstance(
      name: "orders", platform: DesiredPlatform(name: "db1", kind: .local(hostname: "db1", runAs: "postgres")))
    desired.access.databases = ["app"]
    for (name, mode) in roles {
      desired.access.roles[name] = DesiredRole(document: Address(["access", "team"]))
      desired.access.roles[name]?.mode = mode
    }
    desired.access.rules = rules
    let planner = FakeStepPlanner(version: version)
    return PlanLaws(
      desired, observed: observed, context: PlanContext(now: Timestamp(seconds: 1_790_000_000), planner: planner))
  }

  private static func rule(
    _ grantee: Grantee, _ privileges: PrivilegeSet, on kind: ObjectKind, in schema: String? = nil,
    mode: AccessMode = .authoritative, _ change: (inout GrantRule) -> Void = { _ in }
  ) -> GrantRule {
    let selector = GrantItem.Selector.objects(kind, schema: schema.map { NamePattern($0) }, names: nil)
    var rule = GrantRule(
      grantees: [grantee], databases: ["app"],
      items: [GrantItem(selector: selector, privileges: .some(privileges))], defaultPrivilegesOf: ["keeper"],
      mode: mode, address: Address(["access", "team", "grant", "1"]))
    change(&rule)
    return rule
  }

  /// What is built in stands in no row, and is a fact all the same.
  @Test func whatIsTakenFromEverybodyComesBack() {
    let laws = Self.laws([:], [Self.rule(.everybody, .execute, on: .function) { $0.state = .absent }])
    #expect(laws.violations() == [])
    let planned = laws.plan()
    #expect(planned.plan.steps.flatMap(\.work.edits).count == 1)
    let fact = FactKey.defaultPrivileges(database: "app", of: Self.list, grantee: .everybody)
    #expect(laws.observed.value(of: fact) == "EXECUTE")
    let after = laws.simulate(planned.plan.steps)
    #expect(after.value(of: fact) == nil)
    let record = RunRecord(plan: planned.plan, begun: Set(planned.plan.steps.map(\.id)))
    let revert = revertInstance(record, desired: laws.desired, observed: after, context: laws.context)
    #expect(revert.plan.steps.count == 1)
    #expect(laws.simulate(revert.plan.steps, from: after).value(of: fact) == "EXECUTE")
  }

  /// What an audit finds is told; the rest of the same entry is planned.
  @Test(arguments: [(AccessMode.authoritative, AccessMode.audit), (.audit, .authoritative)])
  func anAuditHoldsNothingElseUp(role: AccessMode, rule: AccessMode) {
    let laws = Self.laws(["app": role], [Self.rule(.role("app"), .insert, on: .table, in: "s", mode: rule)]) {
      $0.defaultPrivileges[Self.ofTables] = ACL([
        ACLEntry(grantee: .role("app"), grantor: "keeper", privileges: .select)
      ])
    }
    let planned = laws.plan()
    #expect(planned.diagnostics == [])
    let expected: Edit =
      role == .audit
      ? .grantDefault(
        database: "app", of: Self.ofTables, to: .role("app"), privileges: .insert, grantable: false)
      : .revokeDefault(
        database: "app", of: Self.ofTables, from: .role("app"), privileges: .select, grantOptionOnly: false)
    #expect(planned.plan.steps.flatMap(\.work.edits) == [expected])
    #expect(planned.plan.notes.filter(\.isDifference).count == 1, "\(planned.plan.notes)")
  }

  /// A privilege that objects to come will have is tolerated on those that are there, unless it must not be there.
  @Test(arguments: [true, false]) func whatMustNotBeThereOutweighsWhatIsTolerated(isForbidden: Bool) {
    var rules = [
      Self.rule(.role("auditor"), .select, on: .table, in: "s") { $0.coversExisting = false },
      Self.rule(.role("auditor"), .insert, on: .table, in: "s") { $0.defaultPrivilegesOf = [] },
    ]
    if isForbidden {
      rules.append(
        Self.rule(.role("auditor"), .select, on: .table, in: "s") {
          ($0.state, $0.defaultPrivilegesOf) = (.absent, [])
        })
    }
    let laws = Self.laws([:], rules) { database in
      let acl = ACL([
        ACLEntry(grantee: .role("auditor"), grantor: "keeper", privileges: [.select, .insert, .delete])
      ])
      database.objects.states[ObjectID(kind: .table, schema: "s", name: "t")] = ObjectState(owner: "keeper", acl: acl)
      database.defaultPrivileges[Self.ofTables] = ACL([
        ACLEntry(grantee: .role("auditor"), grantor: "keeper", privileges: .select)
      ])
    }
    let left = laws.simulate(laws.plan().plan.steps).databases["app"]?.objects
      .states[ObjectID(kind: .table, schema: "s", name: "t")]?.acl.privileges(of: .role("auditor"))
    #expect(left == (isForbidden ? .insert : [.select, .insert]))
  }
}
