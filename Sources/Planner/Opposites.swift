import Model
import Simulator

/// How one edit is undone: by edits, and with what loss.
struct Opposite {
  var edits: [Edit] = []
  var lost: String?

  static func exactly(_ edits: Edit...) -> Opposite { Opposite(edits: edits) }
  static func never(_ because: String) -> Opposite { Opposite(lost: because) }
}

extension Simulator {
  /// Applies edits one by one and notes for each how it is undone, judged from the instance as it was just before.
  ///
  /// - Parameter joinsGroup: the parameter group of a new instance was there before it, with values of its own.
  mutating func applyWithUndo(
    _ edits: [AttributedEdit], isNew: Bool, bringsGroup: Bool = false, joinsGroup: Bool = false, waiting: [String]
  ) -> [Undo] {
    let entry = observed
    return edits.map { attributed in
      let isOfNew = isNew && !(joinsGroup && attributed.edit.setsParameter)
      var opposite = applyWithOpposite(attributed.edit, entry: entry, isNew: isOfNew, bringsGroup: bringsGroup)
      if bringsGroup, attributed.edit.concernsGroup, opposite.lost == nil {
        opposite = .never("the parameter group and its values stay: there is no way back to the former one")
      }
      if attributed.edit.putsWaitingInForce, !waiting.isEmpty {
        opposite.lost = "\(waiting.joined(separator: ", ")) waited for a restart before, and no longer does"
      }
      return Undo(change: attributed.change, edits: opposite.edits, lost: opposite.lost)
    }
  }

  /// An instance that somebody still holds is copied when it changes, with all its objects: so what a look at it before
  /// the edit tells is found out before the edit.
  private mutating func applyWithOpposite(_ edit: Edit, entry: Observed, isNew: Bool, bringsGroup: Bool) -> Opposite {
    guard edit.isUndoneByOutcome else {
      defer { apply(edit) }
      return opposite(of: edit, before: observed, after: nil, entry: entry, isNew: isNew, bringsGroup: bringsGroup)
    }
    let before = observed
    apply(edit)
    return opposite(of: edit, before: before, after: observed, entry: entry, isNew: isNew, bringsGroup: bringsGroup)
  }
}

extension Edit {
  /// Whether the way back depends on what the server makes of the edit.
  fileprivate var isUndoneByOutcome: Bool {
    switch self {
    case .setDatabaseOwner, .setSchemaOwner, .setOwner, .reassignOwned, .grantDefault, .revokeDefault: true
    default: false
    }
  }

  var concernsGroup: Bool {
    switch self {
    case .setParameter, .createParameterGroup, .removeParameterGroup: true
    default: false
    }
  }

  fileprivate var setsParameter: Bool { if case .setParameter = self { true } else { false } }

  fileprivate var isGrant: Bool { if case .grant = self { true } else { false } }

  fileprivate var putsWaitingInForce: Bool {
    switch self {
    case .restart, .restartMember: true
    default: false
    }
  }
}

