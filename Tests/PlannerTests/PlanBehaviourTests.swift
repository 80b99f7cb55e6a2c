import Diagnostics
import Model
import PlanLaws
import Testing

@testable import Planner

private let now = Timestamp(seconds: 1_790_000_000)
private let team = Address(["access", "team"])

/// One instance, its specs and what was observed, with the usual rest filled in.
private struct Setting {
  var desired = DesiredInstance(
    name: "orders", platform: DesiredPlatform(name: "db1", kind: .local(hostname: "db1", runAs: nil)))
  var observed = pristineCluster(version: ServerVersion(major: 15, minor: 20))
  var context = PlanContext(now: now, planner: FakeStepPlanner())

  func plan(scope: [Address] = []) -> Planned {
    planInstance(desired, observed: observed, context: context, scope: scope)
  }
  func edits() -> [Edit] { plan().plan.steps.flatMap(\.work.edits) }
  func hazards() -> Set<Hazard.Kind> { Set(plan().plan.hazards.map(\.kind)) }
  func alarms() -> [Alarm.Kind] { plan().plan.alarms.map(\.kind) }
  func laws() -> [String] { PlanLaws(desired, observed: observed, context: context).violations() }

  mutating func set(_ name: String, _ value: String) {
    desired.parameters.values = desired.parameters.values ?? [:]
    desired.parameters.values?[name] = DesiredParameter(
      value: .scalar(value), document: Address(["parameters", "oltp"]))
  }

  mutating func declare(_ name: String, _ change: (inout DesiredRole) -> Void = { _ in }) {
    var role = DesiredRole(document: team)
    change(&role)
    desired.access.roles[name] = role
  }

  mutating func addRoles(_ names: String..., declared: Bool = true) {
    for name in names {
      observed.roles[name] = bareRole()
      if declared { declare(name) }
    }
  }

  /// The list of the column `i` of the table.
  mutating func setColumn(owner: String, _ items: [String]) {
    let column = ObjectID.column("i", of: "t", schema: "app")
    observed.databases["postgres"]?.objects.addColumn(column)
    observed.databases["postgres"]?.objects.states[column] = ObjectState(
      owner: owner, acl: ACL(items.compactMap { ACLEntry(aclItem: $0) }))
  }

  mutating func addTable(owner: String, _ items: [String]) {
    let acl = ACL(items.compactMap { ACLEntry(aclItem: $0) })
    observed.databases["postgres"]?.schemas["app"] = Schema(
      owner: owner, acl: .initial(kind: .schema, owner: owner, version: ServerVersion(major: 15)))
    observed.databases["postgres"]?.objects.states[ObjectID(kind: .table, schema: "app", name: "t")] = ObjectState(
      owner: owner, acl: acl)
    desired.access.databases = ["postgres"]
  }

  func owner(_ owner: String, of table: String) -> OwnerRule {
    OwnerRule(
      owner: owner, database: "postgres",
      items: [OwnerRule.Item(kind: .table, schema: NamePattern("app"), names: NamePattern(table))],
      mode: .authoritative,
      address: team.appending("owner", "1"))
  }

  mutating func grant(_ privileges: PrivilegeSet, to grantee: Grantee, mode: AccessMode = .authoritative) {
    let item = GrantItem(selector: .all(.table, schema: "app"), privileges: .some(privileges))
    desired.access.rules.append(
      GrantRule(
        grantees: [grantee], databases: ["postgres"], items: [item], mode: mode, address: team.appending("grant", "1")))
  }
}

@Suite struct LifecycleTests {
  @Test func anInstanceIsMadeWithItsLayerAndStarted() {
    var setting = Setting()
    setting.observed = Observed(presence: .absent)
    setting.set("shared_buffers", "256MB")
    #expect(setting.plan().plan.steps.map(\.phase) == [.create, .start])
    #expect(setting.hazards() == [.createInstance])
    #expect(setting.laws() == [])
  }

  @Test func anInstanceThatIsToBeStoppedIsMadeAndNotStarted() {
    var setting = Setting()
    setting.observed = Observed(presence: .absent)
    setting.desired.state = .stopped
    #expect(setting.plan().plan.steps.map(\.phase) == [.create])
    #expect(setting.laws() == [])
  }

  @Test func aVanishedInstanceIsAnAlarm() {
    var setting = Setting()
    setting.observed = Observed(presence: .absent)
    setting.observed.evidence = ["the journal knows of it"]
    #expect(setting.alarms() == [.vanished])
    #expect(setting.edits().isEmpty)
    setting.desired.fresh = true
    #expect(setting.hazards() == [.createInstance])
  }

  private static let states: [DesiredInstance.State?] = [.running, .stopped, .absent, nil]

  @Test(arguments: states, [Observed.Presence.running, .stopped])
  func aForeignDirectoryIsLeftAlone(state: DesiredInstance.State?, presence: Observed.Presence) {
    var setting = Setting()
    setting.desired.state = state
    setting.observed.presence = presence
    setting.observed.host?.isOurs = false
    setting.set("work_mem", "64MB")
    #expect(setting.alarms() == [.unmanagedDirectory])
    #expect(setting.edits().isEmpty)
  }

  @Test func stoppingIsAHazard() {
    var setting = Setting()
    setting.desired.state = .stopped
    #expect(setting.edits() == [.stopInstance])
    #expect(setting.hazards() == [.stop])
  }

  @Test func aProtectedInstanceIsNotRemoved() {
    var setting = Setting()
    setting.desired.state = .absent
    setting.desired.protect = true
    #expect(setting.plan().diagnostics.map(\.code) == [.protected])
    setting.desired.protect = false
    #expect(setting.edits() == [.stopInstance, .removeInstance])
    #expect(setting.hazards() == [.stop, .dataLoss])
  }

