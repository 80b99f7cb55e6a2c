import Model
import Planner
import PlatformKit

/// What a run is told beside its plan.
package struct RunOptions: Sendable {
  /// How many instances are worked on at once.
  package var width: Int
  package var allowances: [Allowance]
  package var origin: RunOrigin
  package var secrets: any SecretSource
  package var interruption: Interruption
  package var now: @Sendable () -> Timestamp
  /// Returns early where its task is cancelled.
  package var sleep: @Sendable (Duration) async -> Void

  package init(
    width: Int, allowances: [Allowance], origin: RunOrigin, secrets: any SecretSource,
    interruption: Interruption = Interruption(), now: @escaping @Sendable () -> Timestamp,
    sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
  ) {
    precondition(width > 0, "a run needs room for one instance")
    (self.width, self.allowances, self.origin, self.secrets) = (width, allowances, origin, secrets)
    (self.interruption, self.now, self.sleep) = (interruption, now, sleep)
  }
}

/// The one way to run a plan.
package struct Executor: Sendable {
  package init() {}

  /// Runs the plans of the instances side by side. An instance that is locked, or moved since the plan was made, is
  /// refused alone; a hazard that is not allowed or a secret that is missing refuses them all before the first step.
  ///
  package func run(
    _ plan: Plan, desired: Desired, catalog: any WritingPlatformCatalog, journal: Journal, options: RunOptions,
    progress: @escaping @Sendable (ProgressEvent) -> Void
  ) async -> RunReport {
    await run(
      SavedPlan(of: plan), desired: desired, catalog: catalog, journal: journal, options: options, progress: progress)
  }

  /// The same with what was written of the plan already.
  package func run(
    _ saved: SavedPlan, desired: Desired, catalog: any WritingPlatformCatalog, journal: Journal, options: RunOptions,
    progress: @escaping @Sendable (ProgressEvent) -> Void
  ) async -> RunReport {
    let plan = saved.plan
    let started = options.now()
    let id = RunID(at: started)
    func report(
      _ instances: [InstanceReport] = [], refusal: RunRefusal? = nil, _ failure: JournalFailure? = nil
    ) -> RunReport {
      RunReport(
        run: id, started: started, finished: options.now(), refusal: refusal, instances: instances,
        notPlanned: plan.notPlanned, journalFailure: failure)
    }
    if let refusal = await reasonToRefuse(plan, options) { return report(refusal: refusal) }
    do throws(JournalFailure) {
      let history = try await begin(id, saved, journal, options)
      let runs = plan.instances.sorted { $0.address < $1.address }.map { part in
        InstanceRun(
          plan: part, desired: desired.instances.first { $0.name == part.instance }, id: id, catalog: catalog,
          journal: journal, options: options, report: progress,
          progress: history.progress(ofPlan: saved.digest, instance: part.instance))
      }
      let instances = await runAll(runs, width: options.width)
      return report(instances, await end(id, instances, journal, options))
    } catch {
      return report(refusal: .journal(error))
    }
  }

  private func reasonToRefuse(_ plan: Plan, _ options: RunOptions) async -> RunRefusal? {
    guard plan.formatVersion == Plan.formatVersion else { return .otherFormat(plan.formatVersion) }
    let hazards = missingAllowances(plan, allowed: options.allowances)
    guard hazards.isEmpty else { return .hazards(hazards) }
    if let twice = plan.sharedCluster { return twice }
    let missing = await plan.missingSecrets(options.secrets)
    return missing.isEmpty ? nil : .secrets(missing)
  }

  private func begin(
    _ id: RunID, _ plan: SavedPlan, _ journal: Journal, _ options: RunOptions
  ) async throws(JournalFailure) -> JournalHistory {
    let history = try await journal.history()
    try await journal.keep(plan)
    try await journal.append(.runStarted(run: id, plan: plan.digest, by: options.origin), at: options.now())
    return history
  }

  private func end(
    _ id: RunID, _ instances: [InstanceReport], _ journal: Journal, _ options: RunOptions
  ) async -> JournalFailure? {
    let outcomes = instances.map { InstanceEnding(instance: $0.instance, outcome: $0.outcome) }
    do throws(JournalFailure) {
      try await journal.append(.runFinished(run: id, outcomes: outcomes), at: options.now())
      return nil
    } catch {
      return error
    }
  }

  private func runAll(_ runs: [InstanceRun], width: Int) async -> [InstanceReport] {
    await withTaskGroup(of: InstanceReport.self) { group in
      var (waiting, reports) = (runs[...], [InstanceReport]())
      for run in waiting.prefix(width) { group.addTask { await run.run() } }
      waiting = waiting.dropFirst(width)
      while let report = await group.next() {
        reports.append(report)
        if let run = waiting.popFirst() { group.addTask { await run.run() } }
      }
      return reports.sorted { $0.instance < $1.instance }
    }
  }
}

extension Plan {
  fileprivate var sharedCluster: RunRefusal? {
    let known = instances.filter { $0.systemIdentifier != nil }
    let groups = Dictionary(grouping: known, by: \.systemIdentifier).values.filter { $0.count > 1 }
    return groups.map {
      RunRefusal.sameCluster(
        instances: $0.map(\.instance).sorted(), systemIdentifier: $0[0].systemIdentifier ?? "")
    }
    .min { "\($0)" < "\($1)" }
  }
}