/// - Parameter after: only for edits that are undone by what came of them.
private func opposite(
  of edit: Edit, before: Observed, after: Observed?, entry: Observed, isNew: Bool, bringsGroup: Bool
) -> Opposite {
  switch edit {
  case .createInstance: .never("an instance is never dropped by a revert: `state: absent` in its spec does that")
  case .startInstance: isNew ? .never("it belongs to making the instance") : .exactly(.stopInstance)
  case .stopInstance: .exactly(.startInstance)
  case .removeInstance: .never("the data is deleted; only a restore from a backup brings it back")
  case .includeLayer:
    isNew ? Opposite() : .never("the line that includes holdfast.conf stays; without the file it does nothing")
  case .setParameter(let name, _):
    if isNew && before.presence == .stopped {
      Opposite()
    } else if isNew && before.presence == .absent {
      .never("the parameter group stays with the instance")
    } else if before.layer[name] == SecretParameters.shown {
      .never("the former value of \(name) is a secret, and not kept")
    } else {
      .exactly(.setParameter(name: name, value: before.layer[name]))
    }
  case .reload: .exactly(.reload)
  case .restart: .exactly(.restart)
  case .createRole(let name, _): .exactly(.dropRole(name: name))
  case .alterRole(let name, _, let fields):
    before.roles[name].map { .exactly(.alterRole(name: name, attributes: $0.attributes, fields: fields)) } ?? Opposite()
  case .renameRole(let old, let new): .exactly(.renameRole(from: new, to: old))
  case .dropRole(let name): restoreRole(name, before)
  case .comment(let role, _):
    if entry.roles[role] == nil {
      Opposite()
    } else if let old = before.roles[role]?.comment, old.isRepaired {
      .isNoText("comment of \(role)")
    } else {
      .exactly(.comment(role: role, text: before.roles[role]?.comment))
    }
  case .setPassword(let role, _):
    entry.roles[role] == nil ? Opposite() : .never("\(role)'s former password is not known")
  case .removePassword(let role): .never("\(role)'s password can't be brought back")
  case .grantMembership(let edge): restore(edge, before)
  case .revokeMembership(let edge): Opposite(edits: [.grantMembership(edge)], lost: before.lostGrantor(of: edge))
  case .setSetting(let scope, let name, _):
    switch before.value(of: .setting(scope: scope, name: name)) {
    case let old? where old.isRepaired: .isNoText("value of \(name)")
    case let old: .exactly(.setSetting(scope: scope, name: name, value: old))
    }
  case .createDatabase: .never("a database is never dropped: if it is empty, drop it by hand")
  case .renameDatabase(let old, let new): .exactly(.renameDatabase(from: new, to: old))
  case .setDatabaseOwner, .setSchemaOwner, .setOwner, .reassignOwned:
    oppositeOfOwnership(edit, before, after ?? before)
  case .setRowSecurity, .createPolicy, .alterPolicy, .dropPolicy: oppositeOfRowSecurity(edit, before)
  case .createExtension(let database, let name): .exactly(.dropExtension(database: database, name: name))
  case .createSchema(let database, let name, _): .exactly(.dropSchema(database: database, name: name))
  case .grant(let group, let grantee, let grantor, let privileges, let grantable):
    oppositeOfGrant(group, grantee, grantor, privileges, grantable, before)
  case .revoke(let group, let grantee, let grantor, let privileges, let optionOnly):
    oppositeOfRevoke(group, grantee, grantor, privileges, optionOnly, before)
  case .grantDefault(let database, let list, let grantee, _, _),
    .revokeDefault(let database, let list, let grantee, _, _):
    oppositeOfDefaults(database, list, grantee, before, after ?? before)
  case .dropExtension(let database, let name): .exactly(.createExtension(database: database, name: name))
  case .dropSchema(let database, let name):
    .exactly(.createSchema(database: database, name: name, owner: before.databases[database]?.schemas[name]?.owner))
  case .configureBackup: .never("the backup configuration stays: its former text is not kept")
  case .createStanza: .never("a backup repository is never deleted by a revert")
  case .takeBackup: .never("a backup is kept until its retention ends")
  case .deleteBackup(let label): .never("the snapshot \(label) is deleted")
  case .copyBackups(let region, let copied):
    copied
      ? .exactly(.copyBackups(region: region, copied: false))
      : Opposite(
        edits: [.copyBackups(region: region, copied: true)], lost: "the copies that were in \(region)")
  case .copySnapshot(_, let target): .never("the copy in \(target) is kept until its retention ends")
  case .deleteSnapshotCopy(let label, let target): .never("the copy of \(label) in \(target) is deleted")
  case .endSharing: .never("a snapshot is shared only for as long as it is copied")
  case .setManaged(let member, let values, let moment):
    isNew
      ? .never("it belongs to making the instance")
      : oppositeOfSettings(member, values, moment, before, bringsGroup: bringsGroup)
  case .renameInstance(let old, let new): .exactly(.renameInstance(from: new, to: old))
  case .setTag(let name, _): .exactly(.setTag(name: name, value: before.managed?.tags[name]))
  case .addMember(let name, _): .never("the member \(name) stays: leave it out of `members:` to remove it")
  case .removeMember(let name): restoreMember(name, before)
  case .restartMember(let name): .exactly(.restartMember(name: name))
  case .createParameterGroup(let group):
    isNew ? .never("the parameter group stays with the instance") : .exactly(.removeParameterGroup(name: group.name))
  case .removeParameterGroup(let name): .never("the parameter group \(name) is deleted with its values")
  }
}

