import Model
import PlanLaws
import Planner
import Testing

@testable import Execution

@Suite struct BasisTests {
  /// What a parameter falls back to stands in files that nobody simulates: the revert knows it from its run.
  @Test func aRevertedParameterFallsBackToWhatTheRunFound() {
    var desired = DesiredInstance(
      name: "orders", platform: DesiredPlatform(name: "db1", kind: .local(hostname: "db1", runAs: nil)))
    desired.parameters.values = [
      "work_mem": DesiredParameter(value: .scalar("64MB"), document: Address(["parameters", "oltp"]))
    ]
    let observed = pristineCluster(version: ServerVersion(major: 15, minor: 20))
    let context = PlanContext(now: Timestamp(seconds: 1_790_000_000), planner: FakeStepPlanner())
    let laws = PlanLaws(desired, observed: observed, context: context)
    let plan = laws.plan().plan
    let applied = laws.simulate(plan.steps)
    let record = RunRecord(plan: plan, begun: Set(plan.steps.map(\.id)))
    let revert = revertInstance(record, desired: desired, observed: applied, context: context).plan
    let basis = Basis(revert, observed: applied, pristine: observed, now: context.now, progress: Progress())
    #expect(basis.final.contains(Fact(key: .runningParameter(name: "work_mem"), value: "4MB")))
  }
}
