import Model
import Planner

/// What the user that applies would be refused, found from the catalogs alone.
///
/// - Parameter observed: the instance as it is when the first of the edits runs. What earlier edits of the list make
///   (a role, a database, a schema) belongs to the user that makes it.
/// - Shape: one obstacle an edit at most, in the edits' order; none for a superuser but where a switch of the server
///   stands in the way. Edits that are no SQL have none.
package func obstacles(to edits: [Edit], observed: Observed) -> [Obstacle] {
  var judge = PermissionJudge(observed)
  return edits.compactMap { edit in
    defer { judge.note(edit) }
    return judge.refusal(of: edit).map { Obstacle(edit: edit, message: $0) }
  }
}

private struct PermissionJudge {
  private var observed: Observed
  private let user: String
  private let version: ServerVersion
  private let graph: RoleGraph
  private let held: Set<String>
  private let others: RightHolders
  private var assumable: Set<String>
  private var lendable: Set<String>

  init(_ observed: Observed) {
    self.observed = observed
    user = observed.capabilities.user
    version = observed.version ?? ServerVersion(major: 15)
    graph = RoleGraph(roles: observed.roles, memberships: observed.memberships, version: version)
    held = graph.inherited(by: user)
    others = RightHolders(observed: observed, graph: graph, user: user)
    assumable = graph.assumable(by: user)
    // A platform may know more than the edges that were read.
    lendable = graph.lendable(by: user).union(observed.capabilities.administers)
  }

  private var may: Capabilities { observed.capabilities }
  private var attributes: RoleAttributes { observed.roles[user]?.attributes ?? RoleAttributes() }

  /// From 16 on whoever creates a role administers it; before, CREATEROLE administers all but superusers.
  mutating func note(_ edit: Edit) {
    switch edit {
    case .createRole(let name, _), .renameRole(_, let name): lendable.insert(name)
    case .grantMembership(let membership) where held.contains(membership.member) && membership.set ?? true:
      assumable.insert(membership.role)
    case .setSchemaOwner(let database, let name, let owner):
      observed.databases[database]?.schemas[name]?.owner = owner
    default: break  // Nothing else gives rights that a later edit of the list needs.
    }
  }

  func refusal(of edit: Edit) -> String? {
    switch edit {
    case .createInstance, .startInstance, .stopInstance, .removeInstance, .includeLayer, .restart,
      .configureBackup,
      .createStanza, .takeBackup, .deleteBackup, .copyBackups, .copySnapshot, .deleteSnapshotCopy, .endSharing,
      .setManaged, .renameInstance, .setTag, .addMember,
      .removeMember, .restartMember,
      .createParameterGroup, .removeParameterGroup:
      nil
    case .setParameter(let name, _):
      may.mayAlterSystem ? nil : "\(user) may not ALTER SYSTEM (\(name)): it needs SUPERUSER"
    case .reload: may.isSuperuser ? nil : "\(user) may not reload the configuration: it needs SUPERUSER"
    case .createRole(let name, let attributes):
      may.mayCreateRoles
        ? refusedAttributes(
          name, attributes,
          RoleAttributes.Field.allCases.filter { attributes.text(of: $0) != RoleAttributes().text(of: $0) })
        : "\(user) may not create roles: it needs CREATEROLE"
    case .alterRole(let name, let attributes, let fields):
      refusedChange(of: name) ?? refusedAttributes(name, attributes, fields)
    case .renameRole(let name, _), .dropRole(let name), .comment(let name, _): refusedChange(of: name)
    case .setPassword(let name, _), .removePassword(let name): name == user ? nil : refusedChange(of: name)
    case .grantMembership(let membership), .revokeMembership(let membership): refusedLending(membership)
    case .setSetting(let scope, _, _): refusedSetting(scope)
    case .createDatabase(let name, let owner): refusedCreation(of: name, owner: owner)
    case .renameDatabase(let name, _): refusedOwnership("database \(name)", databaseOwner(name))
    case .setDatabaseOwner(let name, let owner):
      refusedOwnership("database \(name)", databaseOwner(name))
        ?? refusedHandover("database \(name)", to: owner)
    case .createExtension, .dropExtension, .createSchema, .dropSchema, .setSchemaOwner, .setOwner, .grant, .revoke,
      .grantDefault,
      .revokeDefault, .reassignOwned, .setRowSecurity, .createPolicy, .alterPolicy, .dropPolicy:
      refusalInDatabase(edit)
    }
  }
}

