import Diagnostics
import Model
import PlanLaws
import Planner
import Testing

/// Row security of one table, from specs to steps and back.
@Suite struct RowSecurityTests {
  private let table = ProtectedTable(database: "app", schema: "s", name: "customers")

  private var observed: Observed {
    var observed = pristineCluster(version: ServerVersion(major: 15, minor: 20))
    for role in ["owner", "alice", "bob"] { observed.roles[role] = Role() }
    var database = pristineDatabase(owner: "owner", version: ServerVersion(major: 15, minor: 20))
    database.schemas["s"] = Schema(owner: "owner", acl: ACL())
    for name in ["customers", "view"] {
      database.objects.states[ObjectID(kind: .table, schema: "s", name: name)] = ObjectState(owner: "owner", acl: ACL())
    }
    database.rowSecurity.tables[table.table] = RowSecurity(
      enforcement: .enabled,
      policies: [
        "tenant": Policy(roles: [.role("alice")], using: "(a = (current_setting('x.y'::text))::integer)"),
        "hold": Policy(isPermissive: false, command: .update, using: "true", check: "(a > 1)"),
      ])
    database.rowSecurity.readings[table.table] = readings
    observed.databases["app"] = database
    return observed
  }

  private var readings: ExpressionReadings {
    var readings = ExpressionReadings()
    readings.meanings = ["a = current_setting('x.y')::int": "(a = (current_setting('x.y'::text))::integer)"]
    readings.unknown = ["far.f(a)": "permission denied for schema far"]
    readings.refused = ["b = 1": "column \"b\" does not exist"]
    return readings
  }

  private func desired(_ change: (inout DesiredRowSecurity) -> Void) -> DesiredInstance {
    var desired = DesiredInstance(
      name: "orders", platform: DesiredPlatform(name: "db1", kind: .local(hostname: "db1", runAs: "postgres")))
    desired.state = .running
    desired.access.databases = ["app"]
    var wanted = DesiredRowSecurity(
      table: table, enforcement: .enabled,
      policies: [
        "tenant": Policy(roles: [.role("alice")], using: "a = current_setting('x.y')::int"),
        "hold": Policy(isPermissive: false, command: .update, using: "true", check: "a  >\n1"),
      ], address: Address(["access", "team", "policies", "1"]))
    change(&wanted)
    desired.access.rowSecurity = [wanted]
    return desired
  }

  private func laws(_ change: (inout DesiredRowSecurity) -> Void, _ observed: Observed? = nil) -> PlanLaws {
    let planner = FakeStepPlanner(version: ServerVersion(major: 15, minor: 20))
    return PlanLaws(
      desired(change), observed: observed ?? self.observed,
      context: PlanContext(now: Timestamp(seconds: 1_790_000_000), planner: planner))
  }

  /// Plans, holds the plan to the laws, and gives its edits and the kinds of its hazards.
  private func plan(
    _ change: (inout DesiredRowSecurity) -> Void, sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) -> (edits: [Edit], hazards: Set<Hazard.Kind>) {
    let laws = laws(change)
    #expect(laws.violations() == [], sourceLocation: sourceLocation)
    let planned = laws.plan()
    #expect(planned.diagnostics == [], sourceLocation: sourceLocation)
    return (planned.plan.steps.flatMap(\.work.edits), Set(planned.plan.hazards.map(\.kind)))
  }

  @Test func theSameInOtherWordsIsNoChange() {
    #expect(plan { _ in }.edits == [])
    #expect(plan { $0.enforcement = nil }.edits == [])
    #expect(plan { $0.policies = nil }.edits == [])
  }

  @Test func whatNoDocumentDeclaresIsDroppedUnlessItsDocumentOnlyAdds() {
    let dropped = plan { $0.policies?["hold"] = nil }
    #expect(dropped.edits == [.dropPolicy(on: table, name: "hold")])
    #expect(dropped.hazards == [.lock, .accessWidening])
    let permissive = plan { $0.policies?["tenant"] = nil }
    #expect(permissive.hazards == [.lock, .accessLoss])
    let kept = plan {
      $0.policies?["hold"] = nil
      $0.mode = .additive
    }
    #expect(kept.edits == [])
  }

  @Test func anAuditTellsAndChangesNothing() {
    let planned = laws {
      $0.policies?["hold"] = nil
      $0.enforcement = .forced
      $0.mode = .audit
    }.plan()
    #expect(planned.plan.steps == [])
    #expect(planned.plan.notes.count(where: \.isDifference) == 2)
  }

