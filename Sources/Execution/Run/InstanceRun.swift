import Model
import Planner
import PlatformKit

/// Drives the `ApplyRun` of one instance: does what it asks for, and tells it what came of that.
struct InstanceRun: Sendable {
  var plan: InstancePlan
  var desired: DesiredInstance?
  var id: RunID
  var catalog: any WritingPlatformCatalog
  var journal: Journal
  var options: RunOptions
  var report: @Sendable (ProgressEvent) -> Void
  var progress: Progress

  func run() async -> InstanceReport {
    guard !plan.steps.isEmpty else { return ended(.done) }
    guard let desired else {
      let gone = MovedFact(address: plan.address, what: "spec", expected: "present", found: nil)
      return ended(.stale(moved: [gone]))
    }
    let platform = catalog.platform(of: desired)
    let apply = ApplyRun(plan: plan, pristine: platform.planner.pristine(for: desired), progress: progress)
    return await drive(apply, desired.remembering(plan), platform)
  }

  private func drive(_ start: ApplyRun, _ desired: DesiredInstance, _ platform: ReadingPlatform) async
    -> InstanceReport
  {
    var (apply, event) = (start, ApplyEvent.begun)
    var applier: (any Applier)?
    var stepStarted = ContinuousClock.now
    while true {
      if options.interruption.isRequested { apply.interrupt() }
      switch apply.next(after: event) {
      case .lock:
        await applier?.finish()
        applier = nil
        do throws(LockFailure) {
          applier = try await catalog.appliers(of: desired).lockAndOpen(desired, run: id.text)
          event = .locked
        } catch {
          event = .lockFailed(error)
        }
      case .observe: event = await observe(desired, platform.observer)
      case .observeAgain(let databases):
        let earlier = apply.observed.map { EarlierLook($0, changed: databases) }
        event = await observe(desired, platform.observer, since: earlier)
      case .note(let note):
        if note.kind == .intent { stepStarted = .now }
        event = await write(note, after: ContinuousClock.now - stepStarted)
      case .perform(_, let operation): event = await perform(operation, applier)
      case .wait(let wait):
        tell(wait.step, wait.event)
        await options.interruption.cancelling { await options.sleep(wait.duration) }
        event = .waited
      case .finish(let outcome):
        await applier?.finish()
        return ended(outcome, apply)
      }
    }
  }

  private func observe(
    _ desired: DesiredInstance, _ observer: any Observer, since earlier: EarlierLook? = nil
  ) async -> ApplyEvent {
    let now = options.now()
    do throws(ObservationFailure) {
      return .observed(try await observer.observe(desired, at: now, since: earlier), at: now)
    } catch {
      return .observationFailed(error)
    }
  }

  /// Acts are not interrupted, but for commands that say that they stop safely. What an act waits for before it begins
  /// is no part of it.
  private func perform(_ operation: Operation, _ applier: (any Applier)?) async -> ApplyEvent {
    guard let applier else { preconditionFailure("an act comes after the lock") }
    let act: @Sendable () async -> ApplyEvent = {
      do throws(ApplyFailure) {
        try await applier.perform(operation)
        return .performed
      } catch {
        return .performFailed(error)
      }
    }
    if case .command(let command) = operation, command.stopsSafely {
      return await options.interruption.cancelling(act)
    }
    return await options.interruption.telling({ await applier.stopWaiting() }, during: act)
  }

  private func write(_ note: StepNote, after duration: Duration) async -> ApplyEvent {
    let record = StepRecord(run: id, instance: plan.instance, step: note.step, phase: step(note.step).phase)
    do throws(JournalFailure) {
      try await journal.append(note.kind.record(record), at: options.now())
      tell(note.step, note.kind.event(after: duration))
      return .noted
    } catch {
      return .noteFailed(message: error.message)
    }
  }
}

// MARK: Telling

extension InstanceRun {
  private func tell(_ step: Int, _ kind: ProgressEvent.Kind) {
    report(
      ProgressEvent(
        instance: plan.instance, step: step, stepCount: plan.steps.count, title: self.step(step).title,
        kind: kind))
  }

  private func step(_ id: Int) -> Step {
    guard let step = plan.steps.first(where: { $0.id == id }) else {
      preconditionFailure("a step of another plan")
    }
    return step
  }

  /// A run that ends before a step that an earlier one did leaves nothing of it to be done; a stale plan may.
  private func result(of step: Int, _ outcome: InstanceOutcome, _ apply: ApplyRun?) -> StepResult {
    let result = apply?.results[step] ?? .left
    if case .stale = outcome { return result }
    return result == .left && apply?.doneBefore.contains(step) == true ? .doneBefore : result
  }

  private func ended(_ outcome: InstanceOutcome, _ apply: ApplyRun? = nil) -> InstanceReport {
    let steps = plan.steps.map {
      StepReport(id: $0.id, title: $0.title, result: result(of: $0.id, outcome, apply))
    }
    return InstanceReport(
      instance: plan.instance, outcome: outcome, steps: steps,
      changedAnything: apply?.changedAnything ?? false,
      observed: apply?.observed)
  }
}

extension StepNote.Kind {
  fileprivate func record(_ step: StepRecord) -> JournalRecord.Kind {
    switch self {
    case .intent: .stepIntent(step)
    case .done: .stepDone(step)
    case .skipped: .stepSkipped(step)
    case .failed(let message): .stepFailed(step, message: message)
    }
  }

  fileprivate func event(after duration: Duration) -> ProgressEvent.Kind {
    switch self {
    case .intent: .stepStarted
    case .done: .stepFinished(after: duration)
    case .skipped: .skipped
    case .failed(let message): .stepFailed(message: message, after: duration)
    }
  }
}

extension ApplyWait {
  fileprivate var event: ProgressEvent.Kind {
    switch reason {
    case .effect(let what): .waiting(elapsed: elapsed, what: what)
    case .retry(let message): .retrying(after: duration, message: message)
    }
  }
}
