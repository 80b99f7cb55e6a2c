import Diagnostics
import Model
import PlanLaws
import Planner
import Testing

private let now = Timestamp(seconds: 1_790_000_000)

/// One instance of a cloud, its specs and what was observed.
private struct Cloud {
  var desired = DesiredInstance(
    name: "shop",
    platform: DesiredPlatform(name: "aws", kind: .aws(AWSAccount(region: "eu-west-1", account: "123456789012"))))
  var observed = Observed(presence: .running, version: ServerVersion(major: 16, minor: 4))
  var managed = ManagedState(identifier: "shop", engine: "postgres", status: "available", activity: .settled)
  var deferRestart = false
  var dueOnly = false

  init() {
    desired.managed = DesiredManaged(identifier: "shop", engine: "postgres")
    managed.settings.values = [
      .version: "16.4", .instanceClass: "db.t4g.medium", .storageSize: "100", .parameterGroup: "default.postgres16",
      .deletionProtection: "false", .backupRetention: "7",
    ]
    managed.nextWindow = Timestamp(seconds: 1_790_300_000)
    observed.parameters = pristineParameters
    for name in observed.parameters.keys { observed.parameters[name]?.running = nil }
  }

  var laws: PlanLaws {
    var observed = observed
    if observed.presence != .absent { observed.managed = managed }
    return PlanLaws(desired, observed: observed, context: context)
  }
  var context: PlanContext {
    PlanContext(
      now: now, planner: FakeStepPlanner(version: ServerVersion(major: 16, minor: 4)), deferRestart: deferRestart,
      dueOnly: dueOnly)
  }

  func planned(scope: [Address] = []) -> Planned { laws.plan(scope: scope) }
  var plan: InstancePlan { planned().plan }
  var titles: [String] { plan.steps.map(\.title) }
  var hazards: Set<Hazard.Kind> { Set(plan.hazards.map(\.kind)) }
  var errors: [String] { planned().diagnostics.filter { $0.severity == .error }.map(\.message) }
  var violations: [String] { laws.violations() }

  mutating func want(_ field: ManagedField, _ value: String) { desired.managed?.values[field] = value }
  mutating func set(_ name: String, _ value: String) {
    desired.parameters.values = desired.parameters.values ?? [:]
    desired.parameters.values?[name] = DesiredParameter(
      value: .scalar(value), document: Address(["parameters", "oltp"]))
  }
}

@Suite struct ManagedSettingTests {
  @Test func whatCanWaitWaitsForTheWindow() {
    var cloud = Cloud()
    cloud.want(.instanceClass, "db.t4g.large")
    #expect(cloud.titles == ["change settings in the window"])
    #expect(cloud.plan.steps[0].timing == .inWindow)
    #expect(cloud.plan.steps[0].achieves.map(\.key) == [.managed(member: nil, field: .instanceClass), .settled])
    #expect(cloud.hazards == [])
    #expect(cloud.plan.steps[0].reverse.isExact)
    #expect(cloud.violations == [])
  }

  @Test func whatIsDoneAtOnceSaysWhatItCosts() {
    var cloud = Cloud()
    cloud.want(.instanceClass, "db.t4g.large")
    cloud.want(.autoMinorUpgrade, "true")
    cloud.desired.managed?.moment = .now
    #expect(cloud.titles == ["change settings at once", "change settings at once, with an outage"])
    #expect(cloud.hazards == [.restart])
    #expect(cloud.violations == [])
  }

  @Test func anExceptionIsDoneAtOnceAndTheRestWaits() {
    var cloud = Cloud()
    cloud.want(.instanceClass, "db.t4g.large")
    cloud.want(.storageSize, "200")
    cloud.desired.managed?.otherwise = [.storageSize]
    #expect(cloud.titles == ["change settings at once", "change settings in the window"])
    #expect(cloud.hazards == [.irreversible])
  }

  @Test func whatWaitsAsAskedIsPendingWithItsDate() {
    var cloud = Cloud()
    cloud.want(.instanceClass, "db.t4g.large")
    cloud.managed.settings.pending[.instanceClass] = "db.t4g.large"
    #expect(cloud.plan.steps.isEmpty)
    #expect(cloud.plan.pending.map(\.until) == ["the maintenance window, next Fri 2026-09-25 01:33 UTC"])
    cloud.desired.managed?.moment = .now
    #expect(cloud.titles == ["change settings at once, with an outage"])
    #expect(cloud.plan.changes[0].reason == "what waits for the window is done now")
    #expect(cloud.violations == [])
  }

