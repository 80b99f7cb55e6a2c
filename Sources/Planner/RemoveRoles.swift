import Diagnostics
import Model

/// Roles with `state: absent`: hand over what they own, take back what they hold, drop them.
extension PlanBuilder {
  mutating func removeRoles() {
    let declared = desired.access.roles.filter { $0.value.state != .present && state.roles[$0.key] != nil }
    for (name, _) in declared.filter({ !$0.value.isToBeRemoved }).sorted(by: { $0.key < $1.key }) {
      note(roleAddress(name), "is there, the specs say it is absent; its document only adds or audits, so that it stays")
    }
    let absent = declared.filter(\.value.isToBeRemoved)
    for (name, role) in absent.sorted(by: { $0.key < $1.key }) where mayRemove(name, role) { handOver(name, role) }
    for (name, role) in absent.sorted(by: { $0.key < $1.key }) where mayRemove(name, role) { drop(name, role) }
  }

  private func owned(_ name: String) -> [(database: String, count: Int)] {
    state.databases.map { ($0.key, $0.value.countOwned(by: name)) }.filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
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
    // Databases themselves are shared: any database will do to hand them over.
    var ownsShared = state.databases.values.contains { $0.owner == name || $0.acl.names(name) }
    for (database, value) in state.databases.sorted(by: { $0.key < $1.key }) where value.isRead {
      let owns = value.countOwned(by: name)
      guard owns > 0 || value.names(name) || ownsShared else { continue }
      ownsShared = false
      var edits: [Edit] = []
      if let heir = heir(role) { edits.append(.reassignOwned(database: database, from: name, to: heir)) }
      edits.append(.dropOwned(database: database, role: name))
      let key = FactKey.ownedObjects(database: database, role: name)
      let facts = (owns > 0 ? [FactChange(key, from: "\(owns)", to: "0")] : []) + lostPrivileges(of: name, in: database)
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

  /// What the role holds, and what others hold from it: nothing of it may be left when it is dropped.
  private func lostPrivileges(of name: String, in database: String) -> [FactChange] {
    guard let value = state.databases[database] else { return [] }
    var lists = state.databases.sorted { $0.key < $1.key }.map { (ObjectGroup.database($0.key), $0.value.acl) }
    lists += value.schemas.sorted { $0.key < $1.key }
      .map { (ObjectGroup(database: database, kind: .schema, names: [$0.key]), $0.value.acl) }
    lists += Dictionary(grouping: value.objects.states.keys.sorted()) { id in
      [id.kind.rawValue, id.schema] + (value.objects.states[id]?.acl.entries.map(\.aclItem) ?? [])
    }.values.sorted { $0[0] < $1[0] }
      .map { ids in
        let group = ObjectGroup(database: database, kind: ids[0].kind, schema: ids[0].schema, names: ids.map(\.name))
        return (group, value.objects.states[ids[0]]?.acl ?? ACL())
      }
    let privileges = lists.flatMap { group, acl in
      acl.entries.filter { $0.grantee == .role(name) || $0.grantor == name }
        .map { FactChange(.privileges(on: group, grantee: $0.grantee, grantor: $0.grantor), from: $0.fact, to: nil) }
    }
    return privileges + lostDefaults(of: name, in: database, value)
  }

  private func lostDefaults(of name: String, in database: String, _ value: Database) -> [FactChange] {
    value.defaultPrivileges.sorted { $0.key < $1.key }.flatMap { list, acl in
      acl.entries.filter { list.owner == name || $0.grantee == .role(name) }
        .map { FactChange(.defaultPrivileges(database: database, of: list, grantee: $0.grantee), from: $0.fact, to: nil) }
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