/// Storage never shrinks, and no version is ever taken back; but what only waits for the window can be.
private func oppositeOfSettings(
  _ member: String?, _ values: [ManagedField: String], _ moment: ManagedMoment, _ before: Observed, bringsGroup: Bool
) -> Opposite {
  guard let settings = before.managed?.settings(of: member) else { return Opposite() }
  var (forced, waiting): ([ManagedField: String], [ManagedField: String]) = ([:], [:])
  for field in values.keys {
    switch moment {
    case .window: waiting[field] = settings.asked(field)
    case .now:
      if field.oneWay(bringsGroup: bringsGroup) == nil { forced[field] = settings.values[field] }
      waiting[field] = forced[field] == nil ? nil : settings.pending[field]
    }
  }
  let lost = values.keys.filter { forced[$0] == nil && waiting[$0] == nil }.sorted()
    .map { $0.oneWay(bringsGroup: bringsGroup) ?? "\($0.label) had no value to go back to" }
  let edits = [(forced, ManagedMoment.now), (waiting, .window)].filter { !$0.0.isEmpty }
  return Opposite(
    edits: edits.map { .setManaged(member: member, values: $0.0, moment: $0.1) },
    lost: lost.joinedOrNil)
}

/// A member is made anew with what was in force. What waited for its window would have to be asked for when it is there.
private func restoreMember(_ name: String, _ before: Observed) -> Opposite {
  guard let settings = before.managed?.members?[name]?.settings else { return Opposite() }
  let waited = settings.pending.sorted { $0.key < $1.key }.map { "\($0.key.label) \($0.value)" }
  return Opposite(
    edits: [.addMember(name: name, values: settings.values)],
    lost: waited.isEmpty ? nil : "what waited for the window of \(name): \(waited.joined(separator: ", "))")
}

extension ManagedField {
  /// Why nothing leads back; `nil` where something does. A parameter group is there for good once the plan deletes the
  /// one before it.
  func oneWay(bringsGroup: Bool) -> String? {
    switch self {
    case .storageSize: "storage never shrinks"
    case .version: "a version is never taken back"
    case .parameterGroup: bringsGroup ? "the parameter group stays: there is no way back to the former one" : nil
    default: nil
    }
  }
}

extension String {
  /// Whether it was read from bytes that are no UTF-8: nobody could write them back.
  fileprivate var isRepaired: Bool { unicodeScalars.contains("\u{FFFD}") }
}

extension Opposite {
  fileprivate static func isNoText(_ thing: String) -> Opposite {
    .never("the former \(thing) is not in UTF-8, or holds U+FFFD, which stands for such bytes")
  }
}

extension [String] {
  /// All of them in one line; `nil` for none.
  var joinedOrNil: String? { isEmpty ? nil : joined(separator: "; ") }
}

private func restoreRole(_ name: String, _ before: Observed) -> Opposite {
  guard let role = before.roles[name] else { return Opposite() }
  var edits: [Edit] = [.createRole(name: name, attributes: role.attributes)]
  if let comment = role.comment, !comment.isRepaired { edits.append(.comment(role: name, text: comment)) }
  edits += before.membershipsToRestore(of: name).map { .grantMembership($0) }
  edits += before.settings.filter { $0.scope.role == name && !$0.value.isRepaired }
    .map { .setSetting(scope: $0.scope, name: $0.name, value: $0.value) }
  let lost =
    (role.password == .none ? [] : ["\(name)'s password"])
    + (role.comment?.isRepaired ?? false ? ["\(name)'s comment, which is not in UTF-8"] : [])
    + before.settings.filter { $0.scope.role == name && $0.value.isRepaired }
    .map { "\(name)'s \($0.name), which is not in UTF-8" } + before.membershipsOfServer(with: name)
    + before.grantorsLost(with: name)
  return Opposite(edits: edits, lost: lost.joinedOrNil)
}

