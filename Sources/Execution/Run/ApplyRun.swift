import Model
import Planner
import PlatformKit
import Simulator

/// Applies the plan of one instance: told what happened, it says what to do next. It does nothing itself, so that a run
/// can be tried with every failure at every point.
package struct ApplyRun: Sendable {
  let plan: InstancePlan
  private let pristine: Observed
  let progress: Progress
  private var doing = Doing.starting
  private var position = 0
  private var attempt = 0
  /// Whether a call of the step did something, or may have.
  private var hasActed = false
  private var waited = Duration.zero
  /// Since when, of the step's waiting, every look failed for a reason that doesn't pass by itself.
  private var blindSince: Duration?
  private var latest: Observed?
  /// The databases that the last look looked into; `nil` for all that matter to the plan.
  private var lookedInto: Set<String>?
  /// The system identifier that was seen last.
  private var known: String?
  private var lookedAt = Timestamp(seconds: 0)
  private var basis: Basis?
  private var failure: Failure?
  private var isInterrupted = false
  private var creationIsChecked: Bool
  package private(set) var results: [Int: StepResult] = [:]

  /// A step that failed for the moment is tried again so many times.
  package static let retries = 3
  /// How long such looks go on: a password may be wrong for a moment after it was set.
  package static let blindness = Duration.seconds(60)

  private enum Doing {
    case starting
    case noting(StepNote.Kind)
    case acting(operation: Int)
    case confirming
    case refreshing
    case retrying(ApplyFailure)
    case puttingBack(operation: Int, after: ApplyFailure)
  }

  private struct Failure {
    var step: Int?
    var message: String
    var hint: String?
    var isInDoubt: Bool
    var isByRequest = false
  }

  /// - Parameters:
  ///   - pristine: what creating the instance gives.
  ///   - progress: what the journal knows of earlier runs of this very plan.
  package init(plan: InstancePlan, pristine: Observed, progress: Progress = Progress()) {
    (self.plan, self.pristine, self.progress) = (plan, pristine, progress)
    creationIsChecked = !plan.createsInstance
  }

  /// The run stops before its next step, and waits no longer.
  package mutating func interrupt() { isInterrupted = true }

  /// Whether anything of the instance is, or may be, different from before the run.
  package var changedAnything: Bool { results.values.contains(.done) || failure?.isInDoubt == true }

  /// What earlier runs of this plan did, and the platform bears out so far as anybody looked.
  package var doneBefore: Set<Int> { basis?.done ?? progress.done }

  /// The instance as it was seen last.
  package var observed: Observed? { latest }

  package mutating func next(after event: ApplyEvent) -> ApplyAction {
    switch event {
    case .begun: return isInterrupted ? finish() : .lock
    case .locked: return lookAtAll()
    case .lockFailed(let failure): return couldNotLock(failure)
    case .observed(let observed, let now): return looked(observed, now)
    case .observationFailed(let failure): return couldNotLook(failure)
    case .noted: return noted()
    case .noteFailed(let message): return couldNotNote(message)
    case .performed: return performed()
    case .performFailed(let failure): return performFailed(failure)
    case .waited: return waitedEnough()
    }
  }

  private var step: Step { plan.steps[position] }
}

// MARK: Looking

extension ApplyRun {
  private mutating func couldNotLock(_ failure: LockFailure) -> ApplyAction {
    if case .retrying(var cause) = doing {
      cause.message += "; and the lock was lost meanwhile: \(failure.message)"
      return end(cause)
    }
    switch failure {
    case .held(let message): return .finish(.locked(message: message))
    case .failed(let message, let hint): return fail(message, hint: hint)
    }
  }

  private mutating func looked(_ observed: Observed, _ now: Timestamp) -> ApplyAction {
    let stranger = moveOfIdentity(observed)
    known = observed.systemIdentifier ?? known
    (latest, lookedAt) = (observed, now)
    switch doing {
    case .starting:
      let basis = Basis(plan, observed: observed, pristine: pristine, now: now, progress: progress)
      let moved = stranger.isEmpty ? basis.moved : stranger
      guard moved.isEmpty else { return .finish(.stale(moved: moved)) }
      self.basis = basis
      return enterStep()
    case .refreshing:
      return stranger.isEmpty ? enterStep() : note(.failed(message: stranger[0].description))
    case .confirming:
      return stranger.isEmpty
        ? confirm(observed) : note(.failed(message: stranger[0].description), isInDoubt: true)
    case .retrying(let failure):
      guard stranger.isEmpty else {
        return note(.failed(message: stranger[0].description), isInDoubt: !failure.leftNothing)
      }
      return tryAgain(observed, after: failure)
    case .noting, .acting, .puttingBack: preconditionFailure("nobody asked for a look")
    }
  }

