import Execution
import Model
import PlanLaws
import Planner
import SQL
import Testing

/// The planner's own plans for random specs and clusters, each killed at every point of its run and then finished.
@Suite struct RandomPlanRuns {
  @Test(arguments: 0..<8) func arriveWhereThePlanSays(block: Int) {
    for seed in block * 12..<(block + 1) * 12 { check(seed) }
  }

  @Test(arguments: 0..<4) func ofACloudArriveToo(block: Int) {
    for seed in block * 12..<(block + 1) * 12 {
      var random = SeededRandom(seed: UInt64(seed))
      let (desired, observed) = randomManaged(&random)
      check(seed, desired, observed)
    }
  }

  private func check(_ seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let observed = randomObserved(&random)
    check(seed, randomDesired(for: observed, &random), observed)
  }

  private func check(_ seed: Int, _ desired: DesiredInstance, _ observed: Observed) {
    let planner = FakeStepPlanner(version: observed.version ?? ServerVersion(major: 15))
    let laws = PlanLaws(desired, observed: observed, context: PlanContext(now: moment, planner: planner))
    let planned = laws.plan()
    guard !planned.plan.steps.isEmpty else { return }
    let world = FakeWorld(withOperations(planned.plan), observed: observed, pristine: planner.pristine(for: desired))
    var whole = world
    let (outcome, _, length) = whole.run()
    #expect(outcome == .done, "seed \(seed)")
    for actions in 1..<max(2, length) {
      var killed = world
      _ = killed.run(dyingAfter: actions)
      let resumed = killed.run().outcome
      #expect(resumed == .done, "seed \(seed), killed after \(actions) actions")
      #expect(killed.observed == whole.observed, "seed \(seed), killed after \(actions) actions")
    }
  }

  /// One transaction a step: `PlanLaws` renders nothing.
  private func withOperations(_ plan: InstancePlan) -> InstancePlan {
    var plan = plan
    for index in plan.steps.indices {
      let batch = SQLBatch(
        database: "\(plan.steps[index].id) all", isTransaction: true, statements: [.text("SELECT 1")])
      plan.steps[index].work.operations = [.sql(batch: batch)]
    }
    return plan
  }
}
