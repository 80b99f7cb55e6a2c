import Diagnostics
import Model

/// Roles with `state: absent`: hand over what they own, take back what they hold, drop them.
extension PlanBuilder {
  mutating func removeRoles() {
    let absent = desired.access.roles.filter { $0.value.state != .present && state.roles[$0.key] != nil }
    for (name, role) in absent.sorted(by: { $0.key < $1.key }) where mayRemove(name, role) { handOver(name, role) }
    for (name, role) in absent.sorted(by: { $0.key < $1.key }) where mayRemove(name, role) { drop(name, role) }
  }

  private func owned(_ name: String) -> [(database: String, count: Int)] {
    observed.databases.map { ($0.key, $0.value.countOwned(by: name)) }.filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
      .map { (database: $0.0, count: $0.1) }
  }

  private func heir(_ role: DesiredRole) -> String? { if case .absent(let heir) = role.state { heir } else { nil } }

  private mutating func mayRemove(_ name: String, _ role: DesiredRole) -> Bool {
    let place = role.document.appending("role", name)
    if let heir = heir(role), !roleExists(heir, place: place) { return false }
    let owned = owned(name)
    guard heir(role) == nil, !owned.isEmpty else { return true }
    let list = owned.map { "\($0.count) in \($0.database)" }.joined(separator: ", ")
    if !diagnostics.contains(where: { $0.code == .ownsObjects && $0.location == source(place) }) {
      fail(.ownsObjects, "`\(name)` can't be dropped: it owns objects (\(list))", at: place, hint: "say who gets them: `reassign_to: ROLE`")
    }
    return false
  }

  private mutating func handOver(_ name: String, _ role: DesiredRole) {
    for (database, value) in observed.databases.sorted(by: { $0.key < $1.key }) where value.isRead {
      let owns = value.countOwned(by: name)
      guard owns > 0 || value.names(name) else { continue }
      var edits: [Edit] = []
      if let heir = heir(role) { edits.append(.reassignOwned(database: database, from: name, to: heir)) }
      edits.append(.dropOwned(database: database, role: name))
      let key = FactKey.ownedObjects(database: database, role: name)
      let facts = owns > 0 ? [FactChange(key, from: "\(owns)", to: "0")] : []
      let change = Change(
        address: roleAddress(name), action: .change, facts: facts, source: source(role.document.appending("role", name)),
        reason: heir(role).map { "its objects in \(database) go to \($0), its privileges there are revoked" }
          ?? "its privileges in \(database) are revoked")
      add(
        Piece(
          phase: .handover, group: database, change: change, edits: edits,
          hazards: [Hazard(.accessLoss, roleAddress(name), "\(name) is removed with all its access")]))
    }
  }

  private mutating func drop(_ name: String, _ role: DesiredRole) {
    let facts = [FactChange(.role(name: name), from: "present", to: nil)]
    let change = Change(
      address: roleAddress(name), action: .remove, facts: facts, source: source(role.document.appending("role", name)))
    add(
      Piece(
        phase: .retire, change: change, edits: [.dropRole(name: name)],
        hazards: [
          Hazard(.accessLoss, roleAddress(name), "\(name) is removed with all its access"),
          Hazard(.irreversible, roleAddress(name), "\(name)'s password can't be brought back"),
        ]))
  }
}

extension Database {
  /// Whether any list of the database names the role.
  fileprivate func names(_ role: String) -> Bool {
    let lists = [acl] + schemas.values.map(\.acl) + defaultPrivileges.values
    if lists.contains(where: { $0.names(role) }) || defaultPrivileges.keys.contains(where: { $0.owner == role }) { return true }
    return objects.states.values.contains { $0.acl.names(role) }
  }
}

extension ACL {
  fileprivate func names(_ role: String) -> Bool {
    entries.contains { $0.grantee == .role(role) || $0.grantor == role }
  }
}
