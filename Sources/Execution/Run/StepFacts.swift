import Model
import Planner

/// How a step stands to an observed instance.
extension Step {
  /// Whether the step's effect is there already. Never so for a step whose effect is in no fact, such as a reload.
  func isDone(in observed: Observed) -> Bool {
    hasVisibleEffect && achieves.allSatisfy(observed.holds)
  }

  /// Whether a look tells that a step which was begun is done. What a reload does may show in no fact, and it can be
  /// done twice, so that a step that ends in one is done again.
  func isSurelyDone(in observed: Observed) -> Bool { isDone(in: observed) && work.edits.last != .reload }

  private var hasVisibleEffect: Bool {
    let before = Dictionary(expects.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    return achieves.contains { fact in before[fact.key].map { $0 != fact.value } ?? true }
  }

  /// One operation that is done whole or not at all, and seen to be, so that nobody finds the step half-done.
  var isAtomic: Bool {
    guard work.operations.count == 1, work.edits.last != .reload else { return work.operations.isEmpty }
    switch work.operations[0] {
    case .sql(let batch): return batch.isTransaction || batch.statements.count == 1
    case .file: return true
    case .command, .http: return false
    }
  }

  /// Whether a cloud has taken the step's call and is still at it: then it is waited for and not asked again.
  func isUnderWay(in observed: Observed) -> Bool {
    let isCall = !work.operations.isEmpty && work.operations.allSatisfy { if case .http = $0 { true } else { false } }
    guard isCall, let managed = observed.managed, !managed.isSettled || isWaitedFor(observed) else { return false }
    let before = Dictionary(expects.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    let lasting = achieves.filter { $0.key != .settled && !$0.key.isManagedInForce }
    return lasting.allSatisfy(observed.holds)
      && lasting.contains { fact in before[fact.key].map { $0 != fact.value } ?? false }
  }

  /// Whether a value that was asked for at once is pending.
  private func isWaitedFor(_ observed: Observed) -> Bool {
    achieves.contains { $0.key.isManagedInForce && !observed.holds($0) && observed.accepts($0) }
  }

  /// The databases that its edits look or reach into; `nil` where that may be any.
  var databasesWithin: Set<String>? {
    var names: Set<String> = []
    for edit in work.edits {
      guard let within = edit.databasesWithin else { return nil }
      names.formUnion(within)
    }
    return names
  }

  /// A parameter group takes so many values a call, and a step may need several calls.
  var writesParametersByCalls: Bool {
    work.edits.allSatisfy { if case .setParameter = $0 { true } else { false } }
      && work.operations.allSatisfy { if case .http = $0 { true } else { false } }
  }

  /// What brings the values of before back, so far as they are known.
  var putsBack: [Operation] {
    switch reverse {
    case .exact(let operations), .partial(let operations, _): operations
    case .forwardOnly: []
    }
  }

  /// The expectations that do not hold.
  ///
  /// - Parameter orDone: takes the value that the step itself leaves for as good, because the step may be half-done.
  func moved(in observed: Observed, of instance: String, orDone: Bool = false) -> [MovedFact] {
    let after =
      orDone ? Dictionary(achieves.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }) : [:]
    let facts = expects.filter { fact in
      if fact.isUnknownPassword || observed.holds(fact) { return false }
      if orDone, fact.key == .layer { return !isOnTheWay(observed, from: fact.value ?? "") }
      guard let done = after[fact.key] else { return true }
      return !observed.holds(Fact(key: fact.key, value: done))
    }
    return movedServer(observed, instance)
      + facts.map { MovedFact($0, of: instance, found: observed.value(of: $0.key)) }
  }

  private func movedServer(_ observed: Observed, _ instance: String) -> [MovedFact] {
    guard phase.needsServer else { return [] }
    if observed.presence != .running { return [.state(of: instance, "running", observed.presence.rawValue)] }
    return observed.isInRecovery ? [.state(of: instance, "open for writing", "in recovery")] : []
  }

  /// Whether each entry of the layer is as it was or as the step's edits leave it.
  private func isOnTheWay(_ observed: Observed, from text: String) -> Bool {
    var before: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      before[parts[0]] = parts.count > 1 ? parts[1] : ""
    }
    var after = before
    for case .setParameter(let name, let value) in work.edits { after[name] = value }
    return Set(observed.layer.keys).union(before.keys).union(after.keys).allSatisfy { name in
      [before[name], after[name]].contains { observed.holds(Fact(key: .layerParameter(name: name), value: $0)) }
    }
  }

  /// What the step has not achieved yet: neither so, nor accepted and waiting for a restart, nor beyond our sight.
  ///
  /// What was asked for at once is waited for until it is in force: a cloud says `available` for a while after it took the
  /// call and before it begins.
  func unachieved(in observed: Observed) -> [Fact] {
    achieves.filter { $0.key.isManagedInForce ? !observed.holds($0) : !observed.accepts($0) }
  }
}

extension Phase {
  /// Whether the step is done inside a running server.
  var needsServer: Bool {
    switch self {
    case .roles, .databases, .contents, .grants, .handover, .retire, .backup, .restart: true
    case .prepare, .modify, .tidy, .create, .backupFile, .start, .parameters, .stanza, .stop, .remove: false
    }
  }
}

extension MovedFact {
  static func state(of instance: String, _ expected: String, _ found: String) -> MovedFact {
    MovedFact(address: .instance(instance), what: "state", expected: expected, found: found)
  }
}

extension Observed {
  /// Holds, or cannot hold yet or be seen by anybody: a value pending a restart, a password that can't be checked.
  func accepts(_ fact: Fact) -> Bool {
    if holds(fact) { return true }
    switch fact.key {
    case .runningParameter(let name): return parameters[name]?.pendingRestart == true
    case .rolePassword: return value(of: fact.key) == "unknown"
    case .managedInForce(let member, let field): return managed?.settings(of: member)?.pending[field] == fact.value
    default: return false
    }
  }
}

extension Edit {
  /// The databases whose contents it may change; `nil` for an edit that changes names in all of them, or that is no SQL.
  fileprivate var databasesWithin: Set<String>? {
    if let database { return [database] }
    switch self {
    case .createDatabase(let name, _): return [name]
    case .createRole, .alterRole, .comment, .setPassword, .removePassword, .grantMembership, .revokeMembership,
      .setSetting,
      .setDatabaseOwner, .grant, .revoke:
      return []
    default: return nil
    }
  }
}

extension FactKey {
  fileprivate var isManagedInForce: Bool { if case .managedInForce = self { true } else { false } }
}

extension Fact {
  /// Nobody could judge the password when the plan was made, so nothing is expected of it.
  fileprivate var isUnknownPassword: Bool {
    if case .rolePassword = key { value == "unknown" } else { false }
  }
}
