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

@Suite("Random specs against random instances of a cloud")
struct RandomManagedPlanTests {
  @Test(arguments: 0..<8) func everyPlanKeepsTheLaws(block: Int) {
    for seed in seedRange(400) where seed % 8 == block { check(seed) }
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
