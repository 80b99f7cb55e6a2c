import Foundation
import Model
import PlanLaws
import Planner
import PlatformKit
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

  /// Values that take several calls are all written or none: a call that fails for good brings the former values back.
  @Test func whatEarlierCallsWroteIsPutBack() throws {
    let outcome = try writing(failingFor: ["2"])
    #expect(outcome.performed == ["1", "2", "back 1", "back 2"])
    guard case .failed(_, let message, _, let changedAnything, let isInDoubt) = outcome.end else {
      Issue.record("\(outcome.end)")
      return
    }
    #expect(message == "refused: 2; what the calls before it wrote is put back")
    #expect(!changedAnything && !isInDoubt)
  }

  @Test func whatCannotBePutBackIsTold() throws {
    let outcome = try writing(failingFor: ["2", "back 1"])
    #expect(outcome.performed == ["1", "2", "back 1"])
    guard case .failed(_, let message, _, let changedAnything, let isInDoubt) = outcome.end else {
      Issue.record("\(outcome.end)")
      return
    }
    #expect(message.hasSuffix("and what the calls before it wrote could not be put back: refused: back 1"))
    #expect(changedAnything && isInDoubt)
  }

  /// RDS lets nobody write for a while that wrote too often, and the calls before this one were many.
  @Test func whatIsThrottledIsPutBackLater() throws {
    let outcome = try writing(failingFor: ["2"], throttling: ["back 1": 2, "back 2": 3])
    let back = Array(repeating: "back 1", count: 3) + Array(repeating: "back 2", count: 4)
    #expect(outcome.performed == ["1", "2"] + back)
    guard case .failed(_, let message, _, let changedAnything, let isInDoubt) = outcome.end else {
      Issue.record("\(outcome.end)")
      return
    }
    #expect(message == "refused: 2; what the calls before it wrote is put back")
    #expect(!changedAnything && !isInDoubt)
    let forLong = try writing(failingFor: ["2"], throttling: ["back 1": 9])
    #expect(forLong.performed.count { $0 == "back 1" } == 1 + ApplyRun.retries)
  }

  /// Ctrl-C ends the run, not what is being put back.
  @Test func anInterruptedRunPutsBackToo() throws {
    let outcome = try writing(failingFor: ["2"], throttling: ["back 1": 1], interruptedAfter: "back 1")
    #expect(outcome.performed == ["1", "2", "back 1", "back 1", "back 2"])
  }

  @Test func whereNothingWasWrittenNothingIsPutBack() throws {
    #expect(try writing(failingFor: ["1"]).performed == ["1"])
  }

  /// Runs a step of two calls that write parameters.
  ///
  /// - Parameter throttling: how often each call is refused for a moment.
  private func writing(
    failingFor refused: Set<String>, throttling: [String: Int] = [:], interruptedAfter last: String? = nil
  ) throws -> (performed: [String], end: InstanceOutcome) {
    var throttling = throttling
    var (plan, before, _) = change()
    let call = { (name: String) in Operation.http(call: HTTPCall(endpoint: "rds", form: [HTTPField("Action", name)])) }
    plan.steps[0].work = Work(
      edits: [.setParameter(name: "work_mem", value: "8MB")], operations: [call("1"), call("2")])
    plan.steps[0].reverse = .exact(operations: [call("back 1"), call("back 2")])
    var run = ApplyRun(plan: plan, pristine: before)
    var (event, performed) = (ApplyEvent.begun, [String]())
    for _ in 0..<50 {
      switch run.next(after: event) {
      case .lock: event = .locked
      case .observe, .observeAgain: event = .observed(before, at: Timestamp(seconds: 1_790_000_000))
      case .note: event = .noted
      case .wait: event = .waited
      case .perform(_, .http(let call)):
        guard case .literal(let name)? = call.form.first?.value else { preconditionFailure("it was made above") }
        performed.append(name)
        if name == last { run.interrupt() }
        let isThrottled = throttling[name, default: 0] > 0
        throttling[name, default: 0] -= 1
        event =
          isThrottled || refused.contains(name)
          ? .performFailed(
            ApplyFailure(message: "refused: \(name)", leftNothing: true, isTransient: isThrottled)) : .performed
      case .perform: preconditionFailure("the step makes calls alone")
      case .finish(let outcome): return (performed, outcome)
      }
    }
    throw EndlessRun()
  }

  private struct EndlessRun: Error {}

  /// A run that died after its call was taken: the call is not repeated, its effect is waited for.
  @Test func whatIsUnderWayIsNotAskedForAgain() throws {
    var (plan, _, taken) = change()
    plan.steps[0].work.operations = [.http(call: HTTPCall(endpoint: "rds", form: [HTTPField("Action", "1")]))]
    var inForce = taken
    inForce.managed?.settings = ManagedSettings(values: [.instanceClass: "db.t4g.large"])
    taken.managed?.activity = .busy
    var run = ApplyRun(plan: plan, pristine: taken, progress: Progress(begun: [1]))
    var (event, looks) = (ApplyEvent.begun, 0)
    for _ in 0..<50 {
      switch run.next(after: event) {
      case .lock: event = .locked
      case .observe, .observeAgain:
        looks += 1
        event = .observed(looks > 4 ? inForce : taken, at: Timestamp(seconds: 1_790_000_000))
      case .note: event = .noted
      case .wait: event = .waited
      case .perform:
        Issue.record("it was asked for again")
        return
      case .finish(let outcome):
        #expect(outcome == .done)
        return
      }
    }
    throw EndlessRun()
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
