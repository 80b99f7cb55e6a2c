import Execution
import Model
import Planner
import PlatformKit
import Simulator

/// One instance and the notes of its journal, which outlive the process that works on them.
struct FakeWorld {
  var observed: Observed
  let plan: InstancePlan
  var notes: [StepNote] = []
  /// How often each edit of each step came into effect.
  var effects: [Int: Int] = [:]
  var acts = 0
  var waited = Duration.zero
  /// Asked before each act, with its number from 1.
  var failing: (Int) -> ApplyFailure? = { _ in nil }
  /// Called before each look, with its number from 1.
  var beforeLook: (Int, inout Observed) -> Void = { _, _ in }
  /// Asked before each look, with its number from 1.
  var blind: (Int) -> ObservationFailure? = { _ in nil }
  var looks = 0
  /// Of each look, the databases that it looked into; `nil` for all.
  var lookedInto: [Set<String>?] = []
  var locks = 0
  /// Somebody takes the lock as soon as this run gives it back.
  var isLockedByAnother = false
  var interruptAfter = Int.max
  var noteFails: (StepNote) -> Bool = { _ in false }

  private let pristine: Observed
  /// What the server's other files say of parameters that leave the layer; no look tells.
  private let fallbacks: [String: String]

  init(_ drafts: [Draft], observed: Observed = running, fallbacks: [String: String] = [:]) {
    let plan = makePlan(drafts, observed: observed, fallbacks: fallbacks)
    self.init(plan, observed: observed, pristine: ExecutionTests.pristine, fallbacks: fallbacks)
  }

  init(_ plan: InstancePlan, observed: Observed, pristine: Observed, fallbacks: [String: String] = [:]) {
    (self.plan, self.observed, self.pristine, self.fallbacks) = (plan, observed, pristine, fallbacks)
  }

  /// What the journal would tell a later run of the same plan.
  var progress: Progress {
    var progress = Progress()
    for note in notes {
      switch note.kind {
      case .intent: progress.begun.insert(note.step)
      case .done, .skipped: progress.done.insert(note.step)
      case .failed: break
      }
    }
    progress.begun.subtract(progress.done)
    return progress
  }

  /// Runs the plan; the process dies after so many actions, each with its effect but before anything hears of it.
  mutating func run(dyingAfter limit: Int = .max) -> (outcome: InstanceOutcome?, run: ApplyRun, actions: Int) {
    var run = ApplyRun(plan: plan, pristine: pristine, progress: progress)
    var event = ApplyEvent.begun
    var actions = 0
    while actions < limit {
      if actions >= interruptAfter { run.interrupt() }
      let action = run.next(after: event)
      if case .finish(let outcome) = action { return (outcome, run, actions) }
      event = perform(action, of: run)
      actions += 1
      precondition(actions < 10_000, "the run does not end")
    }
    return (nil, run, actions)
  }

  private mutating func look(since earlier: EarlierLook?) -> ApplyEvent {
    looks += 1
    lookedInto.append(earlier?.changed)
    if let failure = blind(looks) { return .observationFailed(failure) }
    beforeLook(looks, &observed)
    var seen = observed
    for name in seen.databases.keys {
      guard let known = earlier?.contents(of: name) else { continue }
      seen.databases[name]?.takeContents(of: known)
    }
    return .observed(seen, at: moment)
  }

  private mutating func perform(_ action: ApplyAction, of run: ApplyRun) -> ApplyEvent {
    switch action {
    case .lock:
      locks += 1
      return locks > 1 && isLockedByAnother ? .lockFailed(.held(message: "held by process 2")) : .locked
    case .observe: return look(since: nil)
    case .observeAgain(let databases):
      return look(since: run.observed.map { EarlierLook($0, changed: databases) })
    case .note(let note):
      if noteFails(note) { return .noteFailed(message: "no space left on device") }
      notes.append(note)
      return .noted
    case .perform(_, let operation):
      acts += 1
      if let failure = failing(acts) {
        if !failure.leftNothing { apply(operation) }
        return .performFailed(failure)
      }
      apply(operation)
      return .performed
    case .wait(let wait):
      waited += wait.duration
      return .waited
    case .finish: preconditionFailure("handled by the caller")
    }
  }

  private mutating func apply(_ operation: Operation) {
    let (step, edits) = operation.edits(in: plan)
    var simulator = Simulator(observed, pristine: pristine, now: moment, fallbacks: fallbacks)
    for edit in edits {
      let before = simulator.observed
      simulator.apply([edit])
      if simulator.observed != before { effects[step, default: 0] += 1 }
    }
    observed = simulator.observed
    if edits.contains(where: { if case .createInstance = $0 { true } else { false } }) {
      observed.systemIdentifier = "7002"
    }
  }
}