// Roles.
extension PermissionJudge {
  /// A role that isn't there yet will be the user's own making.
  private func isAdministered(_ role: String) -> Bool {
    lendable.contains(role) || observed.roles[role] == nil
  }

  private func refusedChange(of role: String) -> String? {
    if may.isSuperuser { return nil }
    if observed.roles[role]?.attributes.superuser == true {
      return "only a superuser may change the superuser \(role)\(others.superusersCould)"
    }
    guard may.mayCreateRoles else {
      return
        "\(user) may not change role \(role): it needs CREATEROLE\(others.couldAdminister(role, altering: true))"
    }
    return isAdministered(role)
      ? nil
      : "\(user) may not change role \(role): it needs ADMIN OPTION on it"
        + others.couldAdminister(role, altering: true)
  }

  /// What only a superuser gives; from 16 on also who has it and may create roles.
  private func refusedAttributes(
    _ role: String, _ attributes: RoleAttributes, _ fields: [RoleAttributes.Field]
  ) -> String? {
    if may.isSuperuser { return nil }
    for field in fields {
      switch field {
      case .superuser where attributes.superuser || observed.roles[role]?.attributes.superuser == true:
        return "only a superuser may give or take SUPERUSER (\(role))"
      case .replication where !(version.major >= 16 && self.attributes.replication):
        return "\(user) may not give or take REPLICATION (\(role))"
      case .bypassRowSecurity where !(version.major >= 16 && self.attributes.bypassRowSecurity):
        return "\(user) may not give or take BYPASSRLS (\(role))"
      case .createDatabase where version.major >= 16 && !self.attributes.createDatabase:
        return "\(user) may not give or take CREATEDB (\(role)): it has not got it itself"
      default: continue  // Free to whoever may change the role.
      }
    }
    return nil
  }

  private func refusedLending(_ membership: Membership) -> String? {
    if may.isSuperuser { return nil }
    if observed.roles[membership.role]?.attributes.superuser == true {
      return "only a superuser may lend the superuser \(membership.role)\(others.superusersCould)"
    }
    guard isAdministered(membership.role) else {
      return "\(user) may not lend role \(membership.role): it needs ADMIN OPTION on it"
        + others.couldAdminister(membership.role, altering: false)
    }
    guard version.major >= 16, !held.contains(membership.grantor) else { return nil }
    return
      "\(user) may not act for \(membership.grantor), who lent \(membership.role) to \(membership.member)"
      + others.couldAct(as: membership.grantor)
  }

  private func refusedSetting(_ scope: SettingScope) -> String? {
    if let role = scope.role { return role == user && scope.database == nil ? nil : refusedChange(of: role) }
    if let database = scope.database { return refusedOwnership("database \(database)", databaseOwner(database)) }
    return may.isSuperuser ? nil : "\(user) may not set anything for all roles: it has to be a superuser"
  }
}

// Ownership.
extension PermissionJudge {
  private func databaseOwner(_ name: String) -> String? { observed.databases[name]?.owner }

  /// - Parameter owner: `nil` for what an earlier edit makes; it belongs to the user then.
  private func refusedOwnership(_ thing: String, _ owner: String?) -> String? {
    guard !may.isSuperuser, let owner, !held.contains(owner) else { return nil }
    return "\(user) may not change \(thing): it belongs to \(owner)"
  }

