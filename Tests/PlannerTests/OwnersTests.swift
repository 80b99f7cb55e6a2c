import Diagnostics
import Model
import PlanLaws
import Planner
import Testing

/// To whom objects belong.
@Suite struct OwnersTests {
  private static let version = ServerVersion(major: 16, minor: 4)

  private static func laws(_ owners: [OwnerRule], rules: [GrantRule] = []) -> PlanLaws {
    var observed = pristineCluster(version: version)
    for role in ["keeper", "app", "alice"] { observed.roles[role] = bareRole() }
    var database = pristineDatabase(owner: "keeper", version: version)
    database.schemas["s"] = Schema(owner: "keeper", acl: .initial(kind: .schema, owner: "keeper", version: version))
    for (kind, name, owner) in [
      (ObjectKind.table, "orders", "alice"), (.table, "orders_2026", "alice"), (.table, "old", "keeper"),
      (.sequence, "orders_id_seq", "alice"), (.sequence, "numbers", "alice"), (.function, "f(integer)", "alice"),
    ] {
      var acl = ACL.initial(kind: kind, owner: owner, version: version)
      if kind == .table, owner == "alice" {
        acl.add(ACLEntry(grantee: .role("keeper"), grantor: "alice", privileges: .select, grantable: .select))
        acl.add(ACLEntry(grantee: .role("app"), grantor: "keeper", privileges: .select))
      }
      database.objects.states[id(kind, name)] = ObjectState(owner: owner, acl: acl)
    }
    let column = ObjectID.column("id", of: "orders", schema: "s")
    database.objects.addColumn(column)
    database.objects.states[column] = ObjectState(
      owner: "alice", acl: ACL([ACLEntry(grantee: .role("app"), grantor: "alice", privileges: .select)]))
    database.sequencesOfColumns[id(.sequence, "orders_id_seq")] = id(.table, "orders")
    observed.databases["shop"] = database
    var desired = DesiredInstance(
      name: "orders", platform: DesiredPlatform(name: "db1", kind: .local(hostname: "db1", runAs: "postgres")))
    desired.access.databases = ["shop"]
    (desired.access.owners, desired.access.rules) = (owners, rules)
    let planner = FakeStepPlanner(version: version)
    return PlanLaws(
      desired, observed: observed, context: PlanContext(now: Timestamp(seconds: 1_790_000_000), planner: planner))
  }

  private static func id(_ kind: ObjectKind, _ name: String) -> ObjectID {
    ObjectID(kind: kind, schema: "s", name: name)
  }

  private static func rule(
    _ owner: String, _ kind: ObjectKind, _ names: String? = nil, number: Int = 1, mode: AccessMode = .authoritative
  ) -> OwnerRule {
    OwnerRule(
      owner: owner, database: "shop",
      items: [OwnerRule.Item(kind: kind, schema: NamePattern("s"), names: names.map { NamePattern($0) })], mode: mode,
      address: Address(["access", "team", "owner", "\(number)"]))
  }

  private static func owner(_ kind: ObjectKind, _ name: String, in laws: PlanLaws) -> String? {
    laws.simulate(laws.plan().plan.steps).databases["shop"]?.objects.states[id(kind, name)]?.owner
  }

  @Test func allOfAKindGoToTheirOwnerAndASequenceGoesWithItsTable() {
    let laws = Self.laws([Self.rule("keeper", .table)])
    #expect(laws.violations() == [])
    for name in ["orders", "orders_2026", "old"] { #expect(Self.owner(.table, name, in: laws) == "keeper") }
    #expect(Self.owner(.sequence, "orders_id_seq", in: laws) == "keeper")
    #expect(Self.owner(.sequence, "numbers", in: laws) == "alice")
    let hazards = laws.plan().plan.steps.flatMap(\.hazards)
    #expect(hazards.count { $0.kind == .lock } == 2)
    #expect(hazards.contains { $0.kind == .accessLoss && $0.message.contains("alice no longer owns") })
  }

  /// What two owners granted one role melts into one grant. Taking the new owner's part back takes the columns' too.
  @Test func whatMeltedComesApartAgain() throws {
    let laws = Self.laws([Self.rule("keeper", .table, "orders")])
    #expect(laws.violations() == [])
    let step = try #require(laws.plan().plan.steps.first)
    #expect(step.reverse.isExact)
    let column = ObjectGroup(database: "shop", kind: .column, schema: "s", names: ["orders.id"])
    #expect(
      step.undo.flatMap(\.edits).last
        == .grant(on: column, to: .role("app"), grantor: "alice", privileges: .select, grantable: false))
  }

  @Test func aSequenceOfAColumnIsNoStepOfItsOwn() {
    let laws = Self.laws([Self.rule("keeper", .sequence)])
    #expect(laws.violations() == [])
    let edits = laws.plan().plan.steps.flatMap(\.work.edits)
    let numbers = ObjectGroup(database: "shop", kind: .sequence, schema: "s", names: ["numbers"])
    #expect(edits == [.setOwner(of: numbers, owner: "keeper")])
  }

  @Test func aNameOutdoesAPatternAndAPatternAllOfAKind() {
    let laws = Self.laws([
      Self.rule("keeper", .table), Self.rule("app", .table, "orders*", number: 2),
      Self.rule("postgres", .table, "orders", number: 3),
    ])
    #expect(laws.violations() == [])
    #expect(Self.owner(.table, "orders", in: laws) == "postgres")
    #expect(Self.owner(.table, "orders_2026", in: laws) == "app")
    #expect(Self.owner(.table, "old", in: laws) == "keeper")
  }

  /// However exactly it speaks of the object.
  @Test(arguments: [AccessMode.additive, .audit], [1, 2])
  func whatOnlyReportsChangesNothingOfWhatAnotherDocumentSays(mode: AccessMode, first: Int) {
    var rules = [
      Self.rule("keeper", .table, number: 1), Self.rule("app", .table, "orders", number: 2, mode: mode),
    ]
    if first == 2 { rules.reverse() }
    let laws = Self.laws(rules)
    #expect(laws.violations() == [])
    #expect(Self.owner(.table, "orders", in: laws) == "keeper")
    let notes = laws.plan().plan.notes.filter(\.isDifference).map(\.message)
    #expect(
      notes == [
        "\(mode.rawValue) only: it belongs to keeper by access/team/owner/1, and access/team/owner/2 says app"
      ])
  }

  @Test(arguments: [AccessMode.additive, .audit]) func onlyAnAuthoritativeDocumentMovesOwners(mode: AccessMode) {
    let planned = Self.laws([Self.rule("keeper", .table, mode: mode)]).plan()
    #expect(planned.plan.steps.isEmpty)
    #expect(planned.plan.notes.count { $0.isDifference } == 1)
  }

  @Test(arguments: [
    ([rule("keeper", .table), rule("app", .table, number: 2)], "belongs to app here and to keeper"),
    ([rule("kepeer", .table)], "the role `kepeer` is neither declared"),
    ([rule("keeper", .table, "ordres")], "there is no table `s.ordres`"),
    ([rule("keeper", .sequence, "orders_id_seq")], "has the owner of its table `s.orders`"),
  ]) func mistakesAreTold(owners: [OwnerRule], message: String) {
    let planned = Self.laws(owners).plan()
    #expect(planned.diagnostics.contains { $0.message.contains(message) }, "\(planned.diagnostics)")
    #expect(planned.plan.steps.isEmpty)
  }
}
