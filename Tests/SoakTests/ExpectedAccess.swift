import Model

/// What the specs say about each cell of the matrix, by rules of its own: it shares no code with the planner.
struct ExpectedAccess {
  private let desired: DesiredInstance
  private let before: Observed

  init(_ desired: DesiredInstance, before: Observed) { (self.desired, self.before) = (desired, before) }

  func violations(in matrix: AccessMatrix) -> [String] {
    matrix.cells.compactMap { cell in
      let lenders = matrix.lenders[cell.role] ?? []
      if cell.isHeld {
        return isAllowed(cell, lenders) ? nil : "\(text(cell)), which nothing allows"
      }
      return isAsked(cell) ? "\(text(cell, "lacks")), which the specs grant" : nil
    }
  }

  private func text(_ cell: AccessMatrix.Cell, _ verb: String = "holds") -> String {
    "\(cell.role) \(verb) \(cell.privilege) on \(cell.object.kind) \(cell.database).\(cell.object.schema)."
      + "\(cell.object.name) of \(cell.owner)"
  }

  /// Whether a rule that is carried out names the role, or everybody. What an owner takes from itself is its own affair.
  private func isAsked(_ cell: AccessMatrix.Cell) -> Bool {
    guard cell.role != cell.owner else { return false }
    return rules(on: cell).contains { rule in
      rule.mode != .audit && (rule.grantees.contains(.everybody) || rule.grantees.contains(.role(cell.role)))
        && (rule.grantees.contains(.role(cell.role)) || cell.owner != cell.role)
    } && desired.access.roles[cell.role]?.isToBeRemoved != true
  }

  private func isAllowed(_ cell: AccessMatrix.Cell, _ lenders: Set<String>) -> Bool {
    lenders.contains(cell.owner) || mayHold(.everybody, cell) || lenders.contains { mayHold(.role($0), cell) }
  }

  /// Whether a list may name this very grantee.
  private func mayHold(_ grantee: Grantee, _ cell: AccessMatrix.Cell) -> Bool {
    if rules(on: cell).contains(where: { $0.grantees.contains(grantee) }) { return true }
    return hadBefore(grantee, cell) && !isTaken(from: grantee, cell)
  }

  /// Whether the specs leave the grantee nothing beyond what rules give.
  private func isTaken(from grantee: Grantee, _ cell: AccessMatrix.Cell) -> Bool {
    if let role = grantee.role.flatMap({ desired.access.roles[$0] }) { return role.mode == .authoritative }
    return desired.access.rules.contains { rule in
      rule.mode == .authoritative && rule.grantees.contains(grantee)
        && rule.databases.contains(cell.database) && rule.items.contains { names($0, cell) }
    }
  }

  private func hadBefore(_ grantee: Grantee, _ cell: AccessMatrix.Cell) -> Bool {
    let (object, database) = (cell.object, cell.database)
    let state = before.object(object.kind, database: database, schema: object.schema, name: object.name)
    return state?.acl.privileges(of: grantee).contains(cell.privilege) ?? false
  }

  /// The rules that give the privilege to somebody there.
  private func rules(on cell: AccessMatrix.Cell) -> [GrantRule] {
    desired.access.rules.filter { rule in
      rule.databases.contains(cell.database)
        && rule.items.contains { names($0, cell) && gives($0.privileges, cell.privilege) }
    }
  }

  private func gives(_ privileges: GrantItem.Privileges, _ privilege: PrivilegeSet) -> Bool {
    switch privileges {
    case .all: true
    case .some(let some): some.contains(privilege)
    }
  }

  private func names(_ item: GrantItem, _ cell: AccessMatrix.Cell) -> Bool {
    switch item.selector {
    case .database: cell.object.kind == .database
    case .schemas(let pattern): cell.object.kind == .schema && pattern.matches(cell.object.name)
    case .objects(let kind, let schema, let name):
      kind == cell.object.kind && (schema?.matches(cell.object.schema) ?? true)
        && (name?.matches(cell.object.name) ?? true)
    }
  }
}