  private func refusedHandover(_ thing: String, to owner: String) -> String? {
    guard !may.isSuperuser, owner != user, !assumable.contains(owner) else { return nil }
    return "\(user) may not give \(thing) to \(owner): it has to be a member of that role"
  }

  private func refusedCreation(of database: String, owner: String?) -> String? {
    guard may.mayCreateDatabases else { return "\(user) may not create databases: it needs CREATEDB" }
    return owner.flatMap { refusedHandover("database \(database)", to: $0) }
  }

  private func refusalInDatabase(_ edit: Edit) -> String? {
    if may.isSuperuser { return nil }
    switch edit {
    case .createExtension(let database, let name):
      return holds(.create, database: database)
        ? nil : "\(user) may not create extension \(name) in \(database): it needs CREATE there"
    case .createSchema(let database, let name, let owner):
      if !holds(.create, database: database) {
        return "\(user) may not create schema \(name) in \(database): it needs CREATE there"
      }
      return owner.flatMap { refusedHandover("schema \(name)", to: $0) }
    case .dropSchema(let database, let name): return refusedSchema(database, name)
    case .setSchemaOwner(let database, let name, let owner):
      return refusedSchema(database, name) ?? refusedHandover("schema \(name)", to: owner)
    case .setOwner(let group, let owner): return refusedOwner(of: group, to: owner)
    case .grant(let group, _, let grantor, let privileges, _): return refusedGrant(group, grantor, privileges)
    case .revoke(let group, _, let grantor, let privileges, _): return refusedRevoke(group, grantor, privileges)
    case .grantDefault(_, let list, _, _, _), .revokeDefault(_, let list, _, _, _):
      // Before 16 any membership was enough, inherited or not.
      return (version.major < 16 ? assumable : held).contains(list.owner)
        ? nil
        : "\(user) may not change the default privileges of \(list.owner): it has to be a member of that role"
    case .setRowSecurity(let table, _), .createPolicy(let table, _, _), .alterPolicy(let table, _, _, _),
      .dropPolicy(let table, _):
      return refusedOwnership("the row security of \(table.text)", owner(of: table))
    case .reassignOwned(_, let from, let to):
      let missing = [from, to].first { !held.contains($0) }
      return missing.map {
        "\(user) may not reassign what \(from) owns to \(to): it has not got the privileges of \($0)"
      }
    default: return nil  // All others are judged before this is called.
    }
  }

  /// It takes the rights of the old owner and becoming the new one, who has to be able to make objects in the schema.
  ///
  /// - Source: PostgreSQL documentation, "ALTER TABLE", `OWNER TO`.
  private func refusedOwner(of group: ObjectGroup, to owner: String) -> String? {
    for name in group.names {
      let thing = label(group, name)
      if let old = state(group, name)?.owner, let refusal = refusedOwnership(thing, old) {
        return refusal + others.couldAct(as: old)
      }
      if let refusal = refusedHandover(thing, to: owner) { return refusal }
    }
    guard mayCreate(owner, in: group.schema, of: group.database) else {
      return "\(owner) has no CREATE on schema \(group.schema), and only a superuser may give it something there"
    }
    return nil
  }

  private func mayCreate(_ role: String, in name: String, of database: String) -> Bool {
    guard let schema = observed.databases[database]?.schemas[name], observed.roles[role]?.attributes.superuser != true
    else { return true }
    let held = graph.inherited(by: role)
    return includes(held, schema.owner, in: database)
      || schema.acl.entries.contains { entry in
        entry.privileges.contains(.create)
          && (entry.grantee.role.map { includes(held, $0, in: database) } ?? true)
      }
  }

  private func owner(of table: ProtectedTable) -> String? {
    let id = ObjectID(kind: .table, schema: table.table.schema, name: table.table.name)
    return observed.databases[table.database]?.objects.states[id]?.owner
  }