  private mutating func lookAtAll() -> ApplyAction {
    lookedInto = nil
    return .observe
  }

  /// Looks at what the step does, and at what the next one is going to do: neither waits for a look at all databases.
  private mutating func lookAgain() -> ApplyAction {
    guard latest != nil, var databases = step.databasesWithin else { return lookAtAll() }
    databases.formUnion(plan.steps.dropFirst(position + 1).first?.databasesWithin ?? [])
    lookedInto = databases
    return .observeAgain(databases: databases)
  }

  /// Whether the last look tells what the step is held against.
  private var isInSight: Bool {
    guard let lookedInto else { return true }
    return step.databasesWithin.map(lookedInto.isSuperset) ?? false
  }

  /// Another cluster in the place of ours, or none.
  private func moveOfIdentity(_ observed: Observed) -> [MovedFact] {
    guard let expected = known ?? plan.systemIdentifier else { return [] }
    let mayBeGone = latest != nil && observed.presence == .absent && step.phase == .remove
    // What is stopped may not tell who it is; before anything is done inside it, it runs again and does.
    let isSilent = observed.presence == .stopped && observed.systemIdentifier == nil
    guard observed.systemIdentifier != expected, !isSilent, !mayBeGone, !isGoneAlready(observed) else {
      return []
    }
    return [
      MovedFact(
        address: plan.address, what: "system identifier", expected: expected, found: observed.systemIdentifier
      )
    ]
  }

  /// An earlier run of this plan removed the instance.
  private func isGoneAlready(_ observed: Observed) -> Bool {
    let removals = plan.steps.filter { $0.phase == .remove }.map(\.id)
    return observed.presence == .absent
      && removals.contains { progress.done.contains($0) || progress.begun.contains($0) }
  }

  private mutating func couldNotLook(_ failure: ObservationFailure) -> ApplyAction {
    switch doing {
    case .starting, .refreshing: return fail("\(failure.address): \(failure.message)", hint: failure.hint)
    case .confirming:
      guard failure.isTransient else { return waitForSight(failure) }
      blindSince = nil
      return waitForEffect(["another look: \(failure.message)"], patience: 30)
    case .retrying(let cause): return retryOrFail(cause)
    case .noting, .acting, .puttingBack: preconditionFailure("nobody asked for a look")
    }
  }
}

// MARK: Stepping

extension ApplyRun {
  private mutating func enterStep() -> ApplyAction {
    while position < plan.steps.count, let observed = latest {
      if let stop = checkCreation(observed) { return stop }
      if basis?.done.contains(step.id) == true {
        results[step.id] = .doneBefore
      } else if step.needs.contains(where: isMissing) {
        results[step.id] = .left
      } else if isInterrupted {
        return finish()
      } else if !isInSight {
        doing = .refreshing
        return lookAgain()
      } else {
        return begin(observed)
      }
      position += 1
    }
    return finish()
  }

  private func isMissing(_ needed: Int) -> Bool {
    switch results[needed] {
    case .failed, .left: true
    case .done, .skipped, .doneBefore, nil: false
    }
  }

  private mutating func begin(_ observed: Observed) -> ApplyAction {
    (attempt, waited, hasActed, blindSince) = (0, .zero, false, nil)
    let isBegun = progress.begun.contains(step.id)
    if isBegun ? step.isSurelyDone(in: observed) : step.isDone(in: observed) { return note(.skipped) }
    let moved = step.moved(in: observed, of: plan.instance, orDone: mayBeHalfDone)
    guard let first = moved.first else { return note(.intent) }
    return note(
      .failed(message: "somebody else is changing this instance: \(first)"), hint: "make a new plan")
  }

  private var mayBeHalfDone: Bool { !step.isAtomic && (attempt > 0 || progress.begun.contains(step.id)) }

  /// Once the instance is there, what the plan assumed of it is held against what it is. A cloud's cluster says that it runs
  /// before it has the members that can be looked into.
  private mutating func checkCreation(_ observed: Observed) -> ApplyAction? {
    guard !creationIsChecked, step.phase > .start || step.phase != .create && observed.presence == .running else {
      return nil
    }
    // Where making or starting it failed, that is what is told.
    guard !step.needs.contains(where: isMissing) else { return nil }
    creationIsChecked = true
    var rest = Progress(done: Set(plan.steps[..<position].map(\.id)), begun: progress.begun)
    rest.done.formUnion(basis?.done ?? [])
    let real = Basis(plan, from: plan.simulator(of: observed, pristine: pristine, now: lookedAt), rest)
    basis?.final = real.final
    guard !real.moved.isEmpty else { return nil }
    let names = real.moved.prefix(5).map(\.description).joined(separator: "; ")
    return note(
      .failed(message: "the new instance is not what the plan assumed: \(names)"), hint: "make a new plan")
  }
}

