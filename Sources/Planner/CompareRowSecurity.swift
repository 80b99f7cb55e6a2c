import Diagnostics
import Model
import Simulator

/// Row security, table by table: whether it is on, and its policies.
extension PlanBuilder {
  mutating func compareRowSecurity(in database: String) {
    let entries = desired.access.rowSecurity.filter { $0.table.database == database }.sorted { $0.table < $1.table }
    for wanted in entries {
      guard let existing = existingRowSecurity(of: wanted), mayCompare(wanted) else { continue }
      // Before policies go, row security is off where it is to be, and it is on only when they are there.
      if wanted.enforcement?.isEnabled == false { compareEnforcement(wanted, existing) }
      comparePolicies(wanted, existing)
      if wanted.enforcement?.isEnabled == true { compareEnforcement(wanted, existing) }
      warnWithoutEffect(wanted)
    }
  }

  private mutating func existingRowSecurity(of wanted: DesiredRowSecurity) -> RowSecurity? {
    if let existing = state.rowSecurity(of: wanted.table) { return existing }
    guard isWhole, !context.dueOnly else { return nil }
    let (table, address) = (wanted.table, tableAddress(wanted.table))
    if observed.databases[table.database] == nil {
      note(address, "is protected once it exists: plan again after its migration")
      return nil
    }
    let tables = state.databases[table.database]?.objects.states.keys.filter { $0.kind == .table } ?? []
    if tables.contains(where: { $0.schema == table.table.schema && $0.name == table.table.name }) {
      fail(
        .missingObject, "`\(table.text)` is a view or a foreign table, which have no row security", at: wanted.address,
        hint: "name the table under it")
    } else {
      let nearest = closest(table.table.name, in: tables.filter { $0.schema == table.table.schema }.map(\.name))
      fail(
        .missingObject, "there is no table `\(table.text)` on `\(desired.name)`", at: wanted.address,
        hint: nearest.map { "did you mean `\($0)`?" } ?? "it has to be there before its rows are protected")
    }
    return nil
  }

  /// Whether the roles are there and the server reads the expressions; what isn't so is among the diagnostics.
  private mutating func mayCompare(_ wanted: DesiredRowSecurity) -> Bool {
    let readings = state.readings(of: wanted.table)
    var isFine = true
    for (name, policy) in (wanted.policies ?? [:]).sorted(by: { $0.key < $1.key }) {
      let place = wanted.address.appending("policy", name)
      // A role that is left out now takes with it only the changes that need it.
      let isWhole = self.isWhole && !context.dueOnly
      for role in policy.roles.compactMap(\.role)
      where isWhole && !roleExists(role, place: place.appending("to")) {
        isFine = false
      }
      for field in [Policy.Field.using, .check] {
        guard let reason = policy.text(of: field).flatMap({ readings.refused[$0] }) else { continue }
        fail(
          .expression, "`\(field.label)` of the policy `\(name)` on `\(wanted.table.text)`: \(reason)",
          at: place.appending(field.label), hint: "the server reads it with nothing but pg_catalog in its search path")
        isFine = false
      }
    }
    return isFine
  }

  private mutating func compareEnforcement(_ wanted: DesiredRowSecurity, _ existing: RowSecurity) {
    guard let enforcement = wanted.enforcement, enforcement != existing.enforcement else { return }
    let key = FactKey.rowSecurity(on: wanted.table)
    let change = Change(
      address: key.address(in: desired.name), action: .change,
      facts: [FactChange(key, from: existing.enforcement.rawValue, to: enforcement.rawValue)],
      source: source(wanted.address.appending("row_security")))
    plan(change, [.setRowSecurity(on: wanted.table, to: enforcement)], wanted)
  }

  private mutating func comparePolicies(_ wanted: DesiredRowSecurity, _ existing: RowSecurity) {
    guard let policies = wanted.policies else { return }
    for name in Set(policies.keys).union(existing.policies.keys).sorted() {
      switch (policies[name], existing.policies[name]) {
      case (let policy?, nil): create(name, policy, wanted)
      case (nil, let policy?): drop(name, policy, wanted)
      case (let policy?, let old?): compare(name, policy, old, wanted)
      case (nil, nil): continue
      }
    }
  }

  private mutating func create(_ name: String, _ policy: Policy, _ wanted: DesiredRowSecurity) {
    let facts =
      [FactChange(.policy(on: wanted.table, name: name), from: nil, to: "present")]
      + fieldChanges(name, from: nil, to: policy, wanted.table)
    let change = Change(
      address: policyAddress(name, wanted.table), action: .add, facts: facts,
      source: source(wanted.address.appending("policy", name)))
    plan(change, [.createPolicy(on: wanted.table, name: name, policy: policy)], wanted)
  }