private func restore(_ edge: Membership, _ before: Observed) -> Opposite {
  let old = before.memberships.first { $0.isSameEdge(as: edge, version: before.version) }
  if old == edge { return Opposite() }
  guard let old else { return .exactly(.revokeMembership(edge)) }
  // From 16 on a grant says all options of its edge, so that what hangs on its ADMIN stays.
  if old.inherit != nil { return .exactly(.grantMembership(old)) }
  return Opposite(edits: [.revokeMembership(edge), .grantMembership(old)], lost: before.lostGrantor(of: old))
}

private func oppositeOfGrant(
  _ group: ObjectGroup, _ grantee: Grantee, _ grantor: String, _ privileges: PrivilegeSet, _ grantable: Bool,
  _ before: Observed
) -> Opposite {
  let had = before.entry(group, grantee, grantor)
  var revokes: [Edit] = []
  let new = privileges.subtracting(had?.privileges ?? [])
  if !new.isEmpty {
    revokes.append(.revoke(on: group, from: grantee, grantor: grantor, privileges: new, grantOptionOnly: false))
  }
  let newOption = privileges.subtracting(had?.grantable ?? []).subtracting(new)
  if grantable, !newOption.isEmpty {
    revokes.append(.revoke(on: group, from: grantee, grantor: grantor, privileges: newOption, grantOptionOnly: true))
  }
  let around = columnEdits(onColumnsOf: group, in: before, around: revokes, of: grantee, by: grantor)
  guard grantable, let state = before.object(group.names.first ?? "", of: group), let role = grantee.role,
    state.acl.hangs(onNew: privileges, of: role)
  else { return Opposite(edits: around.first + revokes + around.then) }
  // By now it hangs on what is granted, so that it has to go and come again.
  var given = state.acl
  given.add(ACLEntry(grantee: grantee, grantor: grantor, privileges: privileges, grantable: privileges))
  let edits = transition(on: group, owner: state.owner, from: given, to: state.acl)
  let returns = edits.filter(\.isGrant).map { before.bringingBack($0, to: state) }
  return Opposite(
    edits: around.first + edits.filter { !$0.isGrant } + returns.map(\.edit) + around.then,
    lost: returns.compactMap(\.lost).removingRepeats().joinedOrNil)
}

private func oppositeOfRevoke(
  _ group: ObjectGroup, _ grantee: Grantee, _ grantor: String, _ privileges: PrivilegeSet, _ optionOnly: Bool,
  _ before: Observed
) -> Opposite {
  let edits = grants(group, before.entry(group, grantee, grantor), only: privileges)
  let onColumns = columnGrants(lostWith: group, grantee, grantor, privileges, optionOnly, before)
  guard let state = before.object(group.names.first ?? "", of: group) else { return Opposite(edits: edits + onColumns) }
  let returns = edits.map { before.bringingBack($0, to: state) }
  return Opposite(
    edits: returns.map(\.edit) + onColumns, lost: returns.compactMap(\.lost).removingRepeats().joinedOrNil)
}

extension Observed {
  /// Whether a grant on columns outlived its grantor's option, which can't be lent for it: on the table another grant of his
  /// would hold it.
  private func isHeldByTable(_ edit: Edit) -> Bool {
    guard case .grant(let group, _, let grantor, let privileges, _) = edit, group.kind == .column else { return false }
    return group.members.contains { column in
      let lost = optionsLost(privileges, on: column, of: group.database, grantor: grantor)
      let table = object(column.lendingTarget, in: group.database)
      return (table?.acl.entries ?? []).contains { $0.grantor == grantor && !$0.privileges.isDisjoint(with: lost) }
    }
  }