// MARK: Noting

extension ApplyRun {
  private mutating func note(_ kind: StepNote.Kind, hint: String? = nil, isInDoubt: Bool = false)
    -> ApplyAction
  {
    doing = .noting(kind)
    if case .failed(let message) = kind, failure == nil {
      failure = Failure(
        step: step.id, message: message, hint: hint, isInDoubt: isInDoubt, isByRequest: isInterrupted)
    } else if case .failed = kind, isInDoubt {
      failure?.isInDoubt = true
    }
    return .note(StepNote(kind, step: step.id))
  }

  private mutating func noted() -> ApplyAction {
    guard case .noting(let kind) = doing else { preconditionFailure("nothing was being noted") }
    switch kind {
    case .intent: return isResumed ? confirmLater() : perform(operation: 0)
    case .done: results[step.id] = .done
    case .skipped: results[step.id] = .skipped
    case .failed(let message): results[step.id] = .failed(message: message)
    }
    position += 1
    return enterStep()
  }

  /// Without a journal nothing more is done; what this step did is told nevertheless.
  private mutating func couldNotNote(_ message: String) -> ApplyAction {
    guard case .noting(let kind) = doing else { preconditionFailure("nothing was being noted") }
    switch kind {
    case .done: results[step.id] = .done
    case .skipped: results[step.id] = .skipped
    case .failed(let message): results[step.id] = .failed(message: message)
    case .intent: break
    }
    let cause = failure.map { "\($0.message); " } ?? ""
    failure = Failure(
      step: step.id, message: "\(cause)the journal can't be written: \(message)",
      hint: "repair that, then apply the same plan again",
      isInDoubt: failure?.isInDoubt ?? false)
    position = plan.steps.count
    return finish()
  }
}

// MARK: Acting

extension ApplyRun {
  private mutating func perform(operation: Int) -> ApplyAction {
    guard operation < step.work.operations.count else {
      return confirmLater()
    }
    doing = .acting(operation: operation)
    return .perform(step: step.id, operation: step.work.operations[operation])
  }

  private mutating func performed() -> ApplyAction {
    hasActed = true
    if case .puttingBack(let operation, let failure) = doing {
      attempt = 0
      return putBack(operation + 1, after: failure)
    }
    guard case .acting(let operation) = doing else { preconditionFailure("nothing was being done") }
    return perform(operation: operation + 1)
  }

  private mutating func performFailed(_ failure: ApplyFailure) -> ApplyAction {
    if case .puttingBack(_, var cause) = doing {
      // Ctrl-C doesn't end it: what is half put back is worse than either.
      if failure.isTransient, attempt < Self.retries { return pause(afterAttempt: failure) }
      cause.message += "; and what the calls before it wrote could not be put back: \(failure.message)"
      return end(cause)
    }
    guard case .acting(let operation) = doing else { preconditionFailure("nothing was being done") }
    var failure = failure
    // The operations before this one are done, whatever this one left.
    if operation > 0 { failure.leftNothing = false }
    if !failure.leftNothing { hasActed = true }
    return retryOrFail(failure)
  }

  private mutating func retryOrFail(_ failure: ApplyFailure) -> ApplyAction {
    guard failure.isTransient, attempt < Self.retries, !isInterrupted else { return giveUp(failure) }
    doing = .retrying(failure)
    return pause(afterAttempt: failure)
  }

  private mutating func pause(afterAttempt failure: ApplyFailure) -> ApplyAction {
    attempt += 1
    let pause = Duration.seconds(1 << (attempt - 1))
    defer { waited += pause }
    return .wait(
      ApplyWait(step: step.id, duration: pause, elapsed: waited, reason: .retry(message: failure.message)))
  }

  /// After a failure of which it isn't known what it left, only a look can tell whether the step was done.
  private mutating func tryAgain(_ observed: Observed, after failure: ApplyFailure) -> ApplyAction {
    if step.isSurelyDone(in: observed) { return note(.done) }
    if step.isUnderWay(in: observed) { return confirmLater() }
    let canTell = failure.leftNothing || !step.expects.isEmpty
    guard canTell, step.moved(in: observed, of: plan.instance, orDone: mayBeHalfDone).isEmpty else {
      return giveUp(failure)
    }
    return perform(operation: 0)
  }

  /// Values that are written by several calls are all written or none.
  private mutating func giveUp(_ failure: ApplyFailure) -> ApplyAction {
    guard hasActed, step.writesParametersByCalls, !step.putsBack.isEmpty else { return end(failure) }
    attempt = 0
    return putBack(0, after: failure)
  }

