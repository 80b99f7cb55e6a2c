import Diagnostics
import Model
import Simulator

/// Roles with `state: absent`: hand over what they own, take back what they hold, drop them.
extension PlanBuilder {
  /// Owners change before privileges are compared, since what a list says changes with its owner.
  mutating func reassignOwned() {
    let leaving = rolesToRemove.filter { mayRemove($0.0, $0.1) }
    let names = state.databases.filter(\.value.isRead).keys.sorted()
    // A database after the other, as the steps run. What all share goes with a role's first: that is one of those that have
    // to be gone through anyway, if any has.
    for database in names {
      for (name, role) in leaving {
        guard let heir = heir(role) else { continue }
        if holdsObjects(database, of: name) || !names.contains(where: { holdsObjects($0, of: name) }) {
          reassign(name, role, to: heir, in: database)
        }
      }
    }
  }

  private func holdsObjects(_ database: String, of role: String) -> Bool {
    state.databases[database]?.holdsObjects(of: role) ?? false
  }

  mutating func removeRoles() {
    for (name, role) in declaredAbsent where !role.isToBeRemoved {
      note(
        roleAddress(name), "is there, the specs say it is absent; its document only adds or audits, so that it stays")
    }
    let removable = rolesToRemove.filter { mayRemove($0.0, $0.1) && isInNoPolicy($0.0, $0.1) }
    for (name, role) in removable { handOver(name, role) }
    for (name, role) in removable { drop(name, role) }
  }

  private var declaredAbsent: [(String, DesiredRole)] {
    desired.access.roles.filter { $0.value.state != .present && state.roles[$0.key] != nil }.sorted { $0.key < $1.key }
  }

  private var rolesToRemove: [(String, DesiredRole)] { declaredAbsent.filter(\.1.isToBeRemoved) }

  private func owned(_ name: String) -> [(database: String, count: Int)] {
    state.databases.map { ($0.key, $0.value.countOwned(by: name)) }.filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
      .map { (database: $0.0, count: $0.1) }
  }

  private func heir(_ role: DesiredRole) -> String? { if case .absent(let heir) = role.state { heir } else { nil } }

  private mutating func mayRemove(_ name: String, _ role: DesiredRole) -> Bool {
    let place = role.document.appending("role", name)
    if let heir = heir(role), !roleExists(heir, place: place) { return false }
    guard holdsOnlyWhatIsManaged(name, place), nothingBlocks(name, place, hasHeir: heir(role) != nil) else {
      return false
    }
    let owned = owned(name)
    guard heir(role) == nil, !owned.isEmpty else { return true }
    let list = owned.map { "\($0.count) in \($0.database)" }.joined(separator: ", ")
    if !diagnostics.contains(where: { $0.code == .ownsObjects && $0.location == source(place) }) {
      fail(
        .ownsObjects, "`\(name)` can't be dropped: it owns objects (\(list))", at: place,
        hint: "say who gets them: `reassign_to: ROLE`")
    }
    return false
  }

  /// Privileges in databases that can't be looked into and on system objects are not read: the role can't be dropped while
  /// it holds some.
  private mutating func holdsOnlyWhatIsManaged(_ name: String, _ place: Address) -> Bool {
    let unmanaged = observed.databases.map {
      ($0.key, ($0.value.listsNaming[name] ?? 0) - $0.value.countLists(naming: name))
    }
    .filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
    guard !unmanaged.isEmpty else { return true }
    let list = unmanaged.map { "\($0.1) in \($0.0)" }.joined(separator: ", ")
    if !diagnostics.contains(where: { $0.code == .unmanagedPrivileges && $0.location == source(place) }) {
      fail(
        .unmanagedPrivileges,
        "`\(name)` can't be dropped: it holds privileges that this version doesn't manage (\(list))", at: place,
        hint: "revoke them by hand: on system objects, or in databases that can't be read")
    }
    return false
  }

  /// The server drops no role that a policy names.
  private mutating func isInNoPolicy(_ name: String, _ role: DesiredRole) -> Bool {
    let policies = state.databases.sorted { $0.key < $1.key }.flatMap { database, value in
      value.rowSecurity.policies(naming: name).map { "\($0.name) on \(database).\($0.table.schema).\($0.table.name)" }
    }
    guard !policies.isEmpty else { return true }
    // The plan of everything may take it out of them.
    guard selection == nil, !context.dueOnly else { return false }
    fail(
      .unmanagedPrivileges,
      "`\(name)` can't be dropped: policies of row security name it (\(policies.joined(separator: ", ")))",
      at: role.document.appending("role", name), hint: "declare these policies without it, or take it out by hand")
    return false
  }

