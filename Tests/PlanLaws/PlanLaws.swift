import Diagnostics
import Model
import Planner
import Simulator

/// What holds of every plan, whatever it is for. Each law tells how it is broken, if it is.
package struct PlanLaws {
  package var desired: DesiredInstance
  package var observed: Observed
  package var context: PlanContext

  package init(_ desired: DesiredInstance, observed: Observed, context: PlanContext) {
    (self.desired, self.observed, self.context) = (desired, observed, context)
  }

  package func plan(of observed: Observed? = nil, scope: [Address] = []) -> Planned {
    planInstance(desired, observed: observed ?? self.observed, context: context, scope: scope)
  }

  package func simulate(_ steps: [Step], from start: Observed? = nil, fallbacks: [String: String] = [:]) -> Observed {
    var simulator = Simulator(
      start ?? observed, pristine: context.planner.pristine(for: desired), now: context.now, fallbacks: fallbacks)
    for step in steps { simulator.apply(step.work.edits) }
    var end = simulator.observed
    if end.departures != nil { end.findDepartures() }
    return end
  }

  package func violations() -> [String] {
    let planned = plan()
    guard !planned.diagnostics.hasErrors else {
      return planned.plan.steps.isEmpty ? [] : ["there are errors and steps"]
    }
    return isRepeatable(planned) + isTrue(planned.plan) + isAllowed(planned.plan.steps, from: observed)
      + converges(planned.plan)
      + needsEveryStep(planned.plan) + reverts(planned.plan)
  }

  // MARK: The laws

  /// Planning twice gives the same plan, whatever order dictionaries have.
  package func isRepeatable(_ planned: Planned) -> [String] {
    let again = planInstance(desired.reordered, observed: observed.reordered, context: context)
    return planned.plan == again.plan ? [] : ["planning twice gives different plans"]
  }

  /// No step expects or achieves what simulating up to there contradicts, and what the changes say is what comes.
  package func isTrue(_ plan: InstancePlan) -> [String] {
    var found: [String] = []
    var state = observed
    for step in plan.steps {
      for fact in step.expects where state.value(of: fact.key) != fact.value {
        found.append("step \(step.id) expects \(fact)")
      }
      let before = state
      state = simulate([step], from: state)
      for fact in step.achieves where state.value(of: fact.key) != fact.value {
        found.append("step \(step.id) doesn't achieve \(fact)")
      }
      // One fact may change twice in a step: a membership loses one of its grantors, and then the other.
      var latest: [FactKey: String?] = [:]
      for fact in step.makes.flatMap({ plan.changes[$0].facts }) {
        let expected = latest[fact.key] ?? before.value(of: fact.key)
        if fact.before != expected, !step.movesOwners {
          found.append("step \(step.id): before of \(fact) is \(expected ?? "nil")")
        }
        latest.updateValue(fact.after, forKey: fact.key)
        if fact.before == fact.after { found.append("step \(step.id): nothing changes in \(fact)") }
      }
      for (key, after) in latest where after != state.value(of: key) {
        found.append("step \(step.id): after of \(key) is \(state.value(of: key) ?? "nil"), not \(after ?? "nil")")
      }
    }
    return found
  }

  package func isAllowed(_ steps: [Step], from start: Observed) -> [String] {
    var rules = ServerRules(Simulator(start, pristine: context.planner.pristine(for: desired), now: context.now))
    for step in steps { rules.apply(step.work.edits) }
    return rules.violations.map { "the server would refuse: \($0)" }
  }

  /// A second plan is empty. What lies inside a stopped instance is compared only once it runs.
  package func converges(_ plan: InstancePlan) -> [String] {
    guard observed.presence != .stopped else { return [] }
    let second = self.plan(of: simulate(plan.steps))
    // What a new extension would bring nobody can say before.
    let waits = plan.notes.contains { $0.message.contains("may come with the extension") }
    let errors = second.diagnostics.filter { $0.severity == .error && !(waits && $0.code == .missingObject) }
    return errors.map { "the second plan fails: \($0.message)" }
      + second.plan.steps.flatMap(\.makes).map { "a second plan isn't empty: \(second.plan.changes[$0])" }
  }

  /// Leaving any one step out is noticed, if not by the plan then by the server.
  package func needsEveryStep(_ plan: InstancePlan) -> [String] {
    plan.steps.indices.compactMap { index in
      var rest = plan.steps
      let step = rest.remove(at: index)
      let end = simulate(rest)
      let isMissed = step.achieves.contains { end.value(of: $0.key) != $0.value }
      let second = self.plan(of: end)
      // A membership ends before the role that was lent is dropped, which would end it too.
      let isEarly = step.achieves.allSatisfy { fact in
        if case .membership(let role, _) = fact.key { end.roles[role] == nil } else { false }
      }
      return isMissed || isEarly || !second.plan.steps.isEmpty || !second.plan.pending.isEmpty
        || second.diagnostics.hasErrors
        || !isAllowed(rest, from: observed).isEmpty
        ? nil : "step \(step.id) (\(step.title)) is not needed"
    }
  }

  /// Reverting the whole run gives back what was observed, as far as the steps promised.
  package func reverts(_ plan: InstancePlan) -> [String] {
    let end = simulate(plan.steps)
    guard !plan.steps.isEmpty, end.presence == .running else { return [] }
    let record = RunRecord(plan: plan, begun: Set(plan.steps.map(\.id)))
    let revert = revertInstance(record, desired: desired, observed: end, context: context)
    guard !revert.diagnostics.hasErrors else {
      return revert.diagnostics.map { "the revert is refused: \($0.message)" }
    }
    var found = isAllowed(revert.plan.steps, from: end).map { "reverting: \($0)" }
    let back = simulate(revert.plan.steps, from: end, fallbacks: record.fallbacks)
    let kept = Set(revert.plan.notes.map(\.address))
    let isExact = plan.steps.allSatisfy(\.reverse.isExact)
    for fact in plan.steps.filter(\.reverse.isExact).flatMap(\.expects)
    where !kept.contains(fact.key.address(in: desired.name)) {
      // Whose grant it is follows the owner, and one that was handed over doesn't come back.
      if case .privileges = fact.key, !isExact { continue }
      let (was, now) = (observed.value(of: fact.key), back.value(of: fact.key))
      if was != now { found.append("reverting leaves \(fact.key) at \(now ?? "nil"), it was \(was ?? "nil")") }
    }
    if isExact, kept.isEmpty, back.settled != observed.settled {
      found += ["reverting doesn't give back what was observed"] + differences(observed, back)
    }
    return found
  }

  /// A plan for some addresses holds what belongs to them and what that needs, and does what it says.
  package func holdsScope(_ scope: [Address]) -> [String] {
    let (whole, part) = (plan(), plan(scope: scope))
    guard !whole.diagnostics.hasErrors, !part.diagnostics.hasErrors else { return [] }
    let addresses = { (plan: InstancePlan) in Set(plan.changes.map(\.address)) }
    var found = addresses(part.plan).subtracting(addresses(whole.plan)).map { "only the part changes \($0)" }
    let end = simulate(part.plan.steps)
    let asked = whole.plan.changes.filter { change in scope.contains { $0.contains(change.address) } }.flatMap(\.facts)
    // Of a role that goes at last, nothing is left that came before.
    let all = simulate(whole.plan.steps)
    found += asked.filter { ![$0.after, all.value(of: $0.key)].contains(end.value(of: $0.key)) }
      .map { "the part doesn't do \($0)" }
    return found + isTrue(part.plan) + isAllowed(part.plan.steps, from: observed)
  }
}

