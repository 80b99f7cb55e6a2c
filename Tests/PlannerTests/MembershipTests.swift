import Diagnostics
import Model
import PlanLaws
import Planner
import Testing

private let now = Timestamp(seconds: 1_790_000_000)
private let team = Address(["access", "team"])

/// Two roles, of which `member` is to be a member of `group`.
private struct Setting {
  var desired = DesiredInstance(
    name: "orders", platform: DesiredPlatform(name: "db1", kind: .local(hostname: "db1", runAs: nil)))
  var observed: Observed
  var context = PlanContext(now: now, planner: FakeStepPlanner())

  init(major: Int = 16, _ edges: Membership...) {
    observed = pristineCluster(version: ServerVersion(major: major, minor: 4))
    observed.isAssumed = false
    for name in ["group", "member", "lender"] {
      observed.roles[name] = bareRole()
      desired.access.roles[name] = DesiredRole(document: team)
    }
    observed.memberships = edges.sorted()
  }

  mutating func ask(_ membership: DesiredMembership?, mode: AccessMode = .authoritative) {
    desired.access.roles["member"]?.memberOf = membership.map { [$0] } ?? []
    desired.access.roles["member"]?.mode = mode
  }

  func plan() -> Planned { planInstance(desired, observed: observed, context: context) }
  func edits() -> [Edit] { plan().plan.steps.flatMap(\.work.edits) }
  func laws() -> [String] { PlanLaws(desired, observed: observed, context: context).violations() }
}

private func edge(
  by grantor: String = "postgres", admin: Bool = false, inherit: Bool? = true, set: Bool? = true
) -> Membership {
  Membership(role: "group", member: "member", grantor: grantor, admin: admin, inherit: inherit, set: set)
}

@Suite struct MembershipTests {
  @Test(arguments: [
    // What is unset means what a plain GRANT gives.
    (DesiredMembership(role: "group"), edge()),
    (DesiredMembership(role: "group", admin: true), edge(admin: true)),
    (DesiredMembership(role: "group", inherit: false), edge(inherit: false)),
    (DesiredMembership(role: "group", inherit: true, set: false), edge(set: false)),
    (DesiredMembership(role: "group", admin: true, inherit: false, set: true), edge(admin: true, inherit: false)),
    (DesiredMembership(role: "group", inherit: false, set: false), edge(inherit: false, set: false)),
    // The server would make the same edge by itself.
    (
      DesiredMembership(role: "group", admin: true, inherit: false, set: false),
      edge(admin: true, inherit: false, set: false)
    ),
  ])
  func optionsAreGranted(asked: DesiredMembership, given: Membership) {
    var setting = Setting()
    setting.ask(asked)
    #expect(setting.edits() == [.grantMembership(given)])
    #expect(setting.laws() == [])
    var converged = Setting(given)
    converged.ask(asked)
    #expect(converged.edits() == [])
  }

  @Test func theMembersOwnInheritIsTheStandard() {
    var setting = Setting(edge())
    setting.observed.roles["member"]?.attributes.inherit = false
    setting.desired.access.roles["member"]?.attributes.inherit = false
    setting.ask(DesiredMembership(role: "group"))
    #expect(setting.edits() == [.grantMembership(edge(inherit: false))])
    #expect(setting.laws() == [])
  }

  @Test func ownOptionsAreChangedInPlace() {
    var setting = Setting(edge(admin: true))
    setting.ask(DesiredMembership(role: "group", admin: true, set: false))
    #expect(setting.edits() == [.grantMembership(edge(admin: true, set: false))])
    let plan = setting.plan().plan
    #expect(plan.hazards.map(\.message) == ["member may not SET ROLE group any more"])
    #expect(plan.changes.flatMap(\.facts).map(\.after) == ["member, admin, set false"])
    #expect(setting.laws() == [])
  }