  private mutating func reassign(_ name: String, _ role: DesiredRole, to heir: String, in database: String) {
    guard state.reassignsAnything(in: database, from: name) else { return }
    let edit = Edit.reassignOwned(database: database, from: name, to: heir)
    var after = simulator
    after.apply(edit)
    let keys = state.databases.keys.sorted().map { FactKey.ownedObjects(database: $0, role: name) }
    let facts = keys.map { FactChange($0, from: state.value(of: $0), to: after.observed.value(of: $0)) }.filter {
      $0.before != $0.after
    }
    let change = Change(
      address: roleAddress(name).appending("owned", database), action: .change, facts: facts,
      source: source(role.document.appending("role", name)), reason: "what it owns in \(database) goes to \(heir)")
    let hazard = Hazard(.accessLoss, roleAddress(name), "\(name) no longer owns anything in \(database)")
    add(Piece(phase: .contents, group: database, change: change, edits: [edit], hazards: [hazard]))
  }

  private mutating func handOver(_ name: String, _ role: DesiredRole) {
    // Lists of databases, tablespaces and parameters are shared: any database will do to clear them.
    var isNamedByShared = sharedLists.contains { $0.acl.names(name) }
    let read = state.databases.filter(\.value.isRead).sorted { $0.key < $1.key }
    let inside = read.filter { $0.value.namesInside(name) && isSelected(privilegesAddress(of: name, in: $0.key)) }
    for (database, value) in inside.isEmpty && isNamedByShared ? Array(read.prefix(1)) : inside {
      let lists = (isNamedByShared ? sharedLists : []) + self.lists(in: value, database)
      let edits = revokes(from: name, in: lists)
      isNamedByShared = false
      let change = Change(
        address: privilegesAddress(of: name, in: database), action: .change,
        facts: lostPrivileges(of: name, in: lists) + lostDefaults(of: name, in: database, value),
        source: source(role.document.appending("role", name)), reason: "its privileges in \(database) are revoked")
      add(
        Piece(
          phase: .handover, group: database, change: change,
          edits: edits + revokedDefaults(of: name, in: database, value),
          hazards: [Hazard(.accessLoss, roleAddress(name), "\(name) loses its privileges in \(database)")],
          removal: Piece.Removal(role: name, heir: heir(role))))
    }
  }

  private func privilegesAddress(of name: String, in database: String) -> Address {
    roleAddress(name).appending("privileges", database)
  }

  /// What the role holds, and what others hold from it: nothing of it may be left when it is dropped.
  private func lostPrivileges(of name: String, in lists: [List]) -> [FactChange] {
    lists.flatMap { list in
      list.acl.entries.filter { $0.grantee == .role(name) || $0.grantor == name }
        .map {
          FactChange(.privileges(on: list.group, grantee: $0.grantee, grantor: $0.grantor), from: $0.fact, to: nil)
        }
    }
  }

  /// - Parameter table: of columns, the list of their table, where entries depend on it.
  private typealias List = (group: ObjectGroup, owner: String, acl: ACL, table: ACL?)

  private var sharedLists: [List] {
    state.databases.sorted { $0.key < $1.key }.map { (.database($0.key), $0.value.owner, $0.value.acl, nil) }
      + state.shared.states.sorted { $0.key < $1.key }.map { id, state in
        (ObjectGroup(database: "", kind: id.kind, names: [id.name]), state.owner, state.acl, nil)
      }
  }

  private func lists(in value: Database, _ database: String) -> [List] {
    struct Key: Hashable {
      var kind: ObjectKind
      var schema: String
      var state: ObjectState
      var lender: ObjectID?
    }
    let schemas = value.schemas.sorted { $0.key < $1.key }.map { name, schema -> List in
      (ObjectGroup(database: database, kind: .schema, names: [name]), schema.owner, schema.acl, nil)
    }
    let groups = Dictionary(grouping: value.objects.states) {
      Key(kind: $0.key.kind, schema: $0.key.schema, state: $0.value, lender: value.objects.lender(to: $0.key))
    }
    let objects = groups.map { key, members -> List in
      let names = members.map(\.key.name).sorted()
      return (
        ObjectGroup(database: database, kind: key.kind, schema: key.schema, names: names), key.state.owner,
        key.state.acl, key.lender.flatMap { value.objects.states[$0]?.acl }
      )
    }
    return schemas
      + objects.sorted {
        ($0.group.schema, $0.group.kind, $0.group.names[0]) < ($1.group.schema, $1.group.kind, $1.group.names[0])
      }
  }

