import Model

/// What rendering has to know of the instance beside the edits.
package struct StatementContext: Sendable {
  package var version: ServerVersion
  /// The user that applies: what it grants without further ado, it grants as itself or as the owner.
  package var user: String
  /// Where what all databases share is done.
  package var maintenanceDatabase: String
  package var before: Observed
  package var after: Observed
  /// The edges as they are when the next edit runs.
  private var memberships: [Membership]
  /// The lists of schemas, where edits have changed them, as they are when the next edit runs.
  private var schemaLists: [ObjectGroup: ACL] = [:]
  /// Whose rights the user has without becoming them.
  private let held: Set<String>
  let graphBefore: RoleGraph
  private let graphAfter: RoleGraph

  package init(
    version: ServerVersion, user: String, maintenanceDatabase: String, before: Observed, after: Observed
  ) {
    (self.version, self.user, self.maintenanceDatabase) = (version, user, maintenanceDatabase)
    (self.before, self.after, memberships) = (before, after, before.memberships)
    graphAfter = RoleGraph(roles: after.roles, memberships: after.memberships, version: version)
    held = graphAfter.inherited(by: user)
    graphBefore = RoleGraph(roles: before.roles, memberships: before.memberships, version: version)
  }

  /// Follows the memberships and who is let into a schema: on these the statements of later edits depend.
  mutating func note(_ edit: Edit) {
    switch edit {
    case .grant(let group, let grantee, let grantor, let privileges, let grantable) where group.kind == .schema:
      changeLists(of: group) {
        $0.add(
          ACLEntry(
            grantee: grantee, grantor: grantor, privileges: privileges, grantable: grantable ? privileges : []))
      }
    case .revoke(let group, let grantee, let grantor, let privileges, let optionOnly) where group.kind == .schema:
      changeLists(of: group) {
        $0.remove(privileges, from: grantee, grantor: grantor, grantOptionOnly: optionOnly)
      }
    case .grantMembership(let edge):
      memberships.removeAll { $0.hasEnds(of: edge) }
      memberships.append(edge)
    case .revokeMembership(let edge): memberships.removeAll { $0.hasEnds(of: edge) }
    default: break  // All other statements are the same whatever came before.
    }
  }

  private mutating func changeLists(of group: ObjectGroup, _ change: (inout ACL) -> Void) {
    for name in group.names {
      guard var list = list(of: name, in: group.database) else { continue }
      change(&list)
      schemaLists[ObjectGroup(database: group.database, kind: .schema, names: [name])] = list
    }
  }

  /// The list of a schema when the next edit runs.
  func list(of schema: String, in database: String) -> ACL? {
    schemaLists[ObjectGroup(database: database, kind: .schema, names: [schema])]
      ?? before.databases[database]?.schemas[schema]?.acl
  }

  func hasAdmin(_ edge: Membership) -> Bool { memberships.contains { $0.admin && $0.hasEnds(of: edge) } }

  /// Whether somebody whom the grantor inherits from may grant what is lent.
  func inheritsOption(_ passage: OptionPassage, in database: String) -> Bool {
    let target = passage.target
    let state = after.object(target.kind, database: database, schema: target.schema, name: target.name)
    let holders = graphAfter.inherited(by: passage.grantor)
    let options = (state?.acl.entries ?? []).grantable { $0.role.map(holders.contains) ?? false }
    return options.isSuperset(of: passage.privileges)
  }

  private func actsAs(_ owner: String, in database: String) -> Bool {
    before.capabilities.isSuperuser || held.contains(owner)
      || (owner == "pg_database_owner" && after.databases[database].map { held.contains($0.owner) } ?? false)
  }

  /// Whether one has to become the grantor first. Who has the owner's rights, a superuser always, acts as the owner
  /// without that; everybody acts as oneself.
  func assumesGrantor(_ grantor: String, _ kind: ObjectKind, database: String, schema: String, name: String)
    -> Bool
  {
    guard grantor != user else { return false }
    let owner = [after, before].lazy.compactMap {
      $0.object(kind, database: database, schema: schema, name: name)?.owner
    }.first
    guard let owner else { return false }
    return grantor != owner || !actsAs(owner, in: database)
  }
}

extension Membership {
  fileprivate func hasEnds(of other: Membership) -> Bool {
    (role, member, grantor) == (other.role, other.member, other.grantor)
  }
}