  @Test func foreignPendingValuesAreShownAndNamedWhereTheyWouldBeFlushed() {
    var cloud = Cloud()
    cloud.managed.settings.pending[.instanceClass] = "db.r6g.large"
    #expect(cloud.plan.pending.map(\.waiting) == ["db.r6g.large"])
    cloud.want(.securityGroups, "sg-2")
    #expect(cloud.hazards == [])
    cloud.want(.storageSize, "200")
    cloud.desired.managed?.moment = .now
    #expect(cloud.hazards == [.irreversible, .flushesPending])
  }

  @Test func aForeignPendingValueAgainstTheSpecsIsTakenBack() {
    var cloud = Cloud()
    cloud.want(.instanceClass, "db.t4g.medium")
    cloud.managed.settings.pending[.instanceClass] = "db.r6g.large"
    #expect(cloud.titles == ["change settings back before the window"])
    #expect(cloud.plan.steps[0].timing == .now)
    #expect(cloud.violations == [])
    cloud.want(.multiAZ, "true")
    cloud.desired.managed?.moment = .now
    #expect(cloud.titles == ["change settings back before the window", "change settings at once"])
    #expect(!cloud.hazards.contains(.flushesPending))
    #expect(cloud.violations == [])
  }

  @Test func whatIsFixedAtCreationIsRefusedWithARecipe() {
    var cloud = Cloud()
    cloud.managed.settings.values[.storageEncrypted] = "false"
    cloud.want(.storageEncrypted, "true")
    #expect(cloud.errors == ["storage.encrypted of `shop` is `false`, and can't become `true` in place"])
    #expect(cloud.plan.steps.isEmpty)
  }

  @Test(arguments: [("80", nil), ("105", "110"), ("150", "150")] as [(String, String?)])
  func storageIsAFloorAndGrowsByATenth(size: String, becomes: String?) {
    var cloud = Cloud()
    cloud.want(.storageSize, size)
    let key = FactKey.managed(member: nil, field: .storageSize)
    #expect(cloud.plan.changes.flatMap(\.facts).first { $0.key == key }?.after == becomes)
    #expect(cloud.violations == [])
    // That nothing shrinks is told, but for what RDS lets grow by itself.
    #expect(cloud.plan.notes.map(\.message).contains { $0.contains("never shrinks") } == (becomes == nil))
    cloud.managed.settings.values[.storageMaximum] = "500"
    #expect(cloud.plan.notes.isEmpty)
  }

  @Test func backupsOfAnotherOwnerAreNotCompared() {
    var cloud = Cloud()
    cloud.want(.backupRetention, "14")
    cloud.managed.backupOwner = "AWS Backup"
    #expect(cloud.plan.steps.isEmpty)
    #expect(cloud.plan.notes.count == 1)
  }

  @Test func retentionOfNoneLosesBackups() {
    var cloud = Cloud()
    cloud.want(.backupRetention, "0")
    cloud.desired.managed?.moment = .now
    #expect(cloud.hazards == [.dataLoss, .restart])
  }
}

@Suite struct ManagedVersionTests {
  @Test func aVersionIsUpgradedToTheNewestAccepted() {
    var cloud = Cloud()
    cloud.desired.version = VersionConstraint("16.6")
    cloud.managed.upgradeTargets = ["16.6", "16.8", "17.2"].compactMap { ServerVersion($0) }
    #expect(cloud.plan.changes[0].facts.map(\.after) == ["16.8"])
    #expect(cloud.hazards == [.irreversible])
    #expect(cloud.violations == [])
  }

  @Test func aVersionIsNeverDowngraded() {
    var cloud = Cloud()
    cloud.desired.version = VersionConstraint("15")
    #expect(cloud.errors == ["`shop` is at 16.4, and its spec asks for 15"])
  }

  @Test func aMajorUpgradeBringsItsParameterGroupAlong() {
    var cloud = Cloud()
    cloud.set("work_mem", "16MB")
    cloud.desired.version = VersionConstraint("17")
    cloud.desired.managed?.moment = .now
    cloud.managed.settings.values[.parameterGroup] = "holdfast-shop-postgres16"
    cloud.managed.upgradeTargets = [ServerVersion(major: 17, minor: 2)]
    #expect(
      cloud.titles == [
        "make the parameter group", "write parameters", "change the version", "restart the server",
        "remove what is not kept",
      ])
    #expect(cloud.hazards == [.irreversible, .restart])
    #expect(cloud.violations == [])
  }
}