  @Test func aStandbyIsOnlyReported() {
    var setting = Setting()
    setting.observed.isInRecovery = true
    setting.set("work_mem", "64MB")
    #expect(setting.alarms() == [.notPermitted])
    #expect(setting.edits().isEmpty)
  }
}

@Suite struct ParameterTests {
  @Test func aReloadIsEnough() {
    var setting = Setting()
    setting.set("work_mem", "64MB")
    #expect(setting.edits() == [.setParameter(name: "work_mem", value: "64MB"), .reload])
    #expect(setting.laws() == [])
  }

  @Test func theSameValueInAnotherUnitIsNoDifference() {
    var setting = Setting()
    setting.observed.layer = ["work_mem": "65536kB"]
    setting.observed.parameters["work_mem"]?.running = "65536"
    setting.set("work_mem", "64MB")
    #expect(setting.edits().isEmpty)
  }

  @Test func aRestartIsPlannedDeferredOrPending() {
    var setting = Setting()
    setting.set("max_connections", "300")
    #expect(setting.edits().last == .restart)
    #expect(setting.hazards() == [.restart])
    setting.context.deferRestart = true
    #expect(setting.edits().last == .reload)
    #expect(setting.plan().plan.pending.map(\.waiting) == ["300"])
    setting.context = PlanContext(now: now, planner: FakeStepPlanner(canRestart: false))
    #expect(setting.edits().last == .reload)
  }

  @Test func whatNoDocumentDeclaresIsReset() {
    var setting = Setting()
    setting.observed.layer = ["work_mem": "64MB"]
    setting.desired.parameters.values = [:]
    #expect(setting.edits() == [.setParameter(name: "work_mem", value: nil), .reload])
    #expect(setting.hazards() == [.parameterReset])
    setting.desired.parameters.mode = .additive
    #expect(!setting.edits().contains(.setParameter(name: "work_mem", value: nil)))
  }

  @Test func aMaskIsAnAlarm() {
    var setting = Setting()
    setting.observed.masks = ["work_mem": "1MB"]
    setting.set("work_mem", "64MB")
    #expect(setting.alarms() == [.masked])
    #expect(setting.laws() == [])
  }

  /// The server shows `utc` as `UTC`: comparing the two would reload for ever.
  @Test func anotherSpellingInForceIsNoReasonToReload() {
    var setting = Setting()
    setting.set("TimeZone", "utc")
    setting.observed.layer = ["TimeZone": "utc"]
    setting.observed.parameters["TimeZone"]?.running = "UTC"
    #expect(setting.edits().isEmpty)
  }

  @Test func aValueWrittenByARunThatDiedIsReloaded() {
    var setting = Setting()
    setting.set("work_mem", "64MB")
    setting.observed.layer = ["work_mem": "64MB"]
    #expect(setting.edits() == [.reload])
  }

  @Test(arguments: [
    ("work_men", "64MB", DiagnosticCode.unknownParameter), ("work_mem", "64XB", .parameterValue),
    ("server_version_num", "1", .parameterValue),
  ])
  func mistakesAreTold(name: String, value: String, code: DiagnosticCode) {
    var setting = Setting()
    setting.set(name, value)
    #expect(setting.plan().diagnostics.map(\.code) == [code])
    #expect(setting.edits().isEmpty)
  }

  @Test func oneParameterAloneIsPutInForceToo() {
    var setting = Setting()
    setting.set("work_mem", "64MB")
    setting.set("max_connections", "300")
    let scope = [setting.desired.address.appending("parameter", "work_mem")]
    #expect(
      setting.plan(scope: scope).plan.steps.flatMap(\.work.edits) == [
        .setParameter(name: "work_mem", value: "64MB"), .reload,
      ])
  }

  @Test func whatOnlyTheInstanceMaySetIsRefusedForARole() {
    var setting = Setting()
    setting.declare("amy") { $0.settings = ["max_wal_size": "2GB"] }
    #expect(setting.plan().diagnostics.map(\.code) == [.parameterValue])
  }
}

@Suite struct AccessTests {
  @Test func anExpiredRoleLosesLoginAndMemberships() {
    var setting = Setting()
    setting.observed.roles["team"] = bareRole()
    setting.observed.roles["amy"] = bareRole()
    setting.observed.roles["amy"]?.attributes.login = true
    setting.observed.memberships = [Membership(role: "team", member: "amy", grantor: "postgres")]
    setting.declare("amy") {
      $0.attributes.login = true
      $0.memberOf = [DesiredMembership(role: "team")]
      $0.expires = now
    }
    setting.context.dueOnly = true
    #expect(setting.edits().count == 2)
    #expect(setting.plan().plan.changes.map(\.reason) == ["it expired", "amy expired"])
    #expect(setting.laws() == [])
  }

  @Test func whatADeclaredRoleLendsToAnUndeclaredOneIsRevoked() {
    var setting = Setting()
    setting.addRoles("team", "stranger", declared: false)
    let edge = Membership(role: "team", member: "stranger", grantor: "postgres")
    setting.observed.memberships = [edge]
    setting.declare("team")
    #expect(setting.edits() == [.revokeMembership(edge)])
    #expect(setting.hazards() == [.accessLoss])
    setting.declare("team") { $0.mode = .audit }
    #expect(setting.edits().isEmpty)
    #expect(setting.plan().plan.notes.count == 1)
  }

  @Test func aRoleThatOwnsSomethingNeedsAnHeir() {
    var setting = Setting()
    setting.observed.roles["bob"] = bareRole()
    setting.addTable(owner: "bob", ["bob=r/bob"])
    setting.declare("bob") { $0.state = .absent(reassignTo: nil) }
    #expect(setting.plan().diagnostics.map(\.code) == [.ownsObjects])
    setting.declare("bob") { $0.state = .absent(reassignTo: "postgres") }
    #expect(setting.plan().plan.steps.map(\.phase) == [.contents, .retire])
    #expect(setting.laws() == [])
  }