  /// A grant that has outlived its grantor's option comes back from the owner: the server would let the grantor make it
  /// again only where that is a member of somebody who may grant. On a column it would, but for the right to grant on, which
  /// takes an option in the column's own list.
  ///
  /// - Parameter state: what the grant is to lead back to.
  /// - Source: `check_circularity()` in PostgreSQL's `acl.c`, which looks into that list alone; seen on 15, 16 and 18.
  fileprivate func bringingBack(_ edit: Edit, to state: ObjectState) -> (edit: Edit, lost: String?) {
    guard case .grant(let group, let grantee, let grantor, let privileges, let grantable) = edit, grantor != state.owner
    else { return (edit, nil) }
    // What a role granted to itself is no option that it was given.
    let given = state.acl.entries.filter { $0.grantor != grantor }
    let needed = group.kind == .column && !grantable ? [] : privileges
    let isOwn = grantee == .role(grantor) && !needed.isEmpty
    let isCircular =
      grantable && !state.acl.mayReturn(privileges, from: grantor, to: grantee, owner: state.owner)
    guard isOwn || isCircular || isHeldByTable(edit) || !mayGrant(grantor, needed, by: given) else {
      return (edit, nil)
    }
    return (
      .grant(on: group, to: grantee, grantor: state.owner, privileges: privileges, grantable: grantable),
      "what \(grantor) granted \(grantee) comes back from \(state.owner): \(grantor) may no longer grant it"
    )
  }
}

extension ACL {
  /// Whether something that the role granted would hang on options which it hasn't got.
  fileprivate func hangs(onNew options: PrivilegeSet, of role: String) -> Bool {
    let new = options.subtracting(entries.grantable { $0 == .role(role) })
    return entries.contains { $0.grantor == role && !$0.privileges.isDisjoint(with: new) }
  }

  /// Whether the server lets the grantor give the right to grant on: he has to have it by a way that doesn't lead over
  /// the grantee, and on a column in the column's own list.
  ///
  /// - Source: `check_circularity()` in PostgreSQL's `acl.c`, which looks into one list alone.
  func mayReturn(
    _ options: PrivilegeSet, from grantor: String, to grantee: Grantee, owner: String, isColumn: Bool = false
  ) -> Bool {
    guard !options.isEmpty, let role = grantee.role, isColumn || entries.contains(where: { $0.grantor == role }) else {
      return true
    }
    let held = entries.filter { $0.grantee != grantee }.optionsFromOwner(owner)
    // What he has by no way at all is told otherwise, but what he has on a column by its table.
    let has = isColumn ? options : entries.grantable { $0 == .role(grantor) }
    return (held[grantor] ?? []).isSuperset(of: options.intersection(has))
  }
}

/// What a revoke on tables takes on their columns.
private func columnGrants(
  lostWith group: ObjectGroup, _ grantee: Grantee, _ grantor: String, _ privileges: PrivilegeSet, _ optionOnly: Bool,
  _ before: Observed
) -> [Edit] {
  before.columns(of: group).flatMap { one, state -> [Edit] in
    guard let had = state.acl.entry(grantee, grantor: grantor) else { return [] }
    var left = ACL([had])
    left.remove(privileges, from: grantee, grantor: grantor, grantOptionOnly: optionOnly)
    return grantEdits(on: one, had, beside: left.entry(grantee, grantor: grantor))
  }
}

private func grants(_ group: ObjectGroup, _ entry: ACLEntry?, only privileges: PrivilegeSet) -> [Edit] {
  guard let entry else { return [] }
  let withOption = entry.grantable.intersection(privileges)
  let without = entry.privileges.intersection(privileges).subtracting(withOption)
  return [(without, false), (withOption, true)].filter { !$0.0.isEmpty }.map {
    .grant(on: group, to: entry.grantee, grantor: entry.grantor, privileges: $0.0, grantable: $0.1)
  }
}

private func oppositeOfDefaults(
  _ database: String, _ list: DefaultPrivileges, _ grantee: Grantee, _ before: Observed, _ after: Observed
) -> Opposite {
  let only = { (observed: Observed) in ACL([observed.defaults(database, list, grantee)].compactMap { $0 }) }
  return Opposite(edits: transition(of: list, in: database, from: only(after), to: only(before)))
}