@Suite struct ManagedParameterTests {
  @Test func aGroupIsMadeWrittenAndAttached() {
    var cloud = Cloud()
    cloud.set("max_connections", "300")
    cloud.set("work_mem", "{DBInstanceClassMemory/1000}")
    #expect(
      cloud.titles == ["make the parameter group", "write parameters", "change settings at once", "restart the server"])
    #expect(cloud.violations == [])
    cloud.deferRestart = true
    #expect(!cloud.titles.contains("restart the server"))
    #expect(cloud.plan.pending.map(\.until).allSatisfy { $0 == "the next restart" })
  }

  @Test func aDynamicParameterOfAnAttachedGroupNeedsNoRestart() {
    var cloud = Cloud()
    cloud.set("work_mem", "16MB")
    let group = ParameterGroup(name: "holdfast-shop-postgres16", family: "postgres16")
    cloud.managed.group = group
    cloud.managed.settings.values[.parameterGroup] = group.name
    #expect(cloud.titles == ["write parameters"])
    cloud.set("max_connections", "300")
    #expect(cloud.titles == ["write parameters", "restart the server"])
    #expect(cloud.violations == [])
  }

  @Test func partOfAPlanBringsItsGroupAlong() {
    var cloud = Cloud()
    cloud.set("work_mem", "16MB")
    let scope = [Address.instance("shop").appending("parameter", "work_mem")]
    #expect(cloud.laws.holdsScope(scope) == [])
    #expect(cloud.planned(scope: scope).plan.steps.first?.phase == .prepare)
  }
}

@Suite struct ManagedLifecycleTests {
  private func absent() -> Cloud {
    var cloud = Cloud()
    cloud.observed.presence = .absent
    cloud.want(.instanceClass, "db.t4g.medium")
    return cloud
  }

  @Test func anInstanceIsMadeWithItsGroupAndRuns() {
    var cloud = absent()
    cloud.set("max_connections", "300")
    cloud.desired.labels = ["team": "orders"]
    #expect(cloud.titles == ["make the parameter group", "write parameters", "make the instance"])
    #expect(cloud.hazards == [.createInstance])
    #expect(cloud.violations == [])
  }

  /// A group that others have: what the run writes into it holds for them, and can be taken back.
  @Test func theValuesOfAGroupThatIsThereAreUndone() throws {
    var cloud = Cloud()
    cloud.observed = Observed(presence: .absent, version: ServerVersion(major: 16, minor: 4))
    cloud.observed.parameters = pristineParameters
    cloud.observed.preparedGroup = ParameterGroup(name: "house", family: "postgres16")
    cloud.observed.layer = ["work_mem": "4MB"]
    cloud.want(.parameterGroup, "house")
    cloud.set("work_mem", "8MB")
    cloud.set("log_connections", "on")
    let writing = try #require(cloud.plan.steps.first { $0.title == "write parameters" })
    #expect(writing.reverse.isExact)
    #expect(
      writing.undo.flatMap(\.edits) == [
        .setParameter(name: "log_connections", value: nil), .setParameter(name: "work_mem", value: "4MB"),
      ])
    #expect(cloud.violations == [])
  }

  @Test func aClusterIsMadeMemberByMember() {
    var cloud = absent()
    cloud.desired.managed?.members = ["shop-1": [.instanceClass: "db.r6g.large"], "shop-2": [:]]
    #expect(cloud.titles == ["make the instance", "make the member shop-1", "make the member shop-2"])
    #expect(cloud.violations == [])
    // Who is made first writes.
    cloud.desired.managed?.members?["shop-2"] = [.failoverTier: "0"]
    #expect(cloud.titles == ["make the instance", "make the member shop-2", "make the member shop-1"])
    #expect(cloud.violations == [])
  }

  @Test func aVanishedInstanceIsAnAlarm() {
    var cloud = absent()
    cloud.observed.evidence = ["the snapshot x was taken of it"]
    #expect(cloud.plan.steps.isEmpty)
    #expect(cloud.plan.alarms.map(\.kind) == [.vanished])
  }

  @Test func anotherNameIsARename() {
    var cloud = Cloud()
    cloud.managed.identifier = "old-shop"
    #expect(cloud.titles == ["rename the instance"])
    #expect(cloud.hazards == [.restart])
    #expect(cloud.plan.steps[0].reverse.isExact)
    #expect(cloud.violations == [])
  }

  @Test func anAbsentInstanceLosesItsProtectionFirst() {
    var cloud = Cloud()
    cloud.desired.state = .absent
    cloud.managed.settings.values[.deletionProtection] = "true"
    #expect(cloud.titles == ["change settings at once", "delete the instance"])
    #expect(cloud.hazards == [.dataLoss])
    cloud.desired.protect = true
    #expect(!cloud.errors.isEmpty)
  }

  @Test func itsParameterGroupGoesWithIt() {
    var cloud = Cloud()
    cloud.desired.state = .absent
    cloud.observed.leftGroups = ["holdfast-shop-postgres16"]
    #expect(cloud.titles == ["delete the instance", "delete its parameter group"])
    #expect(cloud.violations == [])
    var gone = absent()
    gone.desired.state = .absent
    gone.observed.leftGroups = ["holdfast-shop-postgres16"]
    #expect(gone.titles == ["delete its parameter group"])
    #expect(gone.violations == [])
  }

  @Test func theGroupOfAnotherInstanceIsNotItsOwn() {
    var managed = ManagedState(identifier: "shop", engine: "postgres", status: "available", activity: .settled)
    managed.formerIdentifier = "old-shop"
    #expect(managed.owns(group: "holdfast-shop-postgres16") && managed.owns(group: "holdfast-old-shop-postgres9"))
    for name in ["holdfast-shop-eu-postgres16", "holdfast-shop-postgres", "default.postgres16", "holdfast-shop-mysql8"]
    {
      #expect(!managed.owns(group: name))
    }
  }

  @Test func whatIsBrokenIsAnAlarmAndWhatIsBusyANote() {
    var cloud = Cloud()
    cloud.managed.activity = .broken(hint: "reset the parameter")
    #expect(cloud.plan.alarms.map(\.kind) == [.broken])
    cloud.managed.activity = .busy
    #expect(cloud.plan.notes.count == 1)
  }
}