extension Observed {
  /// Whether something waits for a restart is in no fact: the server finds out by itself.
  fileprivate var settled: Observed {
    var copy = self
    for name in parameters.keys { copy.parameters[name]?.pendingRestart = false }
    copy.managed?.settings.awaitsRestart = false
    copy.managed?.activity = .settled
    for name in (managed?.members ?? [:]).keys {
      copy.managed?.members?[name]?.settings.awaitsRestart = false
      copy.managed?.members?[name]?.activity = .settled
      copy.managed?.members?[name]?.isWriter = false
    }
    return copy
  }
}

extension Step {
  /// The change of an owner rewrites lists, so that other changes of the step begin from what it leaves.
  fileprivate var movesOwners: Bool {
    work.edits.contains { edit in
      switch edit {
      case .setSchemaOwner, .setDatabaseOwner, .setOwner, .renameRole, .reassignOwned: true
      default: false
      }
    }
  }
}

extension Reverse {
  package var isExact: Bool { if case .exact = self { true } else { false } }
}

/// Where two observations differ, for people.
func differences(_ left: Observed, _ right: Observed) -> [String] {
  var found: [String] = []
  func compare<Value: Equatable>(_ name: String, _ path: KeyPath<Observed, Value>) {
    if left[keyPath: path] != right[keyPath: path] {
      found.append("\(name): \(left[keyPath: path]) became \(right[keyPath: path])")
    }
  }
  compare("memberships", \.memberships)
  compare("settings", \.settings)
  compare("layer", \.layer)
  compare("backup", \.backup)
  compare("managed", \.managed)
  for name in Set(left.parameters.keys).union(right.parameters.keys)
  where left.parameters[name] != right.parameters[name] {
    found.append(
      "parameter \(name): \(left.parameters[name]?.running ?? "-") became \(right.parameters[name]?.running ?? "-")")
  }
  for name in Set(left.roles.keys).union(right.roles.keys) where left.roles[name] != right.roles[name] {
    found.append(
      "role \(name): \(String(describing: left.roles[name])) became \(String(describing: right.roles[name]))")
  }
  for name in Set(left.databases.keys).union(right.databases.keys) where left.databases[name] != right.databases[name] {
    found.append("database \(name): \(differences(left.databases[name], right.databases[name]))")
  }
  return found
}

private func differences(_ left: Database?, _ right: Database?) -> [String] {
  guard let left, let right else { return ["one is missing"] }
  var found: [String] = []
  if left.acl != right.acl {
    found.append("\(left.acl.entries.map(\.aclItem)) became \(right.acl.entries.map(\.aclItem))")
  }
  if left.owner != right.owner { found.append("owner") }
  if left.owned != right.owned { found.append("owned \(left.owned) \(right.owned)") }
  for name in Set(left.schemas.keys).union(right.schemas.keys) where left.schemas[name] != right.schemas[name] {
    found.append(
      "\(name) \(left.schemas[name]?.acl.entries.map(\.aclItem) ?? []) became \(right.schemas[name]?.acl.entries.map(\.aclItem) ?? [])"
    )
  }
  for (id, state) in left.objects.states where state != right.objects.states[id] {
    found.append(
      "\(id) \(state.acl.entries.map(\.aclItem)) became \(right.objects.states[id]?.acl.entries.map(\.aclItem) ?? [])")
  }
  if left.defaultPrivileges != right.defaultPrivileges {
    found.append("defaults \(left.defaultPrivileges) became \(right.defaultPrivileges)")
  }
  return found
}