extension Observed {
  /// Whether the entries let the role grant the privileges, itself or what it inherits from.
  fileprivate func mayGrant(_ role: String, _ privileges: PrivilegeSet, by entries: [ACLEntry]) -> Bool {
    func options(of holders: Set<String>) -> PrivilegeSet {
      entries.grantable { $0.role.map(holders.contains) ?? false }
    }
    if options(of: [role]).isSuperset(of: privileges) { return true }
    let graph = RoleGraph(roles: roles, memberships: memberships, version: version ?? ServerVersion(major: 15))
    return options(of: graph.inherited(by: role)).isSuperset(of: privileges)
  }

  /// Each after what gave its grantor ADMIN.
  fileprivate func membershipsToRestore(of name: String) -> [Membership] {
    let edges = memberships.filter { $0.role == name || $0.member == name }
    var left = edges.filter { $0.admin && !isServersAlone($0) } + edges.filter { !$0.admin }
    var found: [Membership] = []
    while let next = left.firstIndex(where: { edge in
      !left.contains { $0.admin && $0 != edge && $0.role == edge.role && $0.member == edge.grantor }
        || found.contains { $0.admin && $0.role == edge.role && $0.member == edge.grantor }
    }) {
      found.append(left.remove(at: next))
    }
    // Where they lead in a circle, none is first.
    return (found + left).map { edge in
      guard lostGrantor(of: edge) != nil else { return edge }
      var edge = edge
      // Before 16 whoever grants it again takes the place of a grantor who is gone.
      edge.grantor = edge.inherit == nil ? capabilities.user : bootstrapSuperuser ?? edge.grantor
      return edge
    }
  }

  /// What the server gave by itself comes back only to who makes the role anew, unless a superuser grants it.
  private func isServersAlone(_ edge: Membership) -> Bool {
    edge.isAutomatic(for: self) && !capabilities.isSuperuser
  }

  /// A membership outlives the right of the role in whose name it stands, where that is a member of somebody else who has it;
  /// before 16 it outlives the role itself, and no other role ever takes that one's place.
  ///
  /// - Source: `pg_auth_members.grantor` of PostgreSQL 15, which nothing guards; seen on 15.20.
  fileprivate func lostGrantor(of edge: Membership) -> String? {
    if edge.inherit == nil {
      return roles[edge.grantor] == nil ? "that a role that is gone granted \(edge.role) to \(edge.member)" : nil
    }
    let mayGrant =
      edge.grantor == bootstrapSuperuser || roles[edge.grantor]?.attributes.superuser == true
      || memberships.contains { $0.role == edge.role && $0.member == edge.grantor && $0.admin }
    return mayGrant ? nil : "that \(edge.grantor), who may no longer do it, granted \(edge.role) to \(edge.member)"
  }

  fileprivate func grantorsLost(with name: String) -> [String] {
    let edges = memberships.filter { $0.role == name || $0.member == name }
    let lent = memberships.filter { $0.inherit == nil && $0.grantor == name && !edges.contains($0) }
    return edges.compactMap(lostGrantor) + lent.map { "that \(name) granted \($0.role) to \($0.member)" }
  }

  fileprivate func membershipsOfServer(with name: String) -> [String] {
    memberships.filter { ($0.role == name || $0.member == name) && isServersAlone($0) }
      .filter { $0.role != name || $0.member != capabilities.user }
      .map { "what \($0.member) may do with \($0.role), which it made" }
  }

  fileprivate func entry(_ group: ObjectGroup, _ grantee: Grantee, _ grantor: String) -> ACLEntry? {
    object(group.names.first ?? "", of: group)?.acl.entry(grantee, grantor: grantor)
  }

  fileprivate func defaults(_ database: String, _ list: DefaultPrivileges, _ grantee: Grantee) -> ACLEntry? {
    (databases[database]?.defaultPrivileges[list] ?? list.builtIn(version: version))
      .entry(grantee, grantor: list.owner)
  }
}
