import Diagnostics
import Model
import PlanLaws
import Planner
import Testing

@Suite("Random specs against random clusters")
struct RandomPlanTests {
  @Test(arguments: 0..<8) func everyPlanKeepsTheLaws(block: Int) {
    for seed in seedRange(600) where seed % 8 == block { check(seed) }
  }

  private func check(_ seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let observed = randomObserved(&random)
    let desired = randomDesired(for: observed, &random)
    var planner = FakeStepPlanner(version: observed.version ?? ServerVersion(major: 15))
    planner.canRestart = random.chance(80)
    let context = PlanContext(now: Timestamp(seconds: 1_790_000_000), planner: planner)
    let laws = PlanLaws(desired, observed: observed, context: context)
    let violations = laws.violations()
    #expect(violations.isEmpty, "seed \(seed): \(violations.prefix(4).joined(separator: "\n  "))")
    let changes = laws.plan().plan.changes
    guard !changes.isEmpty else { return }
    let scope = [random.pick(changes).address]
    let broken = laws.holdsScope(scope)
    #expect(broken.isEmpty, "seed \(seed) of \(scope): \(broken.prefix(4).joined(separator: "\n  "))")
  }
}

@Suite("Random specs of which some is not permitted")
struct RandomRefusalTests {
  @Test(arguments: 0..<8) func theRestIsPlannedAsIfItStoodAlone(block: Int) {
    for seed in block * 25..<(block + 1) * 25 { check(seed) }
  }

  private func check(_ seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let observed = randomObserved(&random)
    let desired = randomDesired(for: observed, &random)
    var planner = FakeStepPlanner(version: observed.version ?? ServerVersion(major: 15))
    let now = Timestamp(seconds: 1_790_000_000)
    let whole = PlanLaws(desired, observed: observed, context: PlanContext(now: now, planner: planner)).plan()
    guard !whole.diagnostics.hasErrors else { return }
    let share = UInt64(random.pick([3, 5, 20]))
    planner.refuses = { $0.isAboutAccess && $0.number(seed: UInt64(seed)) % share == 0 }
    let laws = PlanLaws(desired, observed: observed, context: PlanContext(now: now, planner: planner))
    let planned = laws.plan()
    var violations = planned.diagnostics.filter { $0.severity == .error }.map { "the rest is refused: \($0.message)" }
    violations += laws.isRepeatable(planned) + laws.isTrue(planned.plan)
    violations += laws.isAllowed(planned.plan.steps, from: observed) + laws.converges(planned.plan)
    let edits = planned.plan.steps.flatMap(\.work.edits)
    if edits.contains(where: planner.refuses) { violations.append("a step does what is refused") }
    let isRefused = whole.plan.steps.flatMap(\.work.edits).contains(where: planner.refuses)
    let alarms = planned.plan.alarms.filter { $0.kind == .notPossible }
    if isRefused == alarms.isEmpty { violations.append("\(alarms.count) changes are told as not possible") }
    // It stays so: what can't be done is told again by the next plan.
    let second = laws.plan(of: laws.simulate(planned.plan.steps)).plan.alarms.filter { $0.kind == .notPossible }
    if !alarms.isEmpty, second.isEmpty { violations.append("the second plan says nothing of what is left") }
    #expect(violations.isEmpty, "seed \(seed): \(violations.prefix(4).joined(separator: "\n  "))")
  }
}

extension Edit {
  fileprivate var isAboutAccess: Bool {
    switch self {
    case .createRole, .alterRole, .dropRole, .grantMembership, .revokeMembership, .createDatabase, .setDatabaseOwner,
      .createSchema, .setSchemaOwner, .setOwner, .grant, .revoke, .grantDefault, .revokeDefault, .reassignOwned,
      .setSetting:
      true
    default: false
    }
  }

  /// The same in each process, and for nothing but what the edit says. Who may not revoke something may not when a part of it
  /// went another way.
  fileprivate func number(seed: UInt64) -> UInt64 {
    let text =
      if case .revoke(let group, let grantee, let grantor, _, let optionOnly) = self {
        "revoke \(group) \(grantee) \(grantor) \(optionOnly)"
      } else {
        "\(self)"
      }
    return text.utf8.reduce(14_695_981_039_346_656_037 &+ seed) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 } >> 20
  }
}

@Suite("Random specs against random instances of a cloud")
struct RandomManagedPlanTests {
  @Test(arguments: 0..<8) func everyPlanKeepsTheLaws(block: Int) {
    for seed in seedRange(1600) where seed % 8 == block { check(seed) }
  }

  private func check(_ seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let (desired, observed) = randomManaged(&random)
    let context = PlanContext(
      now: Timestamp(seconds: 1_790_000_000), planner: FakeStepPlanner(), deferRestart: random.chance(20))
    let laws = PlanLaws(desired, observed: observed, context: context)
    let violations = laws.violations()
    #expect(violations.isEmpty, "seed \(seed): \(violations.prefix(4).joined(separator: "\n  "))")
    let changes = laws.plan().plan.changes
    guard !changes.isEmpty else { return }
    let scope = [random.pick(changes).address]
    let broken = laws.holdsScope(scope)
    #expect(broken.isEmpty, "seed \(seed) of \(scope): \(broken.prefix(4).joined(separator: "\n  "))")
  }
}