  @Test func whatAnotherGrantedTooFreelyIsRevokedAsItsGrantor() {
    let lender = Membership(role: "group", member: "lender", grantor: "postgres", admin: true, inherit: true, set: true)
    var setting = Setting(lender, edge(by: "lender"))
    setting.desired.access.roles["lender"]?.memberOf = [DesiredMembership(role: "group", admin: true)]
    setting.ask(DesiredMembership(role: "group", inherit: false))
    #expect(
      setting.edits() == [.revokeMembership(edge(by: "lender")), .grantMembership(edge(inherit: false))])
    #expect(setting.laws() == [])
  }

  @Test func edgesOfSeveralGrantorsCountTogether() {
    let lender = Membership(role: "group", member: "lender", grantor: "postgres", admin: true, inherit: true, set: true)
    var setting = Setting(lender, edge(by: "lender", inherit: false), edge(set: false))
    setting.desired.access.roles["lender"]?.memberOf = [DesiredMembership(role: "group", admin: true)]
    setting.ask(DesiredMembership(role: "group"))
    #expect(setting.edits() == [])
    setting.ask(nil)
    #expect(
      setting.edits() == [.revokeMembership(edge(by: "lender", inherit: false)), .revokeMembership(edge(set: false))]
        || setting.edits() == [
          .revokeMembership(edge(set: false)), .revokeMembership(edge(by: "lender", inherit: false)),
        ])
    #expect(setting.laws() == [])
  }

  @Test func anAdditiveDocumentTakesNoOptionAway() {
    var setting = Setting(edge(admin: true))
    setting.ask(DesiredMembership(role: "group", inherit: false, set: false), mode: .additive)
    #expect(setting.edits() == [])
    var less = Setting(edge(inherit: false, set: false))
    less.ask(DesiredMembership(role: "group"), mode: .additive)
    #expect(less.edits() == [.grantMembership(edge())])
  }

  @Test func whatTheServerGaveByItselfIsNoDrift() {
    let automatic = edge(admin: true, inherit: false, set: false)
    var setting = Setting(automatic)
    setting.ask(nil)
    #expect(setting.edits() == [])
    setting.ask(DesiredMembership(role: "group"))
    setting.observed.capabilities.isSuperuser = false
    setting.observed.capabilities.user = "lender"
    #expect(setting.edits() == [.grantMembership(edge(by: "lender"))])
  }

  @Test func olderServersHaveNoOptions() {
    var setting = Setting(major: 15, edge(inherit: nil, set: nil))
    setting.ask(DesiredMembership(role: "group"))
    #expect(setting.edits() == [])
    setting.ask(DesiredMembership(role: "group", inherit: false, set: true))
    let planned = setting.plan()
    #expect(planned.plan.steps == [])
    #expect(planned.diagnostics.map(\.code) == [.invalidValue, .invalidValue])
    #expect(planned.diagnostics[0].message.contains("`inherit` of a membership exists from version 16 on"))
  }

  @Test func whatHasExpiredIsDueByTime() {
    var setting = Setting(edge())
    setting.ask(DesiredMembership(role: "group", expires: Timestamp(seconds: now.seconds + 1)))
    #expect(setting.edits() == [])
    setting.ask(DesiredMembership(role: "group", expires: now))
    setting.context.dueOnly = true
    #expect(setting.edits() == [.revokeMembership(edge())])
    #expect(setting.plan().plan.changes.map(\.reason) == ["it expired"])
    #expect(setting.laws() == [])
    // What never was is nothing to take back.
    setting.observed.memberships = []
    #expect(setting.edits() == [])
  }
}

@Suite struct PasswordTests {
  @Test(arguments: [
    (PasswordState.none, false), (.present, true), (.differs(reference: .environment(variable: "P")), true),
    (.unknown(because: "x may not read pg_authid"), false),
  ])
  func aDisabledPasswordIsRemoved(state: PasswordState, isRemoved: Bool) {
    var setting = Setting()
    setting.observed.roles["member"]?.password = state
    setting.desired.access.roles["member"]?.password = .disabled
    #expect(setting.edits() == (isRemoved ? [.removePassword(role: "member")] : []))
    #expect(setting.laws() == [])
    let plan = setting.plan().plan
    #expect(plan.hazards.map(\.kind) == (isRemoved ? [.credentialChange] : []))
    #expect(plan.notes.isEmpty == (state.fact != "unknown"))
    #expect(plan.steps.allSatisfy { $0.reverse == .forwardOnly(because: "member's password can't be brought back") })
  }

  @Test func aNewRoleHasNoneAnyway() {
    var setting = Setting()
    setting.desired.access.roles["new"] = DesiredRole(document: team)
    setting.desired.access.roles["new"]?.password = .disabled
    #expect(setting.edits() == [.createRole(name: "new", attributes: RoleAttributes())])
  }