@Suite struct ManagedMemberTests {
  private func cluster() -> Cloud {
    var cloud = Cloud()
    cloud.desired.managed?.members = ["shop-1": [:], "shop-2": [:]]
    cloud.managed.members = ["shop-1": member(isWriter: true), "shop-3": member(isWriter: false)]
    return cloud
  }

  private func member(isWriter: Bool) -> ManagedMember {
    ManagedMember(status: "available", activity: .settled, isWriter: isWriter)
  }

  @Test func membersAreAddedBeforeOthersGo() {
    let cloud = cluster()
    #expect(cloud.titles == ["make the member shop-2", "delete the member shop-3"])
    #expect(cloud.hazards == [.createInstance, .stop])
    #expect(cloud.violations == [])
  }

  /// It is made anew with what was in force; that something waited is told, and not lost in silence.
  @Test func whatWaitedForAMemberThatGoesDoesNotComeBack() throws {
    var cloud = cluster()
    cloud.managed.members?["shop-3"]?.settings.values = [.instanceClass: "db.r6g.large"]
    cloud.managed.members?["shop-3"]?.settings.pending = [.instanceClass: "db.r6g.xlarge"]
    #expect(cloud.violations == [])
    let removal = try #require(cloud.plan.steps.first { $0.title == "delete the member shop-3" })
    guard case .partial(_, let lost) = removal.reverse else {
      Issue.record("\(removal.reverse)")
      return
    }
    #expect(lost == "what waited for the window of shop-3: class db.r6g.xlarge")
    #expect(
      removal.undo.flatMap(\.edits) == [.addMember(name: "shop-3", values: [.instanceClass: "db.r6g.large"])])
  }

  @Test func theLastMemberStays() {
    var cloud = cluster()
    cloud.desired.managed?.members = [:]
    #expect(!cloud.errors.isEmpty)
  }

  @Test func eachMemberThatWaitsIsRestarted() {
    var cloud = cluster()
    cloud.desired.managed?.members = ["shop-1": [:], "shop-3": [:]]
    cloud.desired.managed?.engine = "aurora-postgresql"
    cloud.set("max_connections", "300")
    #expect(cloud.titles.suffix(2) == ["restart shop-1", "restart shop-3"])
    #expect(cloud.violations == [])
  }
}

extension Cloud {
  fileprivate var deletions: [Edit] {
    plan.steps.flatMap(\.work.edits).filter { if case .deleteBackup = $0 { true } else { false } }
  }
}