  private func holds(_ privilege: PrivilegeSet, database name: String) -> Bool {
    guard let database = observed.databases[name] else { return true }
    return held.contains(database.owner)
      || database.acl.entries.contains { entry in
        entry.privileges.contains(privilege) && (entry.grantee.role.map(held.contains) ?? true)
      }
  }

  private func refusedSchema(_ database: String, _ name: String) -> String? {
    guard let owner = observed.databases[database]?.schemas[name]?.owner, !acts(as: owner, in: database)
    else {
      return nil
    }
    return refusedOwnership("schema \(name)", owner)
  }

  /// Whether the user has the owner's rights there.
  private func acts(as owner: String, in database: String) -> Bool { includes(held, owner, in: database) }

  /// Whether a role is among those whose rights somebody has. A database's owner is a member of `pg_database_owner` in it.
  private func includes(_ held: Set<String>, _ role: String, in database: String) -> Bool {
    held.contains(role)
      || (role == PredefinedRole.databaseOwner
        && observed.databases[database].map { held.contains($0.owner) } ?? false)
  }
}

// Privileges.
extension PermissionJudge {
  private func refusedGrant(_ group: ObjectGroup, _ grantor: String, _ privileges: PrivilegeSet) -> String? {
    for name in group.names {
      guard let (owner, acl) = state(group, name) else { continue }
      if grantor == owner, acts(as: owner, in: group.database) { continue }
      guard assumable.contains(grantor) else {
        return "\(user) may not grant as \(grantor) on \(label(group, name))"
      }
      let grantable = (acl.entries + entriesOnTable(of: name, group)).grantable { $0 == .role(grantor) }
      if grantor != owner, !grantable.isSuperset(of: privileges) {
        return
          "\(grantor) has no grant option for \(privileges.subtracting(grantable)) on \(label(group, name))"
      }
    }
    return nil
  }

  /// Who may grant on a table may grant on each of its columns.
  private func entriesOnTable(of name: String, _ group: ObjectGroup) -> [ACLEntry] {
    guard let table = ObjectID(kind: group.kind, schema: group.schema, name: name).tableOfColumn else { return [] }
    return observed.databases[group.database]?.objects.states[table]?.acl.entries ?? []
  }

  /// Only who acts as the owner can lend the grantor of a column's privileges the option that it has lost since.
  private func refusedLoan(
    to grantor: String, _ privileges: PrivilegeSet, _ group: ObjectGroup, _ name: String, owner: String
  ) -> String? {
    let id = ObjectID(kind: group.kind, schema: group.schema, name: name)
    let lost = observed.optionsLost(privileges, on: id, of: group.database, grantor: grantor)
    guard !lost.isEmpty, !acts(as: owner, in: group.database) else { return nil }
    return "\(user) may not revoke what \(grantor) granted on \(label(group, name)): "
      + "\(grantor) may no longer grant \(lost) there, and only \(owner) can let it" + others.couldAct(as: owner)
  }

  private func refusedRevoke(_ group: ObjectGroup, _ grantor: String, _ privileges: PrivilegeSet) -> String? {
    for name in group.names {
      guard let (owner, _) = state(group, name) else { continue }
      if grantor == owner, acts(as: owner, in: group.database) { continue }
      if !assumable.contains(grantor) {
        return "\(user) may not revoke what \(grantor) granted on \(label(group, name))"
          + others.couldBecome(grantor)
      }
      if let refusal = refusedLoan(to: grantor, privileges, group, name, owner: owner) { return refusal }
    }
    return nil
  }

  private func state(_ group: ObjectGroup, _ name: String) -> (owner: String, acl: ACL)? {
    observed.object(name, of: group).map { ($0.owner, $0.acl) }
  }

  private func label(_ group: ObjectGroup, _ name: String) -> String {
    "\(group.kind.rawValue) \(group.schema.isEmpty ? name : "\(group.schema).\(name)")"
  }
}
