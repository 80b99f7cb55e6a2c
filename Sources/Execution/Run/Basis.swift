import Model
import Planner
import Simulator

/// What earlier runs of the same plan are known to have done on one instance.
package struct Progress: Hashable, Sendable {
  package var done: Set<Int>
  /// Begun and not known to be done: what they did may be there in part.
  package var begun: Set<Int>

  package init(done: Set<Int> = [], begun: Set<Int> = []) { (self.done, self.begun) = (done, begun) }
}

/// A plan held against an observed instance before anything is done.
struct Basis {
  /// Empty where the plan may run.
  var moved: [MovedFact]
  /// What every fact that the plan makes will hold when the run is over.
  var final: [Fact]
  /// The steps that the journal rightly calls done.
  var done: Set<Int>

  /// Judges the plan by what the journal says is done; where the platform does not bear that out, as if nothing were:
  /// what was done may have been undone since, so that the plan fits again.
  init(_ plan: InstancePlan, observed: Observed, pristine: Observed, now: Timestamp, progress: Progress) {
    let start = plan.simulator(of: observed, pristine: pristine, now: now)
    self.init(plan, from: start, progress)
    guard !moved.isEmpty, !progress.done.isEmpty || !progress.begun.isEmpty else { return }
    let fresh = Basis(plan, from: start, Progress())
    if fresh.moved.isEmpty { self = fresh }
  }

  /// Walks the steps over a simulated instance: each expects what the ones before it leave.
  init(_ plan: InstancePlan, from start: Simulator, _ progress: Progress) {
    var simulator = start
    let observed = start.observed
    // Put into order are only those few that don't hold: a large plan speaks of a quarter of a million.
    moved = plan.lasting(progress).filter { !observed.accepts($0) }
      .sorted { $0.order(in: plan.instance) < $1.order(in: plan.instance) }
      .map { MovedFact($0, of: plan.instance, found: observed.value(of: $0.key)) }
    var keys: [FactKey] = []
    for step in plan.steps where !progress.done.contains(step.id) {
      // A cloud that is busy again, with a backup of its own, takes nothing back of what the steps made.
      keys += step.achieves.map(\.key).filter { $0 != .settled }
      if step.isDone(in: simulator.observed) { continue }
      let orDone = progress.begun.contains(step.id) && !step.isAtomic
      moved += step.moved(in: simulator.observed, of: plan.instance, orDone: orDone)
      simulator.apply(step.work.edits)
    }
    var seen: Set<FactKey> = []
    let after = simulator.observed
    final = keys.filter { seen.insert($0).inserted }.map { Fact(key: $0, value: after.value(of: $0)) }
    done = progress.done
  }
}

extension InstancePlan {
  /// What the plan's steps are tried on. To what a parameter falls back that leaves the layer, nothing observed tells;
  /// the plan does, where the run that it reverts had seen it.
  func simulator(of observed: Observed, pristine: Observed, now: Timestamp) -> Simulator {
    var fallbacks: [String: String] = [:]
    for step in steps {
      for case .setParameter(let name, nil) in step.work.edits { fallbacks[name] = achievedValue(of: name) }
    }
    return Simulator(observed, pristine: pristine, now: now, fallbacks: fallbacks)
  }

  /// The value in force that the last step to speak of it leaves.
  private func achievedValue(of parameter: String) -> String? {
    let facts = steps.flatMap(\.achieves)
    return facts.last { $0.key == .runningParameter(name: parameter) }?.value
  }

  /// The facts that the steps done leave: of two on one key the later, and none that a later step removed with its thing,
  /// may have changed beyond its own facts, or may have begun to change. In no order.
  fileprivate func lasting(_ progress: Progress) -> [Fact] {
    var facts: [FactKey: String?] = [:]
    for step in steps where progress.done.contains(step.id) || progress.begun.contains(step.id) {
      if step.work.edits.contains(where: \.reachesFar) { facts = facts.filter { !$0.key.followsOwners } }
      for fact in step.achieves {
        if fact.value == nil, fact.key.isExistence {
          let gone = fact.key.address(in: instance)
          facts = facts.filter { !gone.contains($0.key.address(in: instance)) }
        }
        if progress.done.contains(step.id), fact.key != .settled {
          facts[fact.key] = .some(fact.value)
        } else {
          facts.removeValue(forKey: fact.key)
        }
      }
    }
    return facts.map { Fact(key: $0.key, value: $0.value) }
  }
}

extension Edit {
  /// What the server does on it to owners and grantors all over is in no fact of the step.
  fileprivate var reachesFar: Bool {
    switch self {
    case .renameRole, .dropRole, .reassignOwned, .renameDatabase, .setDatabaseOwner,
      .setSchemaOwner, .setOwner:
      true
    default: false
    }
  }
}

extension FactKey {
  fileprivate var followsOwners: Bool {
    switch self {
    case .membership, .setting, .databaseOwner, .schemaOwner, .owner, .privileges, .defaultPrivileges, .ownedObjects:
      true
    default: false
    }
  }

  fileprivate var isExistence: Bool {
    switch self {
    case .exists, .presence, .role, .database, .schema, .extension, .policy: true
    default: false
    }
  }
}

extension Fact {
  fileprivate func order(in instance: String) -> String { "\(key.address(in: instance)) \(key.label)" }
}