  /// Each by itself: DROP OWNED would say it in one word, and would also delete what the role made meanwhile.
  private func revokes(from name: String, in lists: [List]) -> [Edit] {
    lists.flatMap { list -> [Edit] in
      let table = list.table.map { outcomes(of: $0, list.owner, without: name) } ?? []
      let lent = LentOptions(table) { $0 == .role(name) }
      let rest = outcomes(of: list.acl, list.owner, without: name, lent).map(\.rest)
      return transition(on: list.group, owner: list.owner, from: list.acl, to: ACL(rest))
    }
  }

  private func outcomes(
    of acl: ACL, _ owner: String, without name: String, _ lent: LentOptions = LentOptions()
  ) -> [EntryOutcome] {
    var outcomes = acl.entries.map { entry in
      var outcome = EntryOutcome(entry)
      if entry.grantee == .role(name) || entry.grantor == name { outcome.keep([], grantable: []) }
      return outcome
    }
    dropLoose(&outcomes, owner: owner, lent: lent) { $0 == .role(name) }
    return outcomes
  }

  private func lostDefaults(of name: String, in database: String, _ value: Database) -> [FactChange] {
    value.defaultPrivileges.sorted { $0.key < $1.key }.flatMap { list, acl in
      let rest = remaining(list, acl, without: name)
      return Set((acl.entries + rest.entries).map(\.grantee)).sorted().compactMap { grantee -> FactChange? in
        let (before, after) = (acl.entry(grantee, grantor: list.owner), rest.entry(grantee, grantor: list.owner))
        guard before != after else { return nil }
        let key = FactKey.defaultPrivileges(database: database, of: list, grantee: grantee)
        return FactChange(key, from: before?.fact, to: after?.fact)
      }
    }
  }

  /// A list of the role's own goes back to what is built in, so that nothing of it is left.
  private func revokedDefaults(of name: String, in database: String, _ value: Database) -> [Edit] {
    value.defaultPrivileges.sorted { $0.key < $1.key }.flatMap { list, acl in
      transition(of: list, in: database, from: acl, to: remaining(list, acl, without: name))
    }
  }

  private func remaining(_ list: DefaultPrivileges, _ acl: ACL, without name: String) -> ACL {
    list.owner == name
      ? list.builtIn(version: state.version) : ACL(acl.entries.filter { $0.grantee != .role(name) })
  }

  private mutating func drop(_ name: String, _ role: DesiredRole) {
    let facts = [FactChange(.role(name: name), from: "present", to: nil)]
    let change = Change(
      address: roleAddress(name), action: .remove, facts: facts, source: source(role.document.appending("role", name)))
    var hazards = [Hazard(.accessLoss, roleAddress(name), "\(name) is removed with all its access")]
    if state.roles[name]?.password != PasswordState.none {
      hazards.append(Hazard(.irreversible, roleAddress(name), "\(name)'s password can't be brought back"))
    }
    hazards += sessionHazards(of: name) + dumpHazards(of: name)
    add(
      Piece(
        phase: .retire, change: change, edits: [.dropRole(name: name)], hazards: hazards,
        removal: Piece.Removal(role: name, heir: heir(role))))
  }
}

extension Database {
  /// How many of the lists that are read name the role beside their owner, as the catalogs count them.
  fileprivate func countLists(naming role: String) -> Int {
    let named =
      [(owner, acl)]
      + (isRead ? schemas.values.map { ($0.owner, $0.acl) } + objects.states.values.map { ($0.owner, $0.acl) } : [])
    let defaults = isRead ? defaultPrivileges.filter { $0.key.owner != role && $0.value.names(role) }.count : 0
    return named.filter { $0.0 != role && $0.1.names(role) }.count + defaults
  }

  /// Whether the role owns something that lies in the database, which itself is no such thing.
  fileprivate func holdsObjects(of role: String) -> Bool {
    countOwned(by: role) > (owned[role] == nil && owner == role ? 1 : 0)
  }

  /// Whether any list of what lies in the database names the role.
  fileprivate func namesInside(_ role: String) -> Bool {
    let lists = schemas.values.map(\.acl) + defaultPrivileges.values
    if lists.contains(where: { $0.names(role) }) || defaultPrivileges.keys.contains(where: { $0.owner == role }) {
      return true
    }
    return objects.states.values.contains { $0.acl.names(role) }
  }
}

extension ACL {
  func names(_ role: String) -> Bool {
    entries.contains { $0.grantee == .role(role) || $0.grantor == role }
  }
}
