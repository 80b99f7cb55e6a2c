import Model

extension Change {
  /// What the facts say beyond "it comes" and "it goes", one entry a fact.
  func details(verbose: Bool) -> [String] {
    facts.compactMap { fact in
      if fact.key.isExistence && !fact.key.isGroup || fact.key.isBackup || fact.key.isTold { return nil }
      if !verbose && isSilent(fact) { return nil }
      return words(for: fact)
    }
  }

  /// Facts that repeat what another one of the change says, or that hold for every new role.
  private func isSilent(_ fact: FactChange) -> Bool {
    switch fact.key {
    case .roleAttribute(_, let field):
      action == .remove || action == .add && fact.after == RoleAttributes().text(of: field)
    case .runningParameter(let name):
      facts.contains { $0.key == .layerParameter(name: name) }
    case .policyField(_, _, let field): action == .remove || action == .add && fact.after == Policy().text(of: field)
    case .managedInForce(let member, let field):
      // Where it was asked for before, that it is in force from now on is all that changes.
      facts.contains { $0.key == .managed(member: member, field: field) && $0.before == fact.before }
    default: false
    }
  }

  private func words(for fact: FactChange) -> String {
    switch fact.key {
    case .layerParameter(let name): "\(layerBefore(fact, name)) → \(shown(fact.after))"
    case .runningParameter(let name): "\(named(name)) \(shown(fact.before)) → \(shown(fact.after)) in force"
    case .presence: value(of: fact)
    case .policyField(_, _, .permissive) where action == .add && fact.after == "no": "restrictive"
    case .backupFile: fact.before == nil ? "configuration" : "configuration rewritten as the specs say"
    case .managed(_, .backupRetention) where action != .add: "retain \(value(of: fact))"
    case .managed(_, .backupWindow) where action != .add: "window \(value(of: fact))"
    case .managed(_, .backupWindow): "backup.window \(value(of: fact))"
    case .managed(let member, let field)
    where action != .add && address == field.address(in: address.instanceName ?? "", member: member):
      value(of: fact)
    case .parameterGroup(let name): "group \(named(name))"
    case .managedInForce: "\(shown(fact.before)) → \(shown(fact.after)) in force"
    case .tag where address.segments.last == fact.key.label: value(of: fact)
    case .setting(_, let name) where address.segments.last == name: value(of: fact)
    default: "\(fact.key.label)\(action == .add ? " " : ": ")\(value(of: fact))".replacingYes(fact)
    }
  }

  private func value(of fact: FactChange) -> String {
    action == .add && fact.before == nil ? shown(fact.after) : "\(shown(fact.before)) → \(shown(fact.after))"
  }

  /// What holds before the layer says anything is the value in force.
  private func layerBefore(_ fact: FactChange, _ name: String) -> String {
    guard fact.before == nil,
      let running = facts.first(where: { $0.key == .runningParameter(name: name) })?.before
    else { return shown(fact.before) }
    return "not set (\(shown(running)) in force)"
  }
}

extension String {
  /// `login` and `no login` say as much as `login yes` and `login no`.
  fileprivate func replacingYes(_ fact: FactChange) -> String {
    guard case .roleAttribute = fact.key, fact.before == nil else { return self }
    switch fact.after {
    case "yes": return fact.key.label
    case "no": return "no " + fact.key.label
    default: return self
    }
  }
}

extension FactKey {
  /// That the thing is there at all, which the action says already.
  var isExistence: Bool {
    switch self {
    case .exists, .role, .database, .extension, .schema, .policy, .parameterGroup: true
    case .member: true
    default: false
    }
  }

  /// Its name isn't in its address.
  fileprivate var isGroup: Bool { if case .parameterGroup = self { true } else { false } }

  /// The reason of its change says as much.
  fileprivate var isTold: Bool {
    switch self {
    case .awaitsRestart, .settled, .keptBackup, .keptCopy, .snapshotCopy, .snapshotShare: true
    default: false
    }
  }

  fileprivate var isBackup: Bool { if case .backup = self { true } else { false } }
}
