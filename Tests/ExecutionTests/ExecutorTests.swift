import Diagnostics
import Execution
import Model
import Planner
import PlatformKit
import SQL
import Simulator
import Synchronization
import Testing

@Suite struct Executors {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func run(
    _ platform: FakePlatform, _ plan: Plan, width: Int = 4, allow: [String] = [],
    interruption: Interruption = Interruption(),
    environment: [String: String] = [:], clock: SlippingClock = SlippingClock(),
    report: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
  ) async throws -> RunReport {
    let journal = try await Journal.open("\(directory.path)/journal", toolVersion: "0.1", now: moment)
    let origin = RunOrigin(
      user: "dba", host: "db1", process: 1, ciRun: nil, toolVersion: "0.1", specs: plan.specs,
      allowances: allow)
    let options = RunOptions(
      width: width, allowances: try allow.map(Allowance.init(parsing:)), origin: origin,
      secrets: SecretStore(environment: environment), interruption: interruption,
      now: { clock.next() }, sleep: { _ in })
    return await Executor().run(
      plan, desired: Desired(instances: plan.instances.map { desiredInstance($0.instance) }),
      catalog: platform,
      journal: journal, options: options, progress: report)
  }

  @Test func instancesRunSideBySideWithinTheWidth() async throws {
    let names = (1...6).map { "i\($0)" }
    let platform = FakePlatform(names)
    let report = try await run(platform, platform.plan, width: 2)
    #expect(report.exitStatus.rawValue == 0)
    #expect(report.instances.map(\.instance) == names)
    #expect(report.instances.allSatisfy { $0.outcome == .done && $0.changedAnything })
    #expect(platform.state.withLock(\.mostAtOnce) <= 2)
    #expect(platform.state.withLock(\.finished) == 6)
  }

  @Test func aRunIsInTheJournalWithItsPlan() async throws {
    let platform = FakePlatform(["a"])
    let report = try await run(platform, platform.plan)
    let history = try #require(try await Journal.read("\(directory.path)/journal"))
    let listing = try #require(history.runs.first)
    #expect(listing.id == report.run)
    #expect(listing.steps["a"]?.done == Set(1...changes.count))
    let kept = Journal.planPath(listing.plan, in: "\(directory.path)/journal")
    #expect(try await loadPlan(kept, toolVersion: "0.1").plan == platform.plan)
    let again = try await run(platform, platform.plan)
    #expect(again.exitStatus.rawValue == 0)
    #expect(again.instances[0].steps.allSatisfy { $0.result == .doneBefore })
  }

  /// The order of the journal is its own, and no wait is measured by the clock of the wall.
  @Test func aClockThatGoesBackConfusesNobody() async throws {
    let platform = FakePlatform(["a"])
    let report = try await run(platform, platform.plan, clock: SlippingClock(by: 3600))
    #expect(report.instances.map(\.outcome) == [.done])
    let history = try #require(try await Journal.read("\(directory.path)/journal"))
    #expect(history.runs.map(\.steps["a"]?.done) == [Set(1...changes.count)])
    let again = try await run(platform, platform.plan)
    #expect(again.instances[0].steps.allSatisfy { $0.result == .doneBefore })
    let runs = try #require(try await Journal.read("\(directory.path)/journal")).runs.map(\.id)
    #expect(Set(runs) == [report.run, again.run])
  }

