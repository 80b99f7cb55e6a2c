import Model
import Planner
import PlatformKit
import Testing

@testable import Execution

@Suite struct CrashPoints {
  static let plans: [(String, [Draft], Observed)] = [
    ("changes", changes, running), ("creation", creation, Observed(presence: .absent)),
    ("removal", removal, running),
  ]

  @Test(arguments: 0..<3) func everyPlanRunsThrough(_ index: Int) {
    var world = FakeWorld(Self.plans[index].1, observed: Self.plans[index].2)
    let (outcome, run, _) = world.run()
    #expect(outcome == .done)
    #expect(run.results.values.allSatisfy { $0 == .done })
  }

  /// The process dies after each action, and once more after each action of the run that resumes.
  @Test(arguments: 0..<3) func aKilledRunIsFinishedByTheSamePlan(_ index: Int) {
    let (name, drafts, start) = Self.plans[index]
    var whole = FakeWorld(drafts, observed: start)
    let (_, _, length) = whole.run()
    for first in 0...length {
      for second in stride(from: 0, through: length, by: 3) {
        var world = FakeWorld(drafts, observed: start)
        _ = world.run(dyingAfter: first)
        _ = world.run(dyingAfter: second)
        let (outcome, _, _) = world.run()
        #expect(outcome == .done, "\(name), killed after \(first) and \(second) actions")
        #expect(world.observed == whole.observed, "\(name), killed after \(first) and \(second) actions")
        #expect(world.effects == whole.effects, "\(name), killed after \(first) and \(second) actions")
      }
    }
  }

  @Test(arguments: 0..<3) func aPlanAppliedTwiceDoesNothing(_ index: Int) {
    var world = FakeWorld(Self.plans[index].1, observed: Self.plans[index].2)
    _ = world.run()
    let acts = world.acts
    let (outcome, run, _) = world.run()
    #expect(outcome == .done)
    #expect(world.acts == acts)
    #expect(run.results.values.allSatisfy { $0 == .doneBefore })
  }

  @Test func aPlanFitsAgainAfterItWasUndone() {
    var world = FakeWorld(Array(changes.prefix(4)))
    _ = world.run()
    world.observed = running
    #expect(world.run().outcome == .done)
    #expect(world.observed.roles["app"] != nil)
  }

  @Test func withoutItsJournalAResumedRunDoesNothingTwice() {
    var world = FakeWorld(Array(changes.prefix(4)))
    _ = world.run(dyingAfter: 12)
    world.notes = []
    let (outcome, _, _) = world.run()
    #expect(outcome == .done)
    var whole = FakeWorld(Array(changes.prefix(4)))
    _ = whole.run()
    #expect(world.effects == whole.effects)
  }
}

@Suite struct LooksBetweenSteps {
  private static let drafts: [Draft] =
    [Draft(phase: .roles, edits: [.createRole(name: "app", attributes: RoleAttributes())], keys: [.role(name: "app")])]
    + ["a", "b", "c", "d"].map { database in
      Draft(
        phase: .contents, edits: [.createSchema(database: database, name: "s", owner: nil)],
        keys: [.schema(database: database, name: "s")], needsPrevious: false)
    }

  private static func world() -> FakeWorld {
    var observed = running
    for name in ["a", "b", "c", "d"] { observed.databases[name] = Database(owner: "postgres", acl: ACL()) }
    return FakeWorld(drafts, observed: observed)
  }

  @Test func lookIntoWhatWasDoneAndWhatComesNext() {
    var world = Self.world()
    #expect(world.run().outcome == .done)
    #expect(world.lookedInto == [nil, ["a"], ["a", "b"], ["b", "c"], ["c", "d"], ["d"]])
  }

  /// What moved in a database before its step's turn is seen, although nobody looked there for some steps.
  @Test func noStepIsHeldAgainstAnOldLook() {
    var world = Self.world()
    world.failing = { $0 == 3 ? ApplyFailure(message: "refused", leftNothing: true) : nil }
    world.beforeLook = { look, observed in
      if look == 3 { observed.databases["d"]?.schemas["s"] = Schema(owner: "mallory", acl: ACL()) }
    }
    let (_, run, _) = world.run()
    #expect(world.lookedInto == [nil, ["a"], ["a", "b"], ["c", "d"], ["c", "d"]])
    #expect(run.results[4] == .done)
    #expect(run.results[5] == .skipped, "mallory's schema was not seen")
  }

