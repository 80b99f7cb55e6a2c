import Model

/// What the specs say about each cell of the matrix, by rules of its own: it shares no code with the planner.
struct ExpectedAccess {
  private let desired: DesiredAccess
  private let before: Observed

  init(_ desired: DesiredInstance, before: Observed) {
    var schemas = before.databases.mapValues { Set($0.schemas.keys) }
    for (name, database) in desired.databases { schemas[name, default: []].formUnion(database.schemas.keys) }
    (self.desired, self.before) = (BoundAccess(desired.access, schemas: schemas).access, before)
  }

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
    guard cell.role != cell.owner, desired.roles[cell.role]?.isToBeRemoved != true else { return false }
    return cell.places.contains { place in
      [Grantee.everybody, .role(cell.role)].contains { grantee in
        let wishes = wishes(for: grantee, place, cell.database).filter { $0.rule.mode != .audit }
        return sum(wishes).granted.contains(cell.privilege)
      }
    }
  }

  private func isAllowed(_ cell: AccessMatrix.Cell, _ lenders: Set<String>) -> Bool {
    lenders.contains(cell.owner) || mayHold(.everybody, cell) || lenders.contains { mayHold(.role($0), cell) }
  }

  /// Whether a list may name this very grantee.
  private func mayHold(_ grantee: Grantee, _ cell: AccessMatrix.Cell) -> Bool {
    cell.places.contains { place in
      let wishes = wishes(for: grantee, place, cell.database)
      // What only audits forbids nothing.
      if [wishes, wishes.filter { $0.rule.mode != .audit }].contains(where: { sum($0).granted.contains(cell.privilege) }
      ) {
        return true
      }
      return hadBefore(grantee, cell, place) && !isTaken(cell.privilege, from: grantee, wishes)
    }
  }

  /// Whether the specs leave the grantee nothing beyond what rules give.
  private func isTaken(_ privilege: PrivilegeSet, from grantee: Grantee, _ wishes: [Wish]) -> Bool {
    if let role = grantee.role.flatMap({ desired.roles[$0] }) { return role.mode == .authoritative }
    guard wishes.contains(where: { $0.rule.mode == .authoritative }) else { return false }
    // What only audits doesn't say that all else is too much either.
    let sum = sum(wishes.filter { $0.rule.mode != .audit })
    return !sum.granted.isEmpty || sum.taken.contains(privilege)
  }

  private func hadBefore(_ grantee: Grantee, _ cell: AccessMatrix.Cell, _ place: ObjectID) -> Bool {
    let state = before.object(place.kind, database: cell.database, schema: place.schema, name: place.name)
    return state?.acl.privileges(of: grantee).contains(cell.privilege) ?? false
  }

  /// What one item of a rule says of a grantee on an object.
  private struct Wish {
    var rule: GrantRule
    var privileges: PrivilegeSet
    var isExpired: Bool
    /// It speaks of the object by name, and outweighs what is said of all.
    var namesObject: Bool
  }

  private func wishes(for grantee: Grantee, _ object: ObjectID, _ database: String) -> [Wish] {
    let isShared = object.kind == .tablespace || object.kind == .parameter
    return desired.rules.filter { $0.grantees.contains(grantee) && (isShared || $0.databases.contains(database)) }
      .flatMap { rule in
        rule.items.filter { names($0, object) }
          .map { item in
            Wish(
              rule: rule, privileges: privileges(item), isExpired: rule.isExpired(at: SoakServer.now),
              namesObject: isByName(item))
          }
      }
  }

  private func sum(_ wishes: [Wish]) -> (granted: PrivilegeSet, taken: PrivilegeSet) {
    func union(_ isMeant: (Wish) -> Bool) -> PrivilegeSet {
      wishes.reduce(into: []) { if isMeant($1) { $0.formUnion($1.privileges) } }
    }
    let isGiven = { (wish: Wish) in wish.rule.state == .present && !wish.isExpired }
    let isForbidden = { (wish: Wish) in wish.rule.state == .absent && !wish.isExpired }
    let (given, forbidden) = (union { isGiven($0) && $0.namesObject }, union { isForbidden($0) && $0.namesObject })
    let ofAll = (union { isGiven($0) && !$0.namesObject }, union { isForbidden($0) && !$0.namesObject })
    let ended = union { $0.rule.state == .present && $0.isExpired }
    return (
      ofAll.0.subtracting(forbidden).union(given), ofAll.1.subtracting(given).union(forbidden).union(ended)
    )
  }

  private func privileges(_ item: GrantItem) -> PrivilegeSet {
    switch item.privileges {
    case .all: item.kind.allPrivileges(version: before.version ?? ServerVersion(major: 15))
    case .some(let some): some
    }
  }

  private func isByName(_ item: GrantItem) -> Bool {
    if case .objects(_, _, let name) = item.selector { name != nil } else { false }
  }

  private func names(_ item: GrantItem, _ object: ObjectID) -> Bool {
    switch item.selector {
    case .database: object.kind == .database
    case .schemas(let pattern): object.kind == .schema && pattern.matches(object.name)
    case .objects(let kind, let schema, let name):
      kind == object.kind && (schema?.matches(object.schema) ?? true) && (name?.matches(object.name) ?? true)
    }
  }
}

extension AccessMatrix.Cell {
  /// Where what gives the privilege may be written: of a column, in its table's list too.
  fileprivate var places: [ObjectID] { [object] + (object.tableOfColumn.map { [$0] } ?? []) }
}