@Suite struct ManagedBackupTests {
  private func guarded() -> Cloud {
    var cloud = Cloud()
    var backup = DesiredManagedBackup(policy: "tier-1")
    backup.full = DesiredBackup.Cadence(every: TimeSpan("7d"), maxAge: TimeSpan("8d"))
    backup.keepSnapshots = TimeSpan("90d")
    backup.maximumLag = TimeSpan("15m")
    backup.copyTo = ["eu-central-1"]
    cloud.desired.managed?.backup = backup
    cloud.observed.backup = BackupState(file: .matches, stanza: .ready)
    return cloud
  }

  private func snapshot(_ label: String, daysAgo: Int) -> Backup {
    Backup(label: label, kind: .full, finished: now - TimeSpan(seconds: daysAgo * 86_400))
  }

  @Test func aSnapshotIsTakenWhenItIsDue() {
    var cloud = guarded()
    cloud.dueOnly = true
    #expect(cloud.titles == ["back up"])
    cloud.observed.backup?.backups = [snapshot("holdfast-shop-1", daysAgo: 2)]
    #expect(cloud.titles.isEmpty)
  }

  @Test func oldSnapshotsOfOursGoButNeverTheNewest() {
    var cloud = guarded()
    cloud.observed.backup?.backups = [
      snapshot("holdfast-shop-1", daysAgo: 200), snapshot("holdfast-shop-2", daysAgo: 100),
      snapshot("holdfast-shop-final-1", daysAgo: 300), snapshot("by-hand", daysAgo: 300),
    ]
    // A new one is due, and it is the newest then.
    #expect(cloud.deletions == [.deleteBackup(label: "holdfast-shop-1"), .deleteBackup(label: "holdfast-shop-2")])
    #expect(cloud.violations == [])
    cloud.desired.managed?.backup?.full = nil
    #expect(cloud.deletions == [.deleteBackup(label: "holdfast-shop-1")])
    #expect(cloud.violations == [])
  }

  // MARK: Copies in another account

  private let vault = CopyTarget(account: "210987654321", region: "eu-central-1")

  private func copied() -> Cloud {
    var cloud = guarded()
    cloud.desired.managed?.backup?.copyTo = []
    cloud.desired.managed?.backup?.copies = [
      DesiredCopy(target: vault, role: .init(name: "arn:aws:iam::210987654321:role/vault"), keep: TimeSpan("30d"))
    ]
    cloud.managed.snapshotCopies = []
    return cloud
  }

  private func label(daysAgo: Int) -> String {
    "holdfast-shop-" + (now - TimeSpan(seconds: daysAgo * 86_400)).compact
  }

  private func copy(daysAgo: Int, _ state: SnapshotCopy.State = .finished) -> SnapshotCopy {
    SnapshotCopy(
      target: vault, label: label(daysAgo: daysAgo), taken: now - TimeSpan(seconds: daysAgo * 86_400), state: state)
  }

