import Foundation
import Model
import PlanLaws
import Planner
import Testing

@testable import Execution

/// What a run makes of steps that a cloud takes its time for.
@Suite struct ManagedStepTests {
  private let key = FactKey.managedInForce(member: nil, field: .instanceClass)

  /// The plan of one new class at once, the instance before it, and after the cloud took the call.
  private func change() -> (plan: InstancePlan, before: Observed, taken: Observed) {
    let account = AWSAccount(region: "eu-west-1", account: "123456789012")
    var desired = DesiredInstance(name: "shop", platform: DesiredPlatform(name: "aws", kind: .aws(account)))
    desired.managed = DesiredManaged(identifier: "shop", engine: "postgres")
    desired.managed?.values = [.instanceClass: "db.t4g.large"]
    desired.managed?.moment = .now
    var observed = Observed(presence: .running, version: ServerVersion(major: 16, minor: 4))
    observed.managed = ManagedState(
      identifier: "shop", engine: "postgres", status: "available", activity: .settled,
      settings: ManagedSettings(values: [.instanceClass: "db.t4g.medium"]))
    let context = PlanContext(now: Timestamp(seconds: 1_790_000_000), planner: FakeStepPlanner())
    var taken = observed
    taken.managed?.settings.pending = [.instanceClass: "db.t4g.large"]
    return (planInstance(desired, observed: observed, context: context).plan, observed, taken)
  }

  @Test func availableIsNotDoneBeforeTheValueIsInForce() throws {
    var (plan, _, taken) = change()
    let step = try #require(plan.steps.first)
    #expect(step.unachieved(in: taken).map(\.key) == [key])
    taken.managed?.settings = ManagedSettings(values: [.instanceClass: "db.t4g.large"])
    taken.managed?.activity = .busy
    #expect(step.unachieved(in: taken).map(\.key) == [.settled])
    taken.managed?.activity = .settled
    #expect(step.unachieved(in: taken) == [])
    #expect(step.isDone(in: taken))
  }

  @Test func aCloudThatIsBusyAgainTakesNothingBack() {
    let (plan, before, _) = change()
    let basis = Basis(
      plan, observed: before, pristine: before, now: Timestamp(seconds: 1_790_000_000), progress: Progress())
    #expect(basis.moved.isEmpty)
    #expect(basis.final.map(\.key) == [.managed(member: nil, field: .instanceClass), key])
  }

  @Test func aSavedPlanNamesSettingsInOrder() throws {
    let edit = Edit.setManaged(member: nil, values: [.port: "5433", .instanceClass: "db.t4g.large"], moment: .now)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(edit), as: UTF8.self)
    #expect(text.contains(#"{"aws.class":"db.t4g.large","aws.port":"5433"}"#))
    #expect(try JSONDecoder().decode(Edit.self, from: Data(text.utf8)) == edit)
  }
}
