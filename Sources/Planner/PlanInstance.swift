import Diagnostics
import Model
import Simulator

/// Makes the plan of one instance: the one way to a plan that comes from specs.
///
/// Errors among the diagnostics leave the plan without steps: what the specs ask for can't be done on this instance.
package func planInstance(
  _ desired: DesiredInstance, observed: Observed, context: PlanContext, scope: [Address] = []
) -> Planned {
  let bound = BoundInstance(desired, observed: observed)
  let desired = bound.instance
  var builder = PlanBuilder(desired, observed: observed, context: context)
  builder.build()
  if !scope.isEmpty {
    let selection = select(builder.pieces, scope: scope, observed: observed)
    builder = PlanBuilder(desired, observed: observed, context: context, selection: selection)
    builder.build()
  }
  var refusals = Refusals()
  while true {
    let assembly = builder.assembled()
    guard !assembly.refused.isEmpty else {
      builder.report(bound)
      builder.alarms += refusals.alarms
      return builder.finish(assembly)
    }
    // What comes now is compared with what will really be there. Each round leaves out more, so that it ends.
    refusals.add(assembly.refused, among: builder.pieces, observed: observed)
    builder = PlanBuilder(
      desired, observed: observed, context: context, selection: builder.selection, refused: refusals.ids)
    builder.build()
  }
}

extension PlanBuilder {
  mutating func build() {
    // Somebody else's cluster gets an alarm and nothing else, whatever state it is in.
    guard isOurs || observed.presence == .absent else { return reportForeign() }
    diagnostics += context.planner.diagnose(desired, observed: observed, sources: context.sources)
    switch (desired.state, observed.presence) {
    case (.absent, .absent): return removeLeftGroups()
    case (.absent, .stopped), (.absent, .running): retireInstance()
    case (_, .absent): createInstance()
    case (.running, .stopped): startInstance()
    case (nil, .stopped), (.stopped, .stopped): return
    case (.stopped, .running):
      stopInstance()
      if observed.managed != nil { note(address, "the cloud starts it again by itself after seven days") }
    case (nil, .running), (.running, .running): break
    }
    guard desired.state != .absent, desired.state != .stopped, state.presence == .running else { return }
    guard observed.presence != .stopped else {
      note(address, "what lies inside is compared once it runs: plan again after this apply")
      return
    }
    guard desired.managed == nil || state.managed == nil else { return compareRun() }
    compareInside()
  }

  /// What a cloud keeps of the instance, and what lies inside where somebody could look.
  private mutating func compareRun() {
    compareManaged()
    compareInsideOfManaged()
    reportLeftOut()
  }

  private mutating func compareInsideOfManaged() {
    if let reason = state.unknownInside {
      note(address, "\(reason): what lies inside is compared once it is there, so plan again after this apply")
    } else if !state.roles.isEmpty {
      compareSQL()
    } else if observed.presence == .absent, state.managed?.replicaOf != nil {
      if desired.looksInside { noteReplica() }
    } else if observed.managed?.isSettled == false, desired.looksInside {
      note(address, "what lies inside could not be looked at, and is not compared: plan again when it is available")
    }
  }

  private mutating func compareSQL() {
    guard !observed.isInRecovery else { return noteReplica() }
    compareRoles()
    compareDatabases()
    reassignOwned()
    compareContents()
    removeRoles()
  }

  private mutating func noteReplica() {
    note(address, "it is a read replica: what lies inside comes from its source, and is not compared")
  }

  var isOurs: Bool { observed.host?.isOurs ?? true }

  private mutating func compareInside() {
    guard !observed.isInRecovery else {
      alarms.append(
        Alarm(
          .notPermitted, address, message: "it is a standby: nothing can be changed here",
          hint: "point `connect:` at the primary"))
      return
    }
    includeLayer()
    compareBackupFile()
    compareParameters()
    compareRoles()
    compareDatabases()
    reassignOwned()
    compareContents()
    removeRoles()
    compareBackups()
    reportLeftOut()
  }

  private mutating func reportLeftOut() {
    guard context.dueOnly, leftOutByTime > 0 else { return }
    let noun = leftOutByTime == 1 ? "difference is" : "differences are"
    note(
      address, "\(leftOutByTime) other \(noun) not caused by time alone and left alone by --due: run `holdfast plan`")
  }

  /// Under the names of afterwards: a new name gives and takes nothing.
  private var observedAsRenamed: Observed {
    var simulator = Simulator(observed, pristine: context.planner.pristine(for: desired), now: context.now)
    for edit in pieces.flatMap(\.edits) {
      switch edit {
      case .renameRole, .renameDatabase: simulator.apply(edit)
      default: break  // All other edits change more than names.
      }
    }
    return simulator.observed
  }

  /// The steps; none where the specs hold mistakes.
  func assembled() -> Assembly {
    diagnostics.hasErrors
      ? Assembly() : assemble(pieces, desired: desired, observed: observed, context: context)
  }

  func finish(_ assembly: Assembly) -> Planned {
    var plan = InstancePlan(
      instance: desired.name, summary: context.planner.summary(of: desired, observed: observed),
      systemIdentifier: observed.systemIdentifier)
    plan.nextWindow = observed.managed?.nextWindow
    (plan.alarms, plan.pending, plan.notes) = (alarms, pending, notes.removingRepeats())
    // What is asked for before an instance is made and compared afterwards is one mistake.
    let found = diagnostics.removingRepeats()
    if !found.hasErrors {
      (plan.changes, plan.steps) = (assembly.changes, assembly.steps)
      // Nobody gains or loses anything by nothing.
      if !pieces.isEmpty { plan.effects = effects(from: observedAsRenamed, to: state) }
    }
    var planned = Planned(plan: plan, diagnostics: found)
    planned.isBeingMade = observed.managed?.isBeingMade ?? false
    return planned
  }
}