  @Test func rolesAndExpressionsAreAlteredAndTheRestIsMadeAnew() {
    let altered = plan { $0.policies?["tenant"]?.roles = [.role("alice"), .role("bob")] }
    let before = observed.policy("tenant", on: table) ?? Policy()
    let wider = Policy(roles: [.role("alice"), .role("bob")], using: before.using)
    #expect(altered.edits == [.alterPolicy(on: table, name: "tenant", policy: wider, fields: [.roles])])
    let remade = plan { $0.policies?["tenant"]?.command = .select }
    let select = Policy(command: .select, roles: [.role("alice")], using: before.using)
    #expect(
      remade.edits == [
        .dropPolicy(on: table, name: "tenant"), .createPolicy(on: table, name: "tenant", policy: select),
      ])
    let without = plan { $0.policies?["hold"]?.check = nil }
    #expect(without.edits.count == 2)
    #expect(plan { $0.policies?["tenant"]?.check = "a > 0" }.edits.count == 1)
  }

  @Test func itIsOnOnlyWhenItsPoliciesAreThereAndOffBeforeTheyGo() {
    var open = observed
    open.databases["app"]?.rowSecurity.tables[table.table] = RowSecurity()
    let steps = laws({ _ in }, open).plan().plan.steps
    #expect(steps.map(\.title) == ["row security in database app"])
    #expect(steps.first?.work.edits.last == .setRowSecurity(on: table, to: .enabled))
    #expect(Set(steps.flatMap(\.hazards).map(\.kind)) == [.lock, .accessLoss])
    let off = plan {
      $0.enforcement = .disabled
      $0.policies = [:]
    }
    #expect(off.edits.first == .setRowSecurity(on: table, to: .disabled) && off.edits.count == 3)
    #expect(off.hazards == [.lock, .accessWidening])
  }

  @Test func whatCannotBeComparedIsAnAlarmAndNoChange() {
    let planned = laws { $0.policies?["tenant"]?.using = "far.f(a)" }.plan()
    #expect(planned.plan.steps == [] && planned.diagnostics == [])
    #expect(planned.plan.alarms.map(\.kind) == [.notPermitted])
    #expect(planned.plan.alarms.first?.message.contains("permission denied for schema far") == true)
  }

  @Test(arguments: [
    ("b = 1", "customers", "does not exist"), ("true", "custmers", "there is no table `app.s.custmers`"),
    ("true", "view", "is a view"),
  ])
  func mistakesAreErrors(using: String, name: String, words: String) {
    let planned = laws {
      $0.table.table.name = name
      $0.policies?["tenant"]?.using = using
    }.plan()
    #expect(planned.plan.steps == [])
    #expect(planned.diagnostics.first?.message.contains(words) == true, "\(planned.diagnostics)")
  }

  @Test func aRoleThatAPolicyNamesStays() {
    var desired = desired { $0.policies = nil }
    var role = DesiredRole(document: Address(["access", "team"]))
    role.state = .absent(reassignTo: nil)
    desired.access.roles["alice"] = role
    let planned = planInstance(desired, observed: observed, context: laws { _ in }.context)
    #expect(planned.diagnostics.map(\.code) == [.unmanagedPrivileges])
  }

  @Test func aRoleGoesThatTheSpecsTakeOutOfItsPolicy() {
    var observed = observed
    observed.departures = ["alice": Departure(blockers: [Departure.Blocker(.policy, database: "app", count: 1)])]
    var desired = desired { $0.policies?["tenant"]?.roles = [.role("bob")] }
    var role = DesiredRole(document: Address(["access", "team"]))
    role.state = .absent(reassignTo: nil)
    desired.access.roles["alice"] = role
    let laws = PlanLaws(desired, observed: observed, context: laws { _ in }.context)
    #expect(laws.violations() == [])
    let planned = laws.plan()
    #expect(planned.diagnostics == [])
    #expect(planned.plan.steps.last?.work.edits == [.dropRole(name: "alice")])
    // One that was not read, of another table, may be any.
    observed.departures?["alice"]?.blockers[0].count = 2
    let blocked = planInstance(desired, observed: observed, context: laws.context)
    #expect(blocked.diagnostics.map(\.code) == [.ownsObjects])
  }

  /// A revert under specs that spell the former expression in another way, or ask for another one.
  @Test func aRunIsTakenBackWhateverTheSpecsSayByNow() {
    let laws = laws { $0.policies?["tenant"]?.using = "a = 7" }
    let plan = laws.plan().plan
    let record = RunRecord(plan: plan, begun: Set(plan.steps.map(\.id)))
    var after = laws.simulate(plan.steps)
    // As the server writes it, and as only who asks for the run's own text knows.
    after.databases["app"]?.rowSecurity.tables[table.table]?.policies["tenant"]?.using = "(a = 7)"
    let remembering = desired { _ in }.remembering(plan)
    #expect(remembering.access.expressions(in: "app")[table.table]?.contains("a = 7") == true)
    after.databases["app"]?.rowSecurity.readings[table.table]?.meanings["a = 7"] = "(a = 7)"
    let revert = revertInstance(record, desired: desired { _ in }, observed: after, context: laws.context)
    #expect(revert.diagnostics == [])
    #expect(laws.simulate(revert.plan.steps, from: after) == observedWith(after))
  }

  private func observedWith(_ after: Observed) -> Observed {
    var copy = observed
    copy.databases["app"]?.rowSecurity.readings = after.databases["app"]?.rowSecurity.readings ?? [:]
    return copy
  }
}

@Test(arguments: [
  ("a = 1", "(a = 1)", true), ("( (a  =\n 1) )", "a = 1", true), ("(a) = (b)", "a) = (b", false),
  ("a = ' x  y'", "a = ' x y'", false), ("\"a  b\" = 1", "\"a b\" = 1", false), ("(')') = a", "')' = a", false),
  ("a = $$ x  y$$", "a = $$ x y$$", false), ("a = 1 -- no", "a = 1", false), ("", "()", true),
])
func squeezing(one: String, other: String, same: Bool) { #expect((squeezed(one) == squeezed(other)) == same) }