  @Test func aRoleWithAnotherNameIsSeenEverywhere() {
    var world = Self.world()
    world.observed.roles["old"] = Role()
    let rename = Draft(phase: .roles, edits: [.renameRole(from: "old", to: "new")], keys: [.role(name: "new")])
    var renaming = FakeWorld([rename], observed: world.observed)
    #expect(renaming.run().outcome == .done)
    #expect(renaming.lookedInto == [nil, nil])
  }
}

@Suite struct StalePlans {
  @Test func aFactThatMovedIsNamed() {
    var world = FakeWorld(changes)
    world.observed.layer["work_mem"] = "1MB"
    guard case .stale(let moved) = world.run().outcome else { return #expect(Bool(false), "not stale") }
    let fact = moved.first { $0.address.description == "instance/orders/parameter/work_mem" }
    #expect(
      fact
        == MovedFact(
          address: Address("instance/orders/parameter/work_mem")!, what: "value", expected: nil, found: "1MB")
    )
    #expect(world.acts == 0)
    #expect(world.notes.isEmpty)
  }

  @Test func aFactOfALaterStepCountsToo() {
    var world = FakeWorld(changes)
    world.observed.databases["app"] = Database(owner: "postgres", acl: ACL())
    guard case .stale(let moved) = world.run().outcome else { return #expect(Bool(false), "not stale") }
    #expect(moved.contains { $0.what == "owner" && $0.found == "postgres" })
  }

  @Test func anotherClusterIsRefused() {
    var world = FakeWorld(changes)
    world.observed.systemIdentifier = "6666"
    let moved = MovedFact(
      address: .instance("orders"), what: "system identifier", expected: "7001", found: "6666")
    #expect(world.run().outcome == .stale(moved: [moved]))
  }

  @Test func anotherClusterThatAppearsDuringTheRunStopsIt() {
    var world = FakeWorld(changes)
    world.beforeLook = { look, observed in if look == 3 { observed.systemIdentifier = "6666" } }
    guard case .failed(step: 2, let message, _, changedAnything: true, _) = world.run().outcome else {
      return #expect(Bool(false))
    }
    #expect(message.contains("system identifier is 6666, expected 7001"))
  }

  @Test func aStandbyIsRefused() {
    var world = FakeWorld(changes)
    world.observed.isInRecovery = true
    guard case .stale(let moved) = world.run().outcome else { return #expect(Bool(false), "not stale") }
    #expect(moved.first?.found == "in recovery")
  }

  @Test func aVanishedInstanceIsRefused() {
    var world = FakeWorld(Array(changes[1...1]))
    world.observed = Observed(presence: .absent)
    guard case .stale = world.run().outcome else { return #expect(Bool(false), "not stale") }
  }

  @Test func whatMovesBetweenTwoStepsStopsTheRun() {
    var world = FakeWorld(changes)
    world.beforeLook = { look, observed in
      if look == 3 { observed.databases["app"] = Database(owner: "mallory", acl: ACL()) }
    }
    guard case .failed(let step, let message, _, let changed, _) = world.run().outcome else {
      return #expect(Bool(false))
    }
    #expect(step == 3)
    #expect(message.contains("instance/orders/database/app"))
    #expect(changed)
  }

  @Test func aNewInstanceThatDiffersFromWhatWasAssumedStopsTheRun() {
    var world = FakeWorld(creation, observed: Observed(presence: .absent))
    world.beforeLook = { _, observed in
      if observed.presence == .running { observed.roles["owner"] = Role() }
    }
    let (outcome, run, _) = world.run()
    guard case .failed(let step, let message, _, changedAnything: true, _)? = outcome else {
      return #expect(Bool(false))
    }
    #expect(step == 3)
    #expect(message.contains("access/role/owner"))
    #expect(run.results[1] == .done && run.results[2] == .done && run.results[4] == .left)
  }

  @Test func whatIsSoAlreadyIsSkipped() {
    var world = FakeWorld([
      changes[0],
      Draft(
        phase: .roles, edits: [.createRole(name: "x", attributes: RoleAttributes())], keys: [.role(name: "x")]
      ),
    ])
    world.observed.roles["x"] = Role()
    let (outcome, run, _) = world.run()
    #expect(outcome == .done)
    #expect(run.results[2] == .skipped)
  }

  @Test func aPasswordNobodyCanJudgeIsNoBasis() {
    var start = running
    start.roles["app"] = Role()
    let draft = Draft(
      phase: .roles, edits: [.setPassword(role: "app", reference: .environment(variable: "P"))],
      keys: [.rolePassword(role: "app")])
    var world = FakeWorld([draft], observed: start)
    world.observed.roles["app"]?.password = .differs(reference: .environment(variable: "P"))
    #expect(world.run().outcome == .done)
  }
}

/// A revert takes a parameter out of the layer again, and what it then falls back to lies in files that no look reads.
@Suite struct Fallbacks {
  private static let start = {
    var observed = running
    observed.layer["work_mem"] = "64MB"
    observed.parameters["work_mem"]?.running = "65536"
    return observed
  }()
  private static let back = Draft(
    phase: .parameters, edits: [.setParameter(name: "work_mem", value: nil), .reload],
    keys: [.layerParameter(name: "work_mem"), .runningParameter(name: "work_mem")], isAtomic: false)

  private var world: FakeWorld { FakeWorld([Self.back], observed: Self.start, fallbacks: ["work_mem": "4096"]) }

  @Test func aParameterThatLeavesTheLayerIsExpectedToFallBack() {
    var world = world
    #expect(world.run().outcome == .done)
    #expect(world.observed.parameters["work_mem"]?.running == "4096")
  }

  @Test(arguments: 0..<10) func alsoByARunThatResumes(_ actions: Int) {
    var world = world
    _ = world.run(dyingAfter: actions)
    #expect(world.run().outcome == .done)
    #expect(world.observed.parameters["work_mem"]?.running == "4096")
  }

  @Test func aValueThatDoesNotFallBackIsNamed() {
    var world = world
    world.beforeLook = { look, observed in if look > 1 { observed.parameters["work_mem"]?.running = "65536" } }
    guard case .failed(step: 1, let message, _, changedAnything: true, _) = world.run().outcome else {
      return #expect(Bool(false))
    }
    #expect(message.contains("value in force is 64MB, expected 4MB"))
  }
}

@Suite struct FailingSteps {
  let transient = ApplyFailure(message: "deadlock", leftNothing: true, isTransient: true)
  let lost = ApplyFailure(message: "connection lost", leftNothing: false, isTransient: true)

  @Test func aTransientFailureIsRetriedAfterALook() {
    var world = FakeWorld(changes)
    world.failing = { $0 == 4 || $0 == 5 ? transient : nil }
    #expect(world.run().outcome == .done)
    #expect(world.waited == .seconds(3))
    #expect(world.locks == 3)
  }

  /// The lock may have gone with the connection, so that it is taken again before another try.
  @Test func aLockThatIsLostToAnotherRunEndsTheRun() {
    var world = FakeWorld(changes)
    world.failing = { $0 == 4 ? transient : nil }
    world.isLockedByAnother = true
    guard case .failed(step: 2, let message, _, changedAnything: true, _) = world.run().outcome else {
      return #expect(Bool(false))
    }
    #expect(message == "deadlock; and the lock was lost meanwhile: held by process 2")
  }

  @Test func retriesEnd() {
    var world = FakeWorld(Array(changes[1...1]))
    world.failing = { _ in transient }
    #expect(
      world.run().outcome == .failed(step: 1, message: "deadlock", hint: nil, changedAnything: false, isInDoubt: false))
    #expect(world.acts == 1 + ApplyRun.retries)
  }

  /// The commit was sent, and the answer never came.
  @Test func aLostAnswerIsFoundOutByALook() {
    var world = FakeWorld(Array(changes[1...1]))
    world.failing = { _ in lost }
    #expect(world.run().outcome == .done)
    #expect(world.acts == 1)
  }

  @Test func aFailureLeavesWhatNeedsItAndNothingElse() {
    var drafts = Array(changes.prefix(4))
    drafts[1].needsPrevious = false
    var world = FakeWorld(drafts)
    world.failing = { $0 == 1 ? ApplyFailure(message: "no", leftNothing: true) : nil }
    let (outcome, run, _) = world.run()
    #expect(outcome == .failed(step: 1, message: "no", hint: nil, changedAnything: true, isInDoubt: false))
    #expect(run.results == [1: .failed(message: "no"), 2: .done, 3: .done, 4: .done])
  }

  @Test func anEffectThatComesLateIsWaitedFor() {
    var world = FakeWorld(
      [Draft(phase: .start, edits: [.startInstance], keys: [.presence], deadlineSeconds: 60)],
      observed: stopped)
    var late = 4
    world.beforeLook = { look, observed in
      if look > 1 {
        late -= 1
        observed.presence = late < 0 ? .running : .stopped
      }
    }
    #expect(world.run().outcome == .done)
    #expect(world.waited > .zero && world.waited < .seconds(60))
  }

  @Test func anEffectThatNeverShowsEndsAtTheDeadline() {
    var world = FakeWorld(
      [Draft(phase: .start, edits: [.startInstance], keys: [.presence], deadlineSeconds: 60)],
      observed: stopped)
    world.beforeLook = { $1.presence = .stopped }
    guard case .failed(step: 1, let message, _, changedAnything: true, _) = world.run().outcome else {
      return #expect(Bool(false))
    }
    #expect(message.contains("state is stopped, expected running"))
    #expect(world.waited == .seconds(60))
  }

  private static let slow = Draft(
    phase: .start, edits: [.startInstance], keys: [.presence], deadlineSeconds: 3600)
  private static let refused = ObservationFailure(
    address: .instance("orders"), message: "password authentication failed", hint: "check the password")

  @Test func whatDoesNotPassByItselfIsNotWaitedForAnHour() {
    var world = FakeWorld([Self.slow], observed: stopped)
    world.blind = { $0 > 1 ? Self.refused : nil }
    let outcome = world.run().outcome
    #expect(
      outcome
        == .failed(
          step: 1, message: "done, but its effect can't be seen: password authentication failed",
          hint: "check the password; then apply the same plan again, or make a new one", changedAnything: true,
          isInDoubt: true))
    #expect(world.waited == ApplyRun.blindness)
    world.blind = { _ in nil }
    #expect(world.run().outcome == .done)
    #expect(world.acts == 1)
  }

  @Test func theTimeBeforeSuchALookDoesNotCount() {
    var world = FakeWorld([Self.slow], observed: stopped)
    let away = ObservationFailure(address: .instance("orders"), message: "away", hint: "wait", isTransient: true)
    world.blind = { look in
      switch look {
      case 1: nil
      case ..<40: away
      case ..<43: Self.refused
      case ..<60: away
      default: nil
      }
    }
    #expect(world.run().outcome == .done)
    #expect(world.waited > .seconds(600))
    var refused = FakeWorld([Self.slow], observed: stopped)
    refused.blind = { $0 == 1 ? nil : $0 < 40 ? away : Self.refused }
    guard case .failed = refused.run().outcome else { return #expect(Bool(false), "it went on") }
    #expect(refused.waited > .seconds(600) && refused.waited < .seconds(900))
  }

  @Test func whatALaterStepTookBackIsNotAchieved() {
    var world = FakeWorld(Array(changes.prefix(3)))
    world.beforeLook = { look, observed in if look == 4 { observed.roles["app"] = nil } }
    guard case .notAchieved(let facts) = world.run().outcome else { return #expect(Bool(false)) }
    #expect(facts.contains { $0.address.description == "instance/orders/access/role/app" })
  }

  @Test func withoutAJournalNothingMoreIsDone() {
    var world = FakeWorld(changes)
    world.noteFails = { $0 == StepNote(.intent, step: 2) }
    let (outcome, run, _) = world.run()
    guard case .failed(step: 2, let message, _, changedAnything: true, _) = outcome else {
      return #expect(Bool(false))
    }
    #expect(message.contains("no space left"))
    #expect(world.acts == 3)
    #expect(run.results[2] == .left)
    world.noteFails = { _ in false }
    #expect(world.run().outcome == .done)
  }

  private var stopped: Observed {
    var observed = running
    observed.presence = .stopped
    return observed
  }
}

@Suite struct Interruptions {
  @Test(arguments: 0..<30) func theRunStopsBeforeItsNextStepAndGoesOnLater(_ actions: Int) {
    var world = FakeWorld(changes)
    world.interruptAfter = actions
    let (outcome, run, _) = world.run()
    if outcome != .done {
      #expect(outcome == .interrupted(changedAnything: run.results.values.contains(.done)))
      #expect(world.progress.begun.isEmpty)
    }
    world.interruptAfter = .max
    #expect(world.run().outcome == .done)
    var whole = FakeWorld(changes)
    _ = whole.run()
    #expect(world.effects == whole.effects)
  }
}
