import Model

/// What changes of row security risk, judged from the table as it is just before. While it is off, policies mean nothing.
func rowSecurityHazards(of edit: Edit, before: Observed, instance: String) -> [Hazard] {
  switch edit {
  case .setRowSecurity(let table, let enforcement):
    let address = FactKey.rowSecurity(on: table).address(in: instance)
    let old = before.rowSecurity(of: table)?.enforcement ?? .disabled
    return [lock(table, instance)] + enforcementHazards(table, address, from: old, to: enforcement)
  case .createPolicy(let table, let name, let policy):
    return policyHazards(table, name, before, instance) { address in
      policy.isPermissive
        ? [Hazard(.accessWidening, address, "\(policy.whom) \(policy.gains) rows that \(name) lets through")]
        : [Hazard(.accessLoss, address, "\(policy.whom) \(policy.loses) rows that \(name) holds back")]
    }
  case .dropPolicy(let table, let name):
    return policyHazards(table, name, before, instance) { address in
      guard let policy = before.policy(name, on: table) else { return [] }
      return policy.isPermissive
        ? [Hazard(.accessLoss, address, "\(policy.whom) \(policy.loses) rows that \(name) let through")]
        : [Hazard(.accessWidening, address, "\(policy.whom) \(policy.gains) rows that \(name) held back")]
    }
  case .alterPolicy(let table, let name, _, let fields):
    return policyHazards(table, name, before, instance) { address in
      let what = "\(name) of \(table.table.schema).\(table.table.name)"
      let labels = fields.map(\.label).joined(separator: ", ")
      return [
        Hazard(.accessLoss, address, "\(what) may hold back more: \(labels)"),
        Hazard(.accessWidening, address, "\(what) may let through more: \(labels)"),
      ]
    }
  default: preconditionFailure("\(edit) is no change of row security")
  }
}

/// One for each table, however many of its policies change: it is taken once.
///
/// - Source: PostgreSQL documentation, "Explicit Locking"; measured on 15, 16 and 18: all of these statements take it.
private func lock(_ table: ProtectedTable, _ instance: String) -> Hazard {
  Hazard(
    .lock, Address.instance(instance).appending(table.path),
    "ACCESS EXCLUSIVE on \(table.table.schema).\(table.table.name): it waits for those who use the table, and whoever comes "
      + "later waits behind it")
}

private func enforcementHazards(
  _ table: ProtectedTable, _ address: Address, from old: RowSecurity.Enforcement, to new: RowSecurity.Enforcement
) -> [Hazard] {
  let name = "\(table.table.schema).\(table.table.name)"
  switch (old.isEnabled, new.isEnabled) {
  case (false, true): return [Hazard(.accessLoss, address, "only rows that a policy lets through are seen in \(name)")]
  case (true, false): return [Hazard(.accessWidening, address, "no policy holds back rows of \(name) any more")]
  case (false, false): return []
  case (true, true): break
  }
  if !old.isForced, new.isForced { return [Hazard(.accessLoss, address, "policies hold the owner of \(name) too")] }
  guard old.isForced, !new.isForced else { return [] }
  return [Hazard(.accessWidening, address, "no policy holds the owner of \(name) any more")]
}

private func policyHazards(
  _ table: ProtectedTable, _ name: String, _ before: Observed, _ instance: String, _ others: (Address) -> [Hazard]
) -> [Hazard] {
  let address = FactKey.policy(on: table, name: name).address(in: instance)
  let isEnabled = before.rowSecurity(of: table)?.enforcement.isEnabled ?? false
  return [lock(table, instance)] + (isEnabled ? others(address) : [])
}

extension Policy {
  fileprivate var whom: String {
    roles.contains(.everybody) ? "everybody" : roles.map(\.description).joined(separator: ", ")
  }

  private var isPlural: Bool { !roles.contains(.everybody) && roles.count > 1 }
  fileprivate var gains: String { isPlural ? "gain" : "gains" }
  fileprivate var loses: String { isPlural ? "lose" : "loses" }
}