  private mutating func putBack(_ operation: Int, after failure: ApplyFailure) -> ApplyAction {
    let operations = step.putsBack
    guard operation < operations.count else {
      var failure = failure
      failure.message += "; what the calls before it wrote is put back"
      if case .exact = step.reverse { failure.leftNothing = true }
      return end(failure)
    }
    doing = .puttingBack(operation: operation, after: failure)
    return .perform(step: step.id, operation: operations[operation])
  }

  private mutating func end(_ failure: ApplyFailure) -> ApplyAction {
    note(.failed(message: failure.message), hint: failure.hint, isInDoubt: !failure.leftNothing)
  }
}

// MARK: Waiting

extension ApplyRun {
  /// An earlier run of this plan asked for it.
  private var isResumed: Bool {
    guard progress.begun.contains(step.id), let latest else { return false }
    return step.isUnderWay(in: latest)
  }

  private mutating func confirmLater() -> ApplyAction {
    doing = .confirming
    return lookAgain()
  }

  private mutating func confirm(_ observed: Observed) -> ApplyAction {
    blindSince = nil
    let missing = step.unachieved(in: observed)
    guard !missing.isEmpty else { return note(.done) }
    return waitForEffect(
      missing.map { "\(MovedFact($0, of: plan.instance, found: observed.value(of: $0.key)))" })
  }

  private mutating func waitForEffect(_ what: [String], patience: Int = 0) -> ApplyAction {
    let deadline = Duration.seconds(max(step.deadlineSeconds, patience))
    guard waited < deadline, !isInterrupted else {
      let names =
        what.prefix(5).joined(separator: "; ") + (what.count > 5 ? "; and \(what.count - 5) more" : "")
      return note(
        .failed(message: "done, but its effect does not show after \(waited.components.seconds) s: \(names)"),
        isInDoubt: true)
    }
    return pause(until: deadline, for: what)
  }

  /// What doesn't pass by itself isn't waited for until the deadline of a step that takes a cloud an hour.
  private mutating func waitForSight(_ failure: ObservationFailure) -> ApplyAction {
    let since = blindSince ?? waited
    blindSince = since
    let deadline = min(.seconds(step.deadlineSeconds), since + Self.blindness)
    guard waited < deadline, !isInterrupted else {
      return note(
        .failed(message: "done, but its effect can't be seen: \(failure.message)"),
        hint: "\(failure.hint); then apply the same plan again, or make a new one", isInDoubt: true)
    }
    return pause(until: deadline, for: ["another look: \(failure.message)"])
  }

  private mutating func pause(until deadline: Duration, for what: [String]) -> ApplyAction {
    // What takes a cloud an hour is asked for less often than what takes a server seconds.
    let longest = step.deadlineSeconds >= 600 ? Duration.seconds(20) : .seconds(5)
    let pause = min(deadline - waited, max(.milliseconds(250), min(waited, longest)))
    defer { waited += pause }
    return .wait(ApplyWait(step: step.id, duration: pause, elapsed: waited, reason: .effect(what: what)))
  }

  private mutating func waitedEnough() -> ApplyAction {
    if case .puttingBack(let operation, let failure) = doing { return putBack(operation, after: failure) }
    guard case .retrying(let failure) = doing else { return lookAgain() }
    // The lock may have gone with a connection.
    return isInterrupted ? giveUp(failure) : .lock
  }
}

// MARK: Ending

extension ApplyRun {
  private mutating func fail(_ message: String, hint: String?) -> ApplyAction {
    failure = Failure(step: nil, message: message, hint: hint, isInDoubt: false)
    return finish()
  }

  private mutating func finish() -> ApplyAction {
    for step in plan.steps where results[step.id] == nil { results[step.id] = .left }
    return .finish(outcome)
  }

  private var outcome: InstanceOutcome {
    if let failure, !failure.isByRequest {
      return .failed(
        step: failure.step, message: failure.message, hint: failure.hint, changedAnything: changedAnything,
        isInDoubt: failure.isInDoubt)
    }
    if failure != nil || results.values.contains(.left) {
      return .interrupted(changedAnything: changedAnything)
    }
    let facts = missed
    return facts.isEmpty ? .done : .notAchieved(facts: facts)
  }

  /// What the plan said it would change and what is neither so nor pending, by the look after the last act.
  private var missed: [MovedFact] {
    guard let latest, let basis else { return [] }
    return basis.final.filter { !latest.accepts($0) }
      .map { MovedFact($0, of: plan.instance, found: latest.value(of: $0.key)) }
  }
}

extension InstancePlan {
  var createsInstance: Bool { steps.contains { $0.phase == .create } }
}

extension LockFailure {
  fileprivate var message: String {
    switch self {
    case .held(let message), .failed(let message, _): message
    }
  }
}