  @Test func aPasswordThatIsTooOldIsAnAlarm() {
    let reference = SecretRef.file(path: "/run/secrets/member")
    var setting = Setting()
    setting.observed.roles["member"]?.password = .matches(reference: reference)
    setting.desired.access.roles["member"]?.password = .kept(reference)
    setting.desired.access.roles["member"]?.rotateEvery = TimeSpan("90d")
    setting.observed.passwordsChanged = ["member": Timestamp(seconds: now.seconds - 90 * 86_400 + 1)]
    #expect(setting.plan().plan.alarms.isEmpty)
    setting.observed.passwordsChanged = ["member": Timestamp(seconds: now.seconds - 90 * 86_400)]
    let plan = setting.plan().plan
    #expect(plan.alarms.map(\.kind) == [.passwordTooOld])
    #expect(plan.alarms.first?.message.hasSuffix("and is to be changed every 90d") == true)
    #expect(plan.steps.isEmpty)
    setting.observed.passwordsChanged = [:]
    #expect(setting.plan().plan.alarms.isEmpty)
    #expect(
      setting.plan().plan.notes.map(\.message) == [
        "how old its password is can't be known: file /run/secrets/member doesn't tell"
      ])
  }

  @Test func anAdditiveDocumentTakesNoPasswordAway() {
    var setting = Setting()
    setting.observed.roles["member"]?.password = .present
    setting.desired.access.roles["member"]?.password = .disabled
    setting.desired.access.roles["member"]?.mode = .additive
    #expect(setting.edits() == [])
  }
}

@Suite struct UndeclaredRoleTests {
  private func setting() -> Setting {
    var setting = Setting()
    for name in ["app_one", "other"] { setting.observed.roles[name] = bareRole() }
    return setting
  }

  @Test func aKeptNameIsAnAlarm() {
    var setting = setting()
    setting.desired.access.managedNames = [
      ManagedName(pattern: NamePattern("app_*"), document: team),
      ManagedName(pattern: NamePattern("*"), document: team),
    ]
    let alarms = setting.plan().plan.alarms
    #expect(alarms.map(\.kind) == [.undeclaredRole, .undeclaredRole, .undeclaredRole])
    #expect(alarms.map { $0.address.segments.last } == ["app_one", "other", "postgres"])
    #expect(alarms[0].message.contains("`manages: app_*` of access/team"))
    #expect(setting.plan().plan.steps.isEmpty)
    setting.context.dueOnly = true
    #expect(setting.plan().plan.alarms.isEmpty)
  }

  @Test func superusersAreAllowedByNameOrDeclared() {
    var setting = setting()
    setting.observed.roles["other"]?.attributes.superuser = true
    #expect(setting.plan().plan.alarms.isEmpty)
    setting.desired.access.superusers = SuperuserList(names: ["postgres"])
    #expect(setting.plan().plan.alarms.map(\.kind) == [.undeclaredSuperuser])
    setting.desired.access.roles["other"] = DesiredRole(document: team)
    setting.desired.access.roles["other"]?.attributes.superuser = true
    #expect(setting.plan().plan.alarms.isEmpty)
  }

  @Test func theyAreListedOnDemand() {
    var setting = setting()
    setting.context.listsUndeclared = true
    setting.observed.roles["other"]?.attributes.login = true
    setting.observed.memberships = [Membership(role: "app_one", member: "other", grantor: "postgres")]
    let notes = setting.plan().plan.notes
    #expect(notes.map { $0.address.segments.last } == ["app_one", "other", "postgres"])
    #expect(notes[1].message == "it is there and no document declares it (login; member of app_one)")
    #expect(notes.allSatisfy { !$0.isDifference })
  }

  @Test(arguments: [
    ("rdsadmin", "rds_superuser", "Amazon RDS"), ("cloudsqladmin", "cloudsqliamuser", "Cloud SQL"),
    ("azuresu", "azure_pg_admin", "Azure Database for PostgreSQL"), ("azuresu", "replication", "Azure Database"),
  ])
  func rolesOfAServiceAreNobodyElses(mark: String, declared: String, service: String) {
    var setting = setting()
    setting.desired.access.roles[declared] = DesiredRole(document: team)
    // On a server of one's own the name is free.
    #expect(setting.plan().diagnostics.isEmpty)
    setting.observed.roles[mark] = bareRole()
    setting.observed.roles[mark]?.attributes.superuser = true
    let diagnostics = setting.plan().diagnostics
    #expect(diagnostics.map(\.code) == [.reserved])
    #expect(diagnostics.first?.message.contains(service) == true)
    setting.desired.access.roles[declared] = nil
    setting.context.listsUndeclared = true
    setting.desired.access.superusers = SuperuserList(names: ["postgres"])
    #expect(setting.plan().plan.alarms.isEmpty)
    #expect(!setting.plan().plan.notes.contains { $0.address.segments.last == mark })
    #expect(setting.plan().diagnostics.isEmpty)
  }
}