  private mutating func drop(_ name: String, _ policy: Policy, _ wanted: DesiredRowSecurity) {
    guard wanted.mode != .additive else { return }
    let facts =
      [FactChange(.policy(on: wanted.table, name: name), from: "present", to: nil)]
      + fieldChanges(name, from: policy, to: nil, wanted.table)
    let change = Change(
      address: policyAddress(name, wanted.table), action: .remove, facts: facts, reason: "no document declares it")
    plan(change, [.dropPolicy(on: wanted.table, name: name)], wanted)
  }

  private mutating func compare(_ name: String, _ policy: Policy, _ old: Policy, _ wanted: DesiredRowSecurity) {
    // What means the same stays as the server has it.
    var policy = policy
    for field in Policy.Field.allCases where !differs(field, policy, old, name, wanted) {
      policy.copy(field, from: old)
    }
    let facts = fieldChanges(name, from: old, to: policy, wanted.table)
    guard !facts.isEmpty else { return }
    let change = Change(
      address: policyAddress(name, wanted.table), action: .change, facts: facts,
      source: source(wanted.address.appending("policy", name)))
    plan(change, policyEdits(name, on: wanted.table, from: old, to: policy), wanted)
  }

  private mutating func differs(
    _ field: Policy.Field, _ policy: Policy, _ old: Policy, _ name: String, _ wanted: DesiredRowSecurity
  ) -> Bool {
    let (new, former) = (policy.text(of: field), old.text(of: field))
    guard field == .using || field == .check else { return new != former }
    switch state.readings(of: wanted.table).compare(new, former) {
    case .same: return false
    case .different: return true
    case .unknown(let reason):
      alarms.append(
        Alarm(
          .notPermitted, policyAddress(name, wanted.table),
          message: "`\(field.label)` can't be compared with the specs: \(reason)",
          hint: "let `connect.user` read what the expression names, or write it as the server does: \(former ?? "")"))
      return false
    }
  }

  private mutating func plan(_ change: Change, _ edits: [Edit], _ wanted: DesiredRowSecurity) {
    var (hazards, simulated): ([Hazard], Simulator) = ([], simulator)
    for edit in edits {
      hazards += Planner.hazards(of: edit, before: simulated.observed, instance: desired.name)
      simulated.apply(edit)
    }
    let piece = Piece(
      phase: .grants, group: wanted.table.database, change: change, edits: edits, hazards: hazards.removingRepeats())
    guard wanted.mode == .audit else { return add(piece) }
    notes.append(
      Note(address: change.address, message: "audit only: \(auditWords(change))", isDifference: true))
  }

  private func auditWords(_ change: Change) -> String {
    switch change.action {
    case .add: "it is not there, the specs ask for it"
    case .remove: "it is there, and no document declares it"
    case .change, .run:
      change.facts.map { "\($0.key.label) is \($0.before ?? "not set"), the specs say \($0.after ?? "none")" }
        .joined(separator: "; ")
    }
  }

  /// Policies that nothing enforces look as if they did something.
  private mutating func warnWithoutEffect(_ wanted: DesiredRowSecurity) {
    guard wanted.enforcement == nil, wanted.policies?.isEmpty == false,
      state.rowSecurity(of: wanted.table)?.enforcement.isEnabled == false
    else { return }
    note(
      tableAddress(wanted.table),
      "row security is off, so that its policies hold nothing back: write `row_security: enabled`"
    )
  }

  private func fieldChanges(
    _ name: String, from old: Policy?, to new: Policy?, _ table: ProtectedTable
  ) -> [FactChange] {
    Policy.Field.allCases.compactMap { field in
      let (before, after) = (old?.text(of: field), new?.text(of: field))
      guard before != after else { return nil }
      return FactChange(.policyField(on: table, name: name, field: field), from: before, to: after)
    }
  }

  private func tableAddress(_ table: ProtectedTable) -> Address { address.appending(table.path) }

  private func policyAddress(_ name: String, _ table: ProtectedTable) -> Address {
    tableAddress(table).appending("policy", name)
  }
}

/// Turns one policy into another. `ALTER POLICY` sets roles and expressions, but takes no expression away and changes
/// neither the command nor whether the policy is permissive: then it is made anew, in the same transaction.
func policyEdits(_ name: String, on table: ProtectedTable, from old: Policy, to new: Policy) -> [Edit] {
  let fields = Policy.Field.allCases.filter { old.text(of: $0) != new.text(of: $0) }
  let isAltered = fields.allSatisfy { field in
    switch field {
    case .permissive, .command: false
    case .roles: true
    case .using, .check: new.text(of: field) != nil
    }
  }
  guard !isAltered else {
    return fields.isEmpty ? [] : [.alterPolicy(on: table, name: name, policy: new, fields: fields)]
  }
  return [.dropPolicy(on: table, name: name), .createPolicy(on: table, name: name, policy: new)]
}
