import Diagnostics
import Model
import PlanLaws
import Planner
import PlatformServer
import SQL

extension SoakServer {
  /// One pair of a server and specs: everything that isn't as it should be.
  func soak(seed: UInt64, _ counts: inout SoakCounts) async throws -> [String] {
    var random = SeededRandom(seed: seed)
    counts.pairs += 1
    try await scramble(&random)
    let desired = try await desired(&random)
    let before = try await CatalogSnapshot.take(of: self)
    let observed = try await observe(desired)
    let planned = plan(desired, observed)
    guard !planned.diagnostics.contains(where: { $0.severity == .error }) else {
      counts.refused += 1
      return []
    }
    // Where there is nothing to do the server must be as it is wanted already.
    guard !planned.plan.steps.isEmpty else { return try await judge(planned.plan, desired, observed, observed) }
    do {
      try await perform(planned.plan)
      counts.applied += 1
      let after = try await observe(desired)
      return try await judge(planned.plan, desired, observed, after)
        + undo(planned.plan, desired, after, to: before, &counts)
    } catch let failure as SoakFailure {
      return [failure.description]
    }
  }

  private func desired(_ random: inout SeededRandom) async throws -> DesiredInstance {
    var looking = DesiredInstance(name: "orders", platform: DesiredPlatform(name: "here", kind: .server))
    for name in Self.databases { looking.databases[name] = DesiredDatabase() }
    var desired = randomDesired(for: try await observe(looking), &random)
    desired.platform = looking.platform
    desired.parameters = DesiredParameters()
    for name in desired.access.roles.keys { desired.access.roles[name]?.password = nil }
    for name in desired.databases.keys { desired.databases[name]?.extensions = [] }
    return desired
  }

  private var context: PlanContext { PlanContext(now: Self.now, planner: ServerStepPlanner()) }

  private func plan(_ desired: DesiredInstance, _ observed: Observed) -> Planned {
    planInstance(desired, observed: observed, context: context)
  }

  private func judge(
    _ plan: InstancePlan, _ desired: DesiredInstance, _ before: Observed, _ after: Observed
  ) async throws -> [String] {
    let second = self.plan(desired, after)
    var found = second.diagnostics.filter { $0.severity == .error }.map { "the second plan fails: \($0.message)" }
    found += second.plan.changes.map { "a second plan isn't empty: \($0.address) \($0.facts)" }
    let expected = ExpectedAccess(desired, before: before)
    let matrix = try await AccessMatrix.read(from: self, in: desired.access.databases.sorted())
    return found + expected.violations(in: matrix)
  }

  /// Where each step can be undone as a whole, the catalogs hold afterwards what they held before.
  private func undo(
    _ plan: InstancePlan, _ desired: DesiredInstance, _ after: Observed, to before: CatalogSnapshot,
    _ counts: inout SoakCounts
  ) async throws -> [String] {
    let record = RunRecord(plan: plan, begun: Set(plan.steps.map(\.id)))
    let revert = revertInstance(record, desired: desired, observed: after, context: context)
    let errors = revert.diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty else { return errors.map { "the revert is refused: \($0.message)" } }
    try await perform(revert.plan)
    guard plan.steps.allSatisfy(\.reverse.isExact), revert.plan.notes.isEmpty else { return [] }
    counts.reverted += 1
    return before.differences(from: try await CatalogSnapshot.take(of: self))
  }
}
