import Diagnostics
import Model
import Planner
import PlatformKit
import Testing

@testable import PlatformLocal

/// The whole way: planned from specs, done step by step, and nothing left to do.
@Suite(.serialized) struct LivePlanTests {
  private func plan(_ live: LiveInstance, _ observed: Observed) -> Planned {
    let context = PlanContext(now: Timestamp(seconds: 1_700_000_000), planner: live.planner)
    return planInstance(live.desired, observed: observed, context: context)
  }

  private func specs(_ live: LiveInstance) {
    live.addBackups()
    live.desired.backup?.cadences[.full] = DesiredBackup.Cadence(every: TimeSpan("7d"))
    let document = Address(["parameters", "oltp"])
    live.desired.parameters.values = [
      "work_mem": DesiredParameter(value: .scalar("64MB"), document: document),
      "timezone": DesiredParameter(value: .scalar("Europe/Paris"), document: document),
      "DATESTYLE": DesiredParameter(value: .scalar("ISO, DMY"), document: document),
      "auto_explain.Log_Timing": DesiredParameter(value: .scalar("off"), document: document),
      "shared_preload_libraries": DesiredParameter(value: .list(["auto_explain"]), document: document),
    ]
    var database = DesiredDatabase()
    database.owner = "orders_owner"
    database.schemas["app"] = DesiredSchema(owner: "orders_owner")
    live.desired.databases["orders"] = database
    live.desired.access.roles["orders_owner"] = DesiredRole(document: Address(["access", "orders"]))
    live.desired.access.roles["orders_owner"]?.settings = ["timezone": "UTC", "IntervalStyle": "iso_8601"]
    live.desired.access.databases = ["orders"]
  }

  @Test func fromNothingToNothingLeftToDo() async throws {
    let live = try await LiveInstance()
    guard live.host.pgBackRest != nil else { return }
    specs(live)
    let first = plan(live, try await live.observe())
    #expect(first.diagnostics.map(\.message) == [])
    #expect(first.plan.steps.map(\.phase).starts(with: [.create, .backupFile, .start]))
    let applier = try await live.open()
    for step in first.plan.steps {
      let entry = try await live.observe()
      for fact in step.expects where entry.value(of: fact.key) != fact.value {
        Issue.record("step \(step.title) expects \(fact), and it is \(entry.value(of: fact.key) ?? "nil")")
      }
      for operation in step.work.operations { try await applier.perform(operation) }
      try await expect(step.achieves, of: live, after: step.title)
    }
    await applier.finish()
    let second = plan(live, try await live.observe())
    #expect(second.diagnostics.map(\.message) == [])
    #expect(second.plan.changes == [])
    #expect(second.plan.alarms == [])
    try await live.apply([.stopInstance])
  }

  private func expect(_ facts: [Fact], of live: LiveInstance, after title: String) async throws {
    var wrong: [Fact] = []
    for _ in 0..<20 {
      let observed = try await live.observe()
      wrong = facts.filter { observed.value(of: $0.key) != $0.value }
      if wrong.isEmpty { return }
      try await Task.sleep(for: .milliseconds(200))
    }
    Issue.record("after \(title): \(wrong)")
  }
}