  /// DROP OWNED leaves `bob=r/amy`, and DROP ROLE then fails: seen on 15.20.
  @Test func whatOthersGrantedIsTakenFromARoleBeforeItIsDropped() {
    var setting = Setting()
    setting.addRoles("amy", "bob", declared: false)
    setting.addTable(owner: "postgres", ["postgres=arwdDxt/postgres", "amy=r*/postgres", "bob=r/amy"])
    setting.desired.access.databases = []
    setting.declare("bob") { $0.state = .absent(reassignTo: nil) }
    #expect(setting.edits().first == revoke(.select, from: "bob", "amy"))
    #expect(setting.laws() == [])
  }

  /// Before 16 a membership outlives its grantor: in the way back it has to do without him.
  @Test func aMembershipWhoseGrantorGoesFirstComesBackFromWhoeverReverts() {
    var setting = Setting()
    setting.addRoles("amy", "bob", "readers", declared: false)
    for name in ["amy", "bob"] { setting.declare(name) { $0.state = .absent(reassignTo: nil) } }
    setting.observed.memberships = [Membership(role: "readers", member: "bob", grantor: "amy", admin: true)]
    let undo = setting.plan().plan.steps.flatMap(\.undo)
    #expect(
      undo.flatMap(\.edits).contains(
        .grantMembership(Membership(role: "readers", member: "bob", grantor: "postgres", admin: true))))
    #expect(undo.compactMap(\.lost).contains { $0.contains("that a role that is gone granted readers to bob") })
    #expect(setting.laws() == [])
  }

  /// What all databases share goes with the one whose step runs first, whichever role made that step.
  @Test func twoRolesThatGoHandOverDatabaseByDatabase() {
    var setting = Setting()
    setting.addRoles("amy", "bob", "keeper", declared: false)
    for name in ["amy", "bob"] { setting.declare(name) { $0.state = .absent(reassignTo: "keeper") } }
    for (name, owner, owners) in [("app", "keeper", ["bob"]), ("crm", "bob", ["amy", "bob"])] {
      var database = pristineDatabase(owner: owner, version: ServerVersion(major: 15))
      for role in owners {
        database.schemas[role] = Schema(
          owner: role, acl: .initial(kind: .schema, owner: role, version: ServerVersion(major: 15)))
      }
      setting.observed.databases[name] = database
    }
    #expect(
      setting.edits().prefix(3) == [
        .reassignOwned(database: "app", from: "bob", to: "keeper"),
        .reassignOwned(database: "crm", from: "amy", to: "keeper"),
        .reassignOwned(database: "crm", from: "bob", to: "keeper"),
      ])
    #expect(setting.laws() == [])
  }

  /// Asked for alone, a membership goes with what its member lent by it, which otherwise is gone by then.
  @Test func aMembershipAloneGoesWithWhatItLent() throws {
    var setting = Setting()
    setting.observed.version = ServerVersion(major: 16)
    setting.addRoles("amy", "zoe")
    setting.addRoles("carol", declared: false)
    let lent = Membership(role: "amy", member: "zoe", grantor: "carol", inherit: true, set: true)
    let own = Membership(role: "amy", member: "carol", grantor: "postgres", admin: true, inherit: true, set: true)
    setting.observed.memberships = [lent, own]
    let whole = setting.plan().plan.changes.map(\.address)
    let alone = try #require(whole.first { $0.segments.contains("carol") })
    let edits = setting.plan(scope: [alone]).plan.steps.flatMap(\.work.edits)
    #expect(edits == [.revokeMembership(lent), .revokeMembership(own)])
  }

  @Test func membershipsComeBackInTheOrderOfWhoLentThem() {
    var setting = Setting()
    setting.observed.version = ServerVersion(major: 16)
    setting.addRoles("amy", "bob", "carol", "group", declared: false)
    setting.declare("group") { $0.state = .absent(reassignTo: nil) }
    func edge(_ member: String, by grantor: String) -> Membership {
      Membership(role: "group", member: member, grantor: grantor, admin: true, inherit: true, set: true)
    }
    let lent = [edge("amy", by: "bob"), edge("bob", by: "carol"), edge("carol", by: "postgres")]
    setting.observed.memberships = lent
    let undo = setting.plan().plan.steps.flatMap(\.undo).flatMap(\.edits)
    let granted = undo.compactMap { if case .grantMembership(let edge) = $0 { edge } else { nil } }
    #expect(granted == lent.reversed())
    #expect(setting.laws() == [])
  }

  @Test func whatHangsOnAGrantGoesFirstAndComesBackFromTheOwner() {
    var setting = Setting()
    setting.addRoles("amy", "bob", declared: false)
    setting.addTable(owner: "postgres", ["postgres=arwdDxt/postgres", "amy=r*/postgres", "bob=r/amy"])
    setting.declare("amy")
    setting.declare("bob")
    setting.grant(.select, to: .role("bob"))
    #expect(
      setting.edits() == [
        revoke(.select, from: "bob", "amy"),
        revoke(.select, from: "amy", "postgres"),
        .grant(on: tableT, to: .role("bob"), grantor: "postgres", privileges: .select, grantable: false),
      ])
    #expect(setting.laws() == [])
  }

  /// `eve` also holds something of the owner's, which is no shorter way to what `amy` let her pass on.
  @Test func aChainGoesFromItsEndWhateverElseItsRolesHold() {
    var setting = Setting()
    setting.addRoles("amy", "bob", "eve")
    setting.addTable(
      owner: "postgres",
      ["postgres=arwdDxt/postgres", "amy=r*/postgres", "eve=r*/amy", "bob=r/eve", "eve=w*/postgres"])
    #expect(
      setting.edits() == [
        revoke(.select, from: "bob", "eve"), revoke(.select, from: "eve", "amy"),
        revoke(.select, from: "amy", "postgres"), revoke(.update, from: "eve", "postgres"),
      ])
    #expect(setting.laws() == [])
  }

  /// What the server doesn't give out as text can't be given back.
  @Test func textThatIsNoneIsNotWrittenBack() {
    var setting = Setting()
    setting.observed.roles["bob"] = Role(attributes: RoleAttributes(), comment: "caf\u{FFFD}")
    setting.declare("bob") { $0.comment = "new" }
    let lost = setting.plan().plan.steps.flatMap(\.undo).compactMap(\.lost)
    #expect(lost.count == 1 && lost[0].contains("comment of bob is not in UTF-8"))
    #expect(setting.laws() == [])
    setting.declare("bob") { $0.state = .absent(reassignTo: nil) }
    #expect(setting.plan().plan.steps.flatMap(\.undo).contains { $0.lost?.contains("bob's comment") ?? false })
    #expect(setting.laws() == [])
  }

  @Test func whyAPrivilegeGoesIsTold() {
    func reason(_ change: (inout GrantRule) -> Void) -> String? {
      var setting = Setting()
      setting.observed.roles["bob"] = bareRole()
      setting.declare("bob")
      setting.addTable(owner: "postgres", ["postgres=arwdDxt/postgres", "bob=r/postgres"])
      setting.grant(.select, to: .role("bob"))
      change(&setting.desired.access.rules[0])
      return setting.plan().plan.changes.first?.reason
    }
    #expect(reason { $0.state = .absent } == "the specs say it is absent")
    #expect(reason { $0.expires = Timestamp(seconds: 1_700_000_000) } == "what granted it has expired")
    #expect(reason { $0.grantees = [.role("postgres")] } == "no document grants it")
  }

  /// Each of the two passed on what the other let it, and one has it from the owner as well: that one's second goes first.
  @Test func aCircleOfGrantsIsOpenedWhereItMayBe() {
    var setting = Setting()
    setting.addRoles("amy", "bob")
    setting.addTable(
      owner: "postgres", ["postgres=arwdDxt/postgres", "amy=r*/bob", "bob=r*/amy", "bob=r*/postgres"])
    #expect(
      setting.edits() == [
        revoke(.select, from: "bob", "amy"), revoke(.select, from: "amy", "bob"),
        revoke(.select, from: "bob", "postgres"),
      ])
    // The server lets nobody give his own grantor the right to grant on.
    let lost = setting.plan().plan.steps.compactMap { if case .partial(_, let lost) = $0.reverse { lost } else { nil } }
    #expect(lost == ["what amy granted bob comes back from postgres: amy may no longer grant it"])
    #expect(setting.laws() == [])
  }

  /// Privileges that went opposite ways are no circle, and yet neither of two entries can go as a whole before the other.
  @Test func entriesGoInPartsWhereTheyHangOnEachOther() {
    var setting = Setting()
    setting.addRoles("amy", "bob")
    setting.addTable(
      owner: "postgres",
      ["postgres=arwdDxt/postgres", "amy=r*/postgres", "bob=w*/postgres", "bob=r*/amy", "amy=w*/bob"])
    #expect(setting.edits().count == 4)
    setting.addTable(
      owner: "postgres",
      [
        "postgres=arwdDxt/postgres", "amy=r*/postgres", "bob=w*/postgres", "bob=r*a/amy", "amy=w*a*/bob",
        "bob=a*/postgres",
      ])
    #expect(setting.laws() == [])
  }

  /// The way back from a grant on a table takes from its columns, where something may hang on what it takes.
  @Test func whatHangsOnAColumnGoesBeforeItsTablesRevoke() {
    var setting = Setting()
    setting.addRoles("amy", "bob", declared: false)
    setting.addTable(owner: "postgres", ["postgres=arwdDxt/postgres"])
    setting.setColumn(owner: "postgres", ["amy=r*/postgres", "bob=r/amy"])
    setting.grant(.select, to: .role("amy"))
    let undo = setting.plan().plan.steps.flatMap(\.undo).flatMap(\.edits)
    #expect(
      undo == [
        .revoke(on: columnI, from: .role("bob"), grantor: "amy", privileges: .select, grantOptionOnly: false),
        revoke(.select, from: "amy", "postgres"),
        .grant(on: columnI, to: .role("amy"), grantor: "postgres", privileges: .select, grantable: true),
        .grant(on: columnI, to: .role("bob"), grantor: "amy", privileges: .select, grantable: false),
      ])
    #expect(setting.laws() == [])
  }

  /// What a role may grant on by the table's list doesn't let it lose what its grants on a column were made by.
  @Test func anOptionOnTheTableHoldsNothingOnAColumn() {
    var setting = Setting()
    setting.addRoles("amy", "bob")
    setting.addTable(owner: "bob", ["bob=arwdDxt/bob", "amy=x*/bob"])
    setting.setColumn(owner: "bob", ["amy=x*/bob", "bob=x/amy"])
    setting.grant(.references, to: .role("amy"))
    setting.desired.access.rules[0].grantOption = true
    #expect(
      setting.edits() == [
        .revoke(on: columnI, from: .role("bob"), grantor: "amy", privileges: .references, grantOptionOnly: false),
        .revoke(on: columnI, from: .role("amy"), grantor: "bob", privileges: .references, grantOptionOnly: false),
      ])
    #expect(setting.laws() == [])
  }

  /// All that goes on columns goes before anything on tables, whatever a table's revoke would take with it.
  @Test func columnsGoInTheirOwnOrderBeforeTables() {
    var setting = Setting()
    setting.addRoles("amy", "bob", "carol")
    setting.addTable(
      owner: "postgres",
      ["postgres=arwdDxt/postgres", "amy=r*/postgres", "bob=r/amy", "carol=r*/postgres"])
    setting.setColumn(owner: "postgres", ["carol=r*/postgres", "amy=r*/carol", "bob=r/amy"])
    #expect(
      setting.edits().prefix(3) == [
        .revoke(on: columnI, from: .role("bob"), grantor: "amy", privileges: .select, grantOptionOnly: false),
        .revoke(on: columnI, from: .role("amy"), grantor: "carol", privileges: .select, grantOptionOnly: false),
        .revoke(on: columnI, from: .role("carol"), grantor: "postgres", privileges: .select, grantOptionOnly: false),
      ])
    #expect(setting.laws() == [])
  }

  /// What the table gives by itself is no loss; where `--only` leaves the table's grant out, it is one.
  @Test func aColumnsGrantThatItsTableMakesNeedlessIsNoLoss() {
    var setting = Setting()
    setting.addRoles("amy")
    setting.addTable(owner: "postgres", ["postgres=arwdDxt/postgres"])
    setting.setColumn(owner: "postgres", ["amy=r/postgres"])
    setting.grant(.select, to: .role("amy"))
    #expect(setting.edits().count == 2)
    #expect(setting.hazards() == [])
    let addresses = setting.plan().plan.changes.map(\.address)
    let alone = addresses.map { setting.plan(scope: [$0]).plan.hazards.map(\.message) }
    #expect(alone == [[], ["amy loses SELECT"]])
    setting.setColumn(owner: "postgres", ["amy=r*w/postgres"])
    #expect(setting.plan().plan.hazards.map(\.message) == ["amy loses UPDATE", "amy loses the right to grant SELECT"])
    #expect(setting.laws() == [])
  }

  /// What had outlived its grantor's option hangs on the one that the plan gives him: it can't stay when that goes again.
  @Test func anOptionThatIsGivenAnewTakesWhatHungOnTheOldOneWithIt() {
    var setting = Setting()
    setting.addRoles("amy", "bob", declared: false)
    setting.addTable(owner: "postgres", ["postgres=arwdDxt/postgres", "bob=r/amy"])
    setting.grant(.select, to: .role("amy"))
    setting.desired.access.rules[0].grantOption = true
    let undo = setting.plan().plan.steps.flatMap(\.undo)
    #expect(
      undo.flatMap(\.edits) == [
        revoke(.select, from: "bob", "amy"), revoke(.select, from: "amy", "postgres"),
        .grant(on: tableT, to: .role("bob"), grantor: "postgres", privileges: .select, grantable: false),
      ])
    #expect(undo.compactMap(\.lost) == ["what amy granted bob comes back from postgres: amy may no longer grant it"])
    #expect(setting.laws() == [])
  }

  /// `amy` has no option any more: nobody could make her grant again in her name.
  @Test func aGrantThatOutlivedItsOptionComesBackFromTheOwner() {
    var setting = Setting()
    setting.addRoles("amy", "bob", declared: false)
    setting.addTable(owner: "postgres", ["postgres=arwdDxt/postgres", "amy=r/postgres", "bob=rw/amy"])
    setting.declare("bob")
    let steps = setting.plan().plan.steps
    #expect(steps.flatMap(\.work.edits).count == 1)
    guard case .partial(_, let lost)? = steps.last?.reverse else { return #expect(Bool(false), "\(steps)") }
    #expect(lost == "what amy granted bob comes back from postgres: amy may no longer grant it")
    #expect(setting.laws() == [])
    // Whoever inherits the option may use it.
    setting.observed.roles["team"] = bareRole()
    setting.addTable(
      owner: "postgres",
      ["postgres=arwdDxt/postgres", "team=r*w*/postgres", "amy=r/postgres", "bob=rw/amy"])
    setting.observed.memberships = [Membership(role: "team", member: "amy", grantor: "postgres")]
    #expect(setting.plan().plan.steps.last?.reverse.isExact == true)
  }

  /// Nor on a column, where the option could only be lent on the table and another grant would hold it there.
  @Test func aGrantOnAColumnThatItsTableWouldHoldComesBackFromTheOwner() {
    var setting = Setting()
    setting.addRoles("amy", "carol", declared: false)
    setting.addRoles("bob")
    setting.addTable(owner: "postgres", ["postgres=arwdDxt/postgres", "amy=r/carol"])
    setting.setColumn(owner: "postgres", ["bob=r/carol"])
    let undo = setting.plan().plan.steps.flatMap(\.undo)
    #expect(
      undo.flatMap(\.edits) == [
        .grant(on: columnI, to: .role("bob"), grantor: "postgres", privileges: .select, grantable: false)
      ])
    #expect(
      undo.compactMap(\.lost) == ["what carol granted bob comes back from postgres: carol may no longer grant it"])
    #expect(setting.laws() == [])
  }

  /// The server lets the circle's one root go first, and then nothing of the circle.
  @Test func aCircleGoesBeforeWhatItBeganWith() {
    var setting = Setting()
    setting.addRoles("abe", "cat", "dan", "eve")
    setting.addTable(
      owner: "postgres",
      ["postgres=arwdDxt/postgres", "cat=r*/postgres", "dan=r*/cat", "eve=r*/dan", "eve=r*/abe", "abe=r*/eve"])
    #expect(
      setting.edits() == [
        revoke(.select, from: "eve", "abe"), revoke(.select, from: "abe", "eve"), revoke(.select, from: "eve", "dan"),
        revoke(.select, from: "dan", "cat"), revoke(.select, from: "cat", "postgres"),
      ])
    #expect(setting.laws() == [])
  }

  /// Several take the place of edges that go: what the specs say comes last.
  @Test func ofAMembershipGrantedTwiceTheLastHolds() {
    var setting = Setting()
    setting.observed.version = ServerVersion(major: 16)
    setting.addRoles("amy", "carol", "group", "zoe")
    func edge(_ member: String, by grantor: String, admin: Bool = true) -> Membership {
      Membership(role: "group", member: member, grantor: grantor, admin: admin, inherit: true, set: true)
    }
    setting.observed.memberships = [
      edge("amy", by: "postgres"), edge("carol", by: "postgres"), edge("zoe", by: "amy", admin: false),
      edge("zoe", by: "carol"), edge("zoe", by: "postgres"),
    ]
    setting.declare("zoe") { $0.memberOf = [DesiredMembership(role: "group")] }
    let granted = setting.edits().filter { if case .grantMembership = $0 { true } else { false } }
    #expect(granted == [.grantMembership(edge("zoe", by: "postgres", admin: false))])
    #expect(setting.laws() == [])
  }

  /// The option that is lent for taking one back could not be taken from `amy` while another hangs on it.
  @Test func whatOutlivedOneGrantorsOptionGoesTogether() {
    var setting = Setting()
    setting.addRoles("amy", "bob", "eve", declared: false)
    setting.addTable(owner: "postgres", ["postgres=arwdDxt/postgres", "bob=r/amy", "eve=r/amy"])
    setting.declare("bob")
    setting.declare("eve")
    setting.grant(.select, to: .role("eve"))
    #expect(
      setting.edits() == [
        revoke(.select, from: "bob", "amy"),
        revoke(.select, from: "eve", "amy"),
        .grant(on: tableT, to: .role("eve"), grantor: "postgres", privileges: .select, grantable: false),
      ])
    #expect(setting.laws() == [])
  }

  /// `--only` a role that goes: what has to come first goes with it, wherever else it belongs.
  @Test func aRemovalAloneBringsWhatItCantDoWithout() {
    var setting = Setting()
    setting.observed = pristineCluster(version: ServerVersion(major: 16, minor: 4))
    setting.addRoles("amy", "bob", "team", declared: false)
    setting.observed.memberships = [
      Membership(role: "team", member: "amy", grantor: "bob", inherit: true, set: true),
      Membership(role: "team", member: "bob", grantor: "postgres", admin: true, inherit: true, set: true),
    ]
    for name in ["team", "heir"] { setting.declare(name) }
    setting.declare("amy") { $0.memberOf = [DesiredMembership(role: "team")] }
    setting.declare("bob") { $0.state = .absent(reassignTo: "heir") }
    #expect(setting.laws() == [])
    let edits = setting.plan(scope: [Address(["instance", "orders", "access", "role", "bob"])]).plan.steps.flatMap(
      \.work.edits)
    #expect(edits.first == .createRole(name: "heir", attributes: RoleAttributes()))
    #expect(edits.contains(.revokeMembership(setting.observed.memberships[0])))
    #expect(edits.last == .dropRole(name: "bob"))
  }

  /// What the role owned by then belongs to somebody else by the specs: that comes first, too.
  @Test func aRemovalAloneBringsTheOwnersOfTheSpecs() {
    var setting = Setting()
    setting.addRoles("carol", "heir", declared: false)
    setting.observed.databases["postgres"] = pristineDatabase(owner: "carol", version: ServerVersion(major: 15))
    setting.desired.databases["postgres"] = DesiredDatabase()
    setting.desired.databases["postgres"]?.owner = "postgres"
    setting.declare("carol") { $0.state = .absent(reassignTo: "heir") }
    let carol = Address(["instance", "orders", "access", "role", "carol"])
    #expect(
      setting.plan(scope: [carol]).plan.steps.flatMap(\.work.edits) == [
        .setDatabaseOwner(database: "postgres", owner: "postgres"), .dropRole(name: "carol"),
      ])
    #expect(setting.laws() == [])
  }

  /// A database goes to an heir from within another one.
  @Test func aGrantAloneBringsTheOwnerWhoMakesIt() throws {
    var setting = Setting()
    setting.addRoles("carol", "heir", declared: false)
    setting.observed.databases["another"] = pristineDatabase(owner: "postgres", version: ServerVersion(major: 15))
    setting.observed.databases["postgres"] = pristineDatabase(owner: "carol", version: ServerVersion(major: 15))
    setting.declare("carol") { $0.state = .absent(reassignTo: "heir") }
    setting.desired.access.databases = ["postgres"]
    setting.desired.access.rules = [
      GrantRule(
        grantees: [.everybody], databases: ["postgres"],
        items: [GrantItem(selector: .database, privileges: .some([.create, .connect, .temporary]))],
        mode: .authoritative,
        address: team.appending("grant", "1"))
    ]
    let grants = setting.plan().plan.changes.filter { $0.address.segments.contains("public") }
    let alone = try #require(grants.first)
    let edits = setting.plan(scope: [alone.address]).plan.steps.flatMap(\.work.edits)
    let database = ObjectGroup.database("postgres")
    #expect(
      edits == [
        .reassignOwned(database: "another", from: "carol", to: "heir"),
        .grant(on: database, to: .everybody, grantor: "heir", privileges: .create, grantable: false),
      ])
    #expect(setting.laws() == [])
  }

  /// Two tables that are alike without what else the plan does to one of them.
  @Test func aGrantAloneStaysWithItsTable() throws {
    var setting = Setting()
    setting.addRoles("amy", "bob", "dan")
    setting.addTable(owner: "amy", ["amy=arwdDxt/amy"])
    let (one, other) = (
      ObjectID(kind: .table, schema: "app", name: "t"), ObjectID(kind: .table, schema: "app", name: "other")
    )
    let state = setting.observed.databases["postgres"]?.objects.states[one]
    setting.observed.databases["postgres"]?.objects.states[other] = state
    setting.desired.access.owners = [setting.owner("dan", of: "other")]
    setting.grant(.select, to: .role("bob"))
    let changes = setting.plan().plan.changes.filter { $0.address.segments.contains("bob") }
    #expect(changes.count == 2)
    let alone = try #require(changes.first { $0.address.segments.last == "t" })
    #expect(
      setting.plan(scope: [alone.address]).plan.steps.flatMap(\.work.edits) == [
        .grant(on: tableT, to: .role("bob"), grantor: "amy", privileges: .select, grantable: false)
      ])
    #expect(setting.laws() == [])
  }

  /// Who may grant on by the table alone can't give the right to grant on for a column: that comes back from the owner.
  @Test func whatWasLentOnByTheTableComesBackFromTheOwner() throws {
    var setting = Setting()
    setting.addRoles("amy", "keeper", "carol", declared: false)
    setting.addTable(owner: "amy", ["amy=arwdDxt/amy", "keeper=x*/amy"])
    setting.setColumn(owner: "amy", ["carol=x*/keeper"])
    setting.desired.access.owners = [setting.owner("keeper", of: "t")]
    let step = try #require(setting.plan().plan.steps.first)
    #expect(
      step.undo.flatMap(\.edits).last
        == .grant(on: columnI, to: .role("carol"), grantor: "amy", privileges: .references, grantable: true))
    #expect(step.undo.compactMap(\.lost) == ["what keeper granted carol"])
    #expect(setting.laws() == [])
  }

  @Test func aRoleThatGotATablespaceStays() throws {
    var setting = Setting()
    setting.observed.roles["bob"] = bareRole()
    setting.observed.shared.states[ObjectID(kind: .tablespace, schema: "", name: "fast")] = ObjectState(
      owner: "bob", acl: .initial(kind: .tablespace, owner: "bob", version: ServerVersion(major: 15)))
    setting.observed.departures = ["bob": Departure(blockers: [Departure.Blocker(.tablespace, count: 1)])]
    setting.declare("heir")
    setting.declare("bob") { $0.state = .absent(reassignTo: "heir") }
    #expect(setting.laws() == [])
    let plan = setting.plan().plan
    let laws = PlanLaws(setting.desired, observed: setting.observed, context: setting.context)
    let revert = revertInstance(
      RunRecord(plan: plan, begun: Set(plan.steps.map(\.id))), desired: setting.desired,
      observed: laws.simulate(plan.steps), context: setting.context)
    #expect(revert.plan.notes.contains { $0.message == "the role stays: it owns the tablespace fast" })
    #expect(!revert.plan.steps.flatMap(\.work.edits).contains(.dropRole(name: "heir")))
  }

  /// The server made the edge by itself, with ADMIN; a superuser's grant is the same edge, and `carol`'s hangs on it.
  @Test func whatTheServerGaveIsNoMoreThanWhatIsDeclared() {
    var setting = Setting()
    setting.observed = pristineCluster(version: ServerVersion(major: 16, minor: 4))
    setting.addRoles("amy", "carol", "team", declared: false)
    setting.observed.memberships = [
      Membership(role: "team", member: "amy", grantor: "postgres", admin: true, inherit: false, set: false),
      Membership(role: "team", member: "carol", grantor: "amy", inherit: true, set: true),
    ]
    setting.declare("team") { $0.mode = .additive }
    setting.declare("amy") { $0.memberOf = [DesiredMembership(role: "team")] }
    let plain = Membership(role: "team", member: "amy", grantor: "postgres", inherit: true, set: true)
    #expect(setting.edits().last == .grantMembership(plain))
    #expect(setting.edits().contains(.revokeMembership(setting.observed.memberships[1])))
    #expect(setting.laws() == [])
  }

  /// What two roles passed on to each other is no circle: it is two privileges.
  @Test func rolesThatGrantEachOtherAreBroughtBackInOrder() {
    let group = ObjectGroup(database: "d", kind: .table, schema: "s", names: ["t"])
    let mutual = ACL(
      ["amy=rw*/owner", "bob=a*/owner", "bob=w*/amy", "amy=a*/bob", "eve=w/bob", "eve=a/amy"].compactMap(
        ACLEntry.init(aclItem:)))
    var list = mutual
    for case .revoke(_, let grantee, let grantor, let privileges, let option) in transition(
      on: group, owner: "owner", from: mutual, to: ACL())
    {
      let hanging = list.entries.filter {
        $0.grantor == grantee.role && !$0.privileges.isDisjoint(with: privileges)
      }
      #expect(hanging.isEmpty, "\(grantee) still lends \(hanging)")
      list.remove(privileges, from: grantee, grantor: grantor, grantOptionOnly: option)
    }
    #expect(list.entries.isEmpty)
    for case .grant(_, let grantee, let grantor, let privileges, let grantable) in transition(
      on: group, owner: "owner", from: ACL(), to: mutual)
    {
      let may = list.entries.filter { $0.grantee == .role(grantor) }.reduce(into: PrivilegeSet()) {
        $0.formUnion($1.grantable)
      }
      #expect(grantor == "owner" || may.isSuperset(of: privileges), "\(grantor) can't grant \(privileges) yet")
      list.add(
        ACLEntry(grantee: grantee, grantor: grantor, privileges: privileges, grantable: grantable ? privileges : []))
    }
    #expect(list == mutual)
  }

  @Test(arguments: [AccessMode.authoritative, .additive, .audit]) func modesDecideWhatIsRevoked(mode: AccessMode) {
    var setting = Setting()
    setting.observed.roles["amy"] = bareRole()
    setting.addTable(owner: "postgres", ["postgres=arwdDxt/postgres", "amy=ar/postgres"])
    setting.declare("amy") { $0.mode = mode }
    setting.grant(.select, to: .role("amy"), mode: mode)
    #expect(setting.edits().count == (mode == .authoritative ? 1 : 0))
    #expect(setting.plan().plan.notes.count == (mode == .audit ? 1 : 0))
    #expect(setting.laws() == [])
  }

  /// A document that audits speaks of the same list as one that doesn't: the plan is that one's alone.
  @Test func whatOnlyAuditsIsToldBesideWhatIsPlanned() {
    var setting = Setting()
    setting.addRoles("amy", "bob")
    setting.addTable(owner: "postgres", ["postgres=arwdDxt/postgres", "bob=r/postgres"])
    setting.grant([.select, .update], to: .role("amy"))
    setting.grant(.insert, to: .role("amy"), mode: .audit)
    let ofT = GrantItem(
      selector: .objects(.table, schema: NamePattern("app"), names: NamePattern("t")), privileges: .all)
    var forbidding = GrantRule(
      grantees: [.role("amy"), .role("bob")], databases: ["postgres"], items: [ofT], mode: .audit,
      address: team.appending("grant", "2"))
    forbidding.state = .absent
    setting.desired.access.rules.append(forbidding)
    setting.grant(.select, to: .role("bob"))
    #expect(
      setting.edits() == [
        .grant(on: tableT, to: .role("amy"), grantor: "postgres", privileges: [.select, .update], grantable: false)
      ])
    let notes = setting.plan().plan.notes.filter(\.isDifference).map(\.message)
    #expect(notes.count == 3, "\(notes)")
    #expect(notes.contains { $0.hasPrefix("audit only: amy lacks INSERT, and access/team/grant/1") })
    #expect(notes.contains { $0.hasPrefix("audit only: amy holds SELECT, UPDATE, and access/team/grant/2") })
    #expect(notes.contains { $0.hasPrefix("audit only: bob holds SELECT, and access/team/grant/2") })
    #expect(setting.laws() == [])
  }

  @Test func aGrantToEverybodyWidensAccess() {
    var setting = Setting()
    setting.addTable(owner: "postgres", ["postgres=arwdDxt/postgres"])
    setting.grant(.select, to: .everybody)
    #expect(setting.hazards() == [.accessWidening])
    #expect(setting.laws() == [])
  }

  @Test func theOwnersRightsAreImplied() {
    var setting = Setting()
    setting.observed.roles["bob"] = bareRole()
    setting.addTable(owner: "bob", ["bob=r/bob"])
    setting.declare("bob")
    setting.grant([.select, .insert], to: .role("bob"))
    #expect(setting.edits().isEmpty)
  }

  /// From 16 on whoever creates a role without being a superuser is given ADMIN on it, which is nobody's drift.
  @Test func theEdgeThatTheServerMakesIsLeftAlone() {
    var setting = Setting()
    setting.observed = pristineCluster(version: ServerVersion(major: 16, minor: 4))
    setting.context = PlanContext(now: now, planner: FakeStepPlanner(version: ServerVersion(major: 16, minor: 4)))
    setting.observed.roles["manager"] = bareRole()
    setting.observed.capabilities.user = "manager"
    setting.observed.capabilities.isSuperuser = false
    setting.declare("team")
    #expect(setting.laws() == [])
  }

  @Test func aRenamedRoleKeepsWhatItHas() {
    var setting = Setting()
    setting.observed.roles["old"] = bareRole()
    setting.addTable(owner: "old", ["old=r/old"])
    setting.declare("new") { $0.renamedFrom = "old" }
    #expect(setting.edits() == [.renameRole(from: "old", to: "new")])
    #expect(setting.laws() == [])
  }
}

