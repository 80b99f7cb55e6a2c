import Model

/// What undoes a change of row security: the server's own form of before comes back.
func oppositeOfRowSecurity(_ edit: Edit, _ before: Observed) -> Opposite {
  switch edit {
  case .setRowSecurity(let table, _):
    guard let old = before.rowSecurity(of: table) else { return Opposite() }
    return .exactly(.setRowSecurity(on: table, to: old.enforcement))
  case .createPolicy(let table, let name, _): return .exactly(.dropPolicy(on: table, name: name))
  case .dropPolicy(let table, let name):
    guard let old = before.policy(name, on: table) else { return Opposite() }
    return .exactly(.createPolicy(on: table, name: name, policy: old))
  case .alterPolicy(let table, let name, let policy, let fields):
    guard let old = before.policy(name, on: table) else { return Opposite() }
    var new = old
    for field in fields { new.copy(field, from: policy) }
    return Opposite(edits: policyEdits(name, on: table, from: new, to: old))
  default: preconditionFailure("\(edit) is no change of row security")
  }
}