  @Test func theNewestSnapshotIsCopiedAndThenNoLongerShared() {
    var cloud = copied()
    cloud.observed.backup?.backups = [snapshot(label(daysAgo: 9), daysAgo: 9), snapshot(label(daysAgo: 2), daysAgo: 2)]
    #expect(
      cloud.titles == [
        "copy the snapshot to account 210987654321 in eu-central-1", "share nothing with 210987654321 any more",
      ])
    #expect(cloud.plan.steps.flatMap(\.work.edits).first == .copySnapshot(label: label(daysAgo: 2), to: vault))
    #expect(cloud.violations == [])
    cloud.dueOnly = true
    #expect(cloud.titles.count == 2)
    cloud.managed.snapshotCopies = [copy(daysAgo: 2)]
    #expect(cloud.titles.isEmpty)
  }

  @Test func theSnapshotThatTheRunTakesIsCopiedToo() {
    var cloud = copied()
    cloud.observed.backup?.backups = [snapshot(label(daysAgo: 9), daysAgo: 9)]
    let edits = cloud.plan.steps.flatMap(\.work.edits)
    #expect(
      edits == [
        .takeBackup(kind: .full), .copySnapshot(label: nil, to: vault), .endSharing(label: nil, with: "210987654321"),
      ])
    #expect(cloud.violations == [])
  }

  @Test func whatIsBeingCopiedIsNotCopiedAgainAndStaysShared() {
    var cloud = copied()
    cloud.observed.backup?.backups = [snapshot(label(daysAgo: 2), daysAgo: 2)]
    cloud.managed.snapshotCopies = [copy(daysAgo: 2, .underWay)]
    cloud.managed.snapshotShares = [SnapshotShare(account: vault.account, label: label(daysAgo: 2))]
    #expect(cloud.titles.isEmpty)
    cloud.managed.snapshotCopies = [copy(daysAgo: 2)]
    #expect(cloud.plan.steps.flatMap(\.work.edits) == [.endSharing(label: label(daysAgo: 2), with: vault.account)])
    cloud.managed.snapshotCopies = [copy(daysAgo: 2, .failed(status: "failed"))]
    cloud.managed.snapshotShares = []
    #expect(cloud.titles.isEmpty)
    #expect(cloud.plan.alarms.map(\.kind) == [.copyFailed])
  }

  @Test func oldCopiesGoButNeverTheNewest() {
    var cloud = copied()
    cloud.observed.backup?.backups = [snapshot(label(daysAgo: 2), daysAgo: 2)]
    cloud.managed.snapshotCopies = [copy(daysAgo: 60), copy(daysAgo: 2)]
    #expect(cloud.plan.steps.flatMap(\.work.edits) == [.deleteSnapshotCopy(label: label(daysAgo: 60), in: vault)])
    #expect(cloud.plan.hazards.map(\.kind) == [.dataLoss])
    cloud.observed.backup?.backups = []
    cloud.desired.managed?.backup?.full = nil
    cloud.managed.snapshotCopies = [copy(daysAgo: 60)]
    #expect(cloud.titles.isEmpty)
  }

  @Test func aSnapshotThatIsBeingCopiedIsKept() {
    var cloud = copied()
    cloud.observed.backup?.backups = [
      snapshot(label(daysAgo: 100), daysAgo: 100), snapshot(label(daysAgo: 2), daysAgo: 2),
    ]
    cloud.managed.snapshotCopies = [copy(daysAgo: 100, .underWay), copy(daysAgo: 2)]
    #expect(cloud.titles.isEmpty)
    cloud.managed.snapshotCopies = [copy(daysAgo: 2)]
    #expect(cloud.deletions == [.deleteBackup(label: label(daysAgo: 100))])
  }

  @Test func placesThatWereNotLookedAtAreLeftAlone() {
    var cloud = copied()
    cloud.observed.backup?.backups = [snapshot(label(daysAgo: 2), daysAgo: 2)]
    cloud.managed.snapshotCopies = nil
    #expect(cloud.titles.isEmpty)
  }

  /// Nobody asks an account that the specs don't name; what it was given is known here.
  @Test func anAccountThatIsTakenOutIsGivenNothingAnyMore() {
    var cloud = copied()
    cloud.observed.backup?.backups = [snapshot(label(daysAgo: 2), daysAgo: 2)]
    cloud.managed.snapshotShares = [SnapshotShare(account: vault.account, label: label(daysAgo: 2))]
    cloud.managed.snapshotCopies = nil
    #expect(cloud.titles.isEmpty)
    cloud.desired.managed?.backup?.copies = []
    #expect(cloud.titles == ["share nothing with 210987654321 any more"])
    #expect(cloud.plan.steps.flatMap(\.work.edits) == [.endSharing(label: label(daysAgo: 2), with: vault.account)])
    #expect(cloud.violations == [])
  }

  @Test func copiesAndLagAreToldOf() {
    var cloud = guarded()
    cloud.managed.backupCopies = ["us-east-1"]
    cloud.observed.backup?.latestRestorable = now - TimeSpan(seconds: 3600)
    #expect(cloud.titles.prefix(2) == ["copy backups to eu-central-1", "end the copies in us-east-1"])
    #expect(cloud.plan.alarms.map(\.kind) == [.restoreLag])
  }
}

@Suite struct ManagedRevertTests {
  @Test func whatOnlyWaitedIsUndoneByAskingForTheOldValue() {
    var cloud = Cloud()
    cloud.want(.instanceClass, "db.t4g.large")
    cloud.want(.storageSize, "200")
    let plan = cloud.plan
    let record = RunRecord(plan: plan, begun: [1])
    let after = cloud.laws.simulate(plan.steps)
    let revert = revertInstance(record, desired: cloud.desired, observed: after, context: cloud.context)
    #expect(cloud.laws.simulate(revert.plan.steps, from: after).managed?.settings.pending == [:])
    var later = after
    later.managed?.settings.values.merge(after.managed?.settings.pending ?? [:], uniquingKeysWith: { $1 })
    later.managed?.settings.pending = [:]
    let late = revertInstance(record, desired: cloud.desired, observed: later, context: cloud.context)
    #expect(late.plan.steps.flatMap(\.work.edits).count == 1)
    #expect(late.plan.notes.contains { $0.message.hasPrefix("storage.size stays 200") })
  }
}