/// The table that `Setting.addTable` makes.
private let tableT = ObjectGroup(database: "postgres", kind: .table, schema: "app", names: ["t"])

private let columnI = ObjectGroup(database: "postgres", kind: .column, schema: "app", names: ["t.i"])

private func revoke(_ privileges: PrivilegeSet, from role: String, _ grantor: String) -> Edit {
  .revoke(on: tableT, from: .role(role), grantor: grantor, privileges: privileges, grantOptionOnly: false)
}

@Suite struct BackupTests {
  private func setting(full age: Int?, stanza: BackupState.Stanza = .ready) -> Setting {
    var setting = Setting()
    let configuration = BackupConfiguration(repository: "/backup", retain: nil, cipher: nil, pointInTime: true)
    setting.desired.backup = DesiredBackup(policy: "tier-1", configuration: configuration)
    setting.desired.backup?.cadences = [
      .full: .init(every: TimeSpan(seconds: 7 * 86_400), maxAge: TimeSpan(seconds: 8 * 86_400)),
      .incremental: .init(every: TimeSpan(seconds: 86_400)),
    ]
    setting.observed.backup = BackupState(file: .matches, stanza: stanza)
    setting.observed.backup?.backups =
      age.map { [Backup(label: "a", kind: .full, finished: now - TimeSpan(seconds: $0 * 86_400))] } ?? []
    return setting
  }

  private static let ages: [(Int?, BackupKind?)] = [(nil, .full), (9, .full), (2, .incremental), (0, nil)]

  @Test(arguments: ages)
  func whatIsDueIsTaken(age: Int?, kind: BackupKind?) {
    var setting = setting(full: age)
    setting.context.dueOnly = true
    #expect(setting.edits() == (kind.map { [.takeBackup(kind: $0)] } ?? []))
    #expect(setting.alarms() == (age == 9 ? [.backupTooOld] : []))
    #expect(setting.laws() == [])
  }

  @Test func theRepositoryIsPreparedFirst() {
    let setting = setting(full: nil, stanza: .absent)
    #expect(setting.edits() == [.createStanza, .takeBackup(kind: .full)])
    #expect(setting.laws() == [])
  }

  @Test func anUnreadableRepositoryIsAnAlarm() {
    #expect(setting(full: nil, stanza: .unreadable(message: "no")).alarms() == [.repositoryUnreadable])
  }
}