  @Test func aLockedOrStaleInstanceIsRefusedAlone() async throws {
    let platform = FakePlatform(["a", "b", "c"])
    platform.state.withLock { state in
      state.locked = ["a"]
      state.observed["b"]?.systemIdentifier = "6"
    }
    let report = try await run(platform, platform.plan)
    #expect(report.instances[0].outcome == .locked(message: "held by process 1"))
    guard case .stale = report.instances[1].outcome else { return #expect(Bool(false), "not stale") }
    #expect(report.instances[2].outcome == .done)
    #expect(report.exitStatus.rawValue == 6)
  }

  @Test func aHazardNobodyAllowedRefusesAll() async throws {
    let platform = FakePlatform(["a"])
    var plan = platform.plan
    let hazard = Hazard(.restart, .instance("a"), "2 client connections are cut")
    plan.instances[0].steps[4].hazards = [hazard]
    let refused = try await run(platform, plan)
    #expect(refused.refusal == .hazards([hazard]))
    #expect(refused.exitStatus.rawValue == 3)
    #expect(platform.state.withLock(\.acts) == 0)
    #expect(try await run(platform, plan, allow: ["restart"]).exitStatus.rawValue == 0)
  }

  @Test func aMissingSecretRefusesAll() async throws {
    let platform = FakePlatform(["a"])
    var plan = platform.plan
    let password = SQLStatement.password(role: "app", reference: .environment(variable: "APP"))
    plan.instances[0].steps[3].work.operations = [
      .sql(batch: SQLBatch(database: "4 all", isTransaction: true, statements: [password]))
    ]
    let report = try await run(platform, plan)
    guard case .secrets(let missing) = report.refusal else { return #expect(Bool(false), "not refused") }
    #expect(missing.map(\.description) == ["instance/a/access/role/app: env APP: the variable is not set"])
    #expect(report.exitStatus.rawValue == 1)
    #expect(platform.state.withLock(\.acts) == 0)
    #expect(try await run(platform, plan, environment: ["APP": "x"]).exitStatus.rawValue == 0)
  }

  @Test func anInterruptionStopsBeforeTheNextStep() async throws {
    let platform = FakePlatform(["a"])
    let interruption = Interruption()
    let report = try await run(platform, platform.plan, interruption: interruption) { event in
      if event.step == 2, event.kind == .stepStarted { interruption.request() }
    }
    #expect(report.instances[0].outcome == .interrupted(changedAnything: true))
    #expect(report.instances[0].remaining.map(\.id) == [3, 4, 5, 6])
    #expect(report.exitStatus.rawValue == 6)
    #expect(try await run(platform, platform.plan).exitStatus.rawValue == 0)
  }

  @Test func onlyACommandThatStopsSafelyIsInterrupted() async throws {
    let platform = FakePlatform(["a"])
    var plan = platform.plan
    let backup = Command(
      program: .pgBackRest, binaries: nil, arguments: [], runAs: "postgres", workingDirectory: "/",
      timeoutSeconds: 60, stopsSafely: true)
    plan.instances[0].steps[1].work.operations = [.command(backup)]
    let interruption = Interruption()
    let report = try await run(platform, plan, interruption: interruption) { event in
      if event.step == 2, event.kind == .stepStarted { interruption.request() }
    }
    #expect(report.instances[0].outcome == .interrupted(changedAnything: true))
    #expect(report.instances[0].steps[1].result == .failed(message: "stopped on request"))
  }

  @Test func oneClusterUnderTwoNamesIsRefused() async throws {
    let platform = FakePlatform(["a", "b"])
    var plan = platform.plan
    plan.instances[1].systemIdentifier = plan.instances[0].systemIdentifier
    let report = try await run(platform, plan)
    #expect(report.refusal == .sameCluster(instances: ["a", "b"], systemIdentifier: "a"))
  }
}

private func desiredInstance(_ name: String) -> DesiredInstance {
  DesiredInstance(name: name, platform: DesiredPlatform(name: "db1", kind: .server))
}

/// Instances in memory, changed by the simulator.
private final class FakePlatform: WritingPlatformCatalog, Observer, ApplierSource, Sendable {
  struct State {
    var observed: [String: Observed] = [:]
    var locked: Set<String> = []
    var (open, mostAtOnce, finished, acts) = (0, 0, 0, 0)
  }

  let plan: Plan
  let state: Mutex<State>

  init(_ names: [String]) {
    var state = State()
    var plans: [InstancePlan] = []
    for name in names {
      var observed = running
      observed.systemIdentifier = name
      state.observed[name] = observed
      plans.append(makePlan(changes, observed: observed, instance: name))
    }
    plan = samplePlan(plans)
    self.state = Mutex(state)
  }

  func platform(of instance: DesiredInstance) -> ReadingPlatform {
    ReadingPlatform(observer: self, planner: FakeStepPlanner())
  }
  func appliers(of instance: DesiredInstance) -> any ApplierSource { self }
  func reasonToSkip(_ instance: DesiredInstance) -> String? { nil }

  func observe(
    _ instance: DesiredInstance, at now: Timestamp, since earlier: EarlierLook?
  ) async throws(ObservationFailure) -> Observed {
    guard let observed = state.withLock({ $0.observed[instance.name] }) else {
      throw ObservationFailure(address: instance.address, message: "is not there", hint: "")
    }
    return observed
  }

  func lockAndOpen(_ instance: DesiredInstance, run: String) async throws(LockFailure) -> any Applier {
    let isLocked = state.withLock { state in
      state.open += 1
      state.mostAtOnce = max(state.mostAtOnce, state.open)
      return state.locked.contains(instance.name)
    }
    if isLocked { throw .held(message: "held by process 1") }
    return FakeApplier(platform: self, name: instance.name)
  }
}

private struct FakeApplier: Applier {
  let platform: FakePlatform
  let name: String

  func perform(_ operation: Operation) async throws(ApplyFailure) {
    if case .command = operation {
      try? await Task.sleep(for: .seconds(30))
      if Task.isCancelled { throw ApplyFailure(message: "stopped on request", leftNothing: true) }
    }
    let isInterrupted = Task.isCancelled
    #expect(!isInterrupted, "an act was interrupted")
    await Task.yield()
    let plan = platform.plan.instances.first { $0.instance == name }
    platform.state.withLock { state in
      guard let plan, let observed = state.observed[name] else { return }
      var simulator = Simulator(observed, pristine: pristine, now: moment)
      simulator.apply(operation.edits(in: plan).edits)
      state.observed[name] = simulator.observed
      state.acts += 1
    }
  }

  func finish() async {
    platform.state.withLock { state in
      state.open -= 1
      state.finished += 1
    }
  }
}

private struct FakeStepPlanner: StepPlanner {
  var canRestart: Bool { true }
  func summary(of instance: DesiredInstance, observed: Observed) -> String { instance.name }
  func pristine(for instance: DesiredInstance) -> Observed { ExecutionTests.pristine }
  func derivedParameters(for instance: DesiredInstance) -> [String: String] { [:] }
  func reservedParameters(for instance: DesiredInstance) -> Set<String> { [] }
  func diagnose(_ instance: DesiredInstance, observed: Observed, sources: SourceMap) -> [Diagnostic] { [] }
  func operations(for edits: [Edit], of instance: DesiredInstance, before: Observed, after: Observed)
    -> [Operation]
  { [] }
  func obstacles(to edits: [Edit], observed: Observed) -> [Obstacle] { [] }
  func timing(of field: ManagedField, from old: String?, to new: String) -> ManagedTiming { .atCreation }
  func deadlineSeconds(for edits: [Edit]) -> Int { 0 }
}

/// A clock of the wall that goes back each time that somebody looks at it.
private final class SlippingClock: Sendable {
  private let step: Int
  private let now = Mutex(moment.seconds)

  init(by step: Int = 0) { self.step = step }

  func next() -> Timestamp {
    now.withLock { now in
      now -= step
      return Timestamp(seconds: now)
    }
  }
}
