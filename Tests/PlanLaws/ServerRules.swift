import Model
import Simulator

/// What PostgreSQL would refuse, said of edits as they are simulated one by one. It knows nothing of plans.
package struct ServerRules {
  package private(set) var simulator: Simulator
  package private(set) var violations: [String] = []

  private var known: Set<String> = []
  /// Parameter groups that are there, because they were attached to begin with.
  private var attached: Set<String> = []
  private var removed: Set<String> = []

  package init(_ simulator: Simulator) {
    self.simulator = simulator
    known = brokenRules(of: simulator.observed)
    let settings = simulator.observed.managed?.settings
    attached = Set([settings?.values[.parameterGroup], settings?.pending[.parameterGroup]].compactMap { $0 })
  }

  package mutating func apply(_ edits: [Edit]) {
    for edit in edits {
      let before = simulator.observed
      violations += refusal(of: edit, in: before).map { "\($0): \(edit)" }
      simulator.apply(edit)
      if case .removeParameterGroup(let name) = edit { removed.insert(name) }
      let broken = brokenRules(of: simulator.observed)
      violations += broken.subtracting(known).sorted().map { "\($0) after \(edit)" }
      known = broken
    }
  }

  private func refusal(of edit: Edit, in now: Observed) -> [String] {
    let isThere = { (name: String) in now.roles[name] != nil }
    return switch edit {
    case .createRole(let name, _): isThere(name) ? ["the role exists"] : []
    case .alterRole(let name, _, _), .comment(let name, _), .setPassword(let name, _),
      .removePassword(let name):
      isThere(name) ? [] : ["no such role"]
    case .dropRole(let name): isThere(name) ? dependencies(on: name, in: now) : ["no such role"]
    case .renameRole(let old, let new): !isThere(old) || isThere(new) ? ["can't rename"] : []
    case .grantMembership(let edge): isThere(edge.role) && isThere(edge.member) ? [] : ["no such role"]
    case .createSchema(let database, let name, _):
      now.databases[database]?.schemas[name] == nil ? [] : ["the schema exists"]
    case .createDatabase(let name, _): now.databases[name] == nil ? [] : ["the database exists"]
    case .grant(let group, let grantee, let grantor, let privileges, let grantable):
      refusal(group, in: now) + (grantee == .everybody && grantable ? ["PUBLIC can't hold a grant option"] : [])
        + (privileges.isEmpty ? ["nothing is granted"] : []) + (isThere(grantor) ? [] : ["no such grantor"])
        + (group.kind == .column ? loose(group, grantor, privileges, in: now) : [])
    case .revoke(let group, _, _, let privileges, _):
      refusal(group, in: now) + (privileges.isEmpty ? ["nothing is revoked"] : [])
    case .setRowSecurity(let table, _): now.rowSecurity(of: table) == nil ? ["no such table"] : []
    case .createPolicy(let table, let name, let policy):
      (now.rowSecurity(of: table) == nil ? ["no such table"] : [])
        + (now.policy(name, on: table) == nil ? [] : ["the policy exists"]) + refusal(of: policy, in: now)
    case .alterPolicy(let table, let name, let policy, let fields):
      refusal(of: policy, in: now) + (now.policy(name, on: table) == nil ? ["no such policy"] : [])
        + fields.filter { $0 == .command || $0 == .permissive || policy.text(of: $0) == nil }
        .map { "no policy's \($0.label) can be altered so" }
    case .dropPolicy(let table, let name): now.policy(name, on: table) == nil ? ["no such policy"] : []
    case .createInstance: now.presence == .absent ? [] : ["the instance exists"]
    case .startInstance: now.presence == .stopped ? [] : ["it isn't stopped"]
    case .stopInstance: now.presence == .running ? [] : ["it isn't running"]
    case .removeInstance, .includeLayer, .setParameter, .reload, .restart, .revokeMembership, .setSetting,
      .renameDatabase, .setDatabaseOwner, .createExtension, .dropExtension, .dropSchema, .setSchemaOwner, .setOwner,
      .grantDefault,
      .revokeDefault, .reassignOwned, .configureBackup, .createStanza, .takeBackup, .setTag, .copyBackups:
      []
    case .copySnapshot(let label, let target): objections(toCopying: label, to: target, in: now)
    case .deleteSnapshotCopy(let label, let target):
      now.managed?.snapshotCopies?.contains { $0.label == label && $0.target == target } == true ? [] : ["no such copy"]
    case .endSharing(let label, let account):
      now.managed?.snapshotShares.contains { $0.account == account && (label ?? $0.label) == $0.label } == true
        ? [] : ["it is not shared"]
    case .setManaged(let member, let values, _): refusal(of: values, for: member, in: now.managed)
    case .renameInstance(let old, _): now.managed?.identifier == old ? [] : ["no such identifier"]
    case .addMember(let name, _): now.managed?.members?[name] == nil ? [] : ["the member exists"]
    case .removeMember(let name), .restartMember(let name):
      now.managed?.members?[name] == nil ? ["no such member"] : []
    case .createParameterGroup(let group): now.managed?.holds(group: group.name) == true ? ["the group exists"] : []
    case .removeParameterGroup(let name):
      now.managed?.settings.asked(.parameterGroup) == name ? ["the group is in use"] : []
    case .deleteBackup(let label):
      now.backup?.backups.contains { $0.label == label } == true ? [] : ["no such backup"]
    }
  }

  private func refusal(
    of values: [ManagedField: String], for member: String?, in managed: ManagedState?
  ) -> [String] {
    guard let managed, let settings = managed.settings(of: member) else { return ["nothing to change settings of"] }
    let isThere = { (name: String) in
      managed.holds(group: name) || attached.contains(name) && !removed.contains(name) || name.hasPrefix("default.")
    }
    let missing = values[.parameterGroup].map { !isThere($0) } ?? false
    let size = { (text: String?) in text.flatMap { Int($0) } ?? 0 }
    let shrinks = values[.storageSize].map { size($0) < size(settings.values[.storageSize]) } ?? false
    return (missing ? ["no such parameter group"] : []) + (shrinks ? ["storage can't shrink"] : [])
  }

  private func refusal(of policy: Policy, in now: Observed) -> [String] {
    let missing = policy.roles.compactMap(\.role).filter { now.roles[$0] == nil }.map { "no such role \($0)" }
    return switch policy.command {
    case .insert: missing + (policy.using == nil ? [] : ["nothing is read by INSERT"])
    case .select, .delete: missing + (policy.check == nil ? [] : ["nothing is written by \(policy.command)"])
    case .all, .update: missing
    }
  }

  /// On a column one grants by an option there or on the whole table, and what was granted outlives the option.
  private func loose(
    _ group: ObjectGroup, _ grantor: String, _ privileges: PrivilegeSet, in now: Observed
  ) -> [String] {
    group.names.flatMap { name -> [String] in
      let id = ObjectID(kind: .column, schema: group.schema, name: name)
      let objects = now.databases[group.database]?.objects
      guard let column = objects?.column(id), column.owner != grantor else { return [] }
      let table = id.tableOfColumn.flatMap { objects?.states[$0] }?.acl.entries ?? []
      let held = (column.acl.entries + table).reduce(into: PrivilegeSet()) {
        if $1.grantee == .role(grantor) { $0.formUnion($1.grantable) }
      }
      let missing = privileges.subtracting(held)
      return missing.isEmpty ? [] : ["\(grantor) may not grant \(missing) on \(name)"]
    }
  }

  private func refusal(_ group: ObjectGroup, in now: Observed) -> [String] {
    group.names.filter { now.object($0, of: group) == nil }
      .map { "no \(group.kind) \($0)" }
  }

  private func dependencies(on role: String, in now: Observed) -> [String] {
    var found = lists(of: now).filter {
      $0.owner == role || $0.acl.entries.contains { $0.grantee == .role(role) || $0.grantor == role }
    }
    .map { "\(role) is named by \($0.name)" }
    for (name, database) in now.databases {
      found += database.rowSecurity.policies(naming: role).map {
        "\(role) is named by the policy \($0.name) in \(name)"
      }
      for (list, acl) in database.defaultPrivileges
      where list.owner == role || acl.entries.contains(where: { $0.grantee == .role(role) }) {
        found.append("\(role) is named by default privileges in \(name)")
      }
    }
    return found.sorted()
  }

  private struct List {
    var name: String
    var owner: String
    var acl: ACL
    var isColumn = false
  }

  private func lists(of now: Observed) -> [List] {
    now.shared.states.map { List(name: "\($0.key)", owner: $0.value.owner, acl: $0.value.acl) }
      + now.databases.flatMap { name, database in
        [List(name: name, owner: database.owner, acl: database.acl)]
          + database.schemas.map { List(name: "\(name).\($0.key)", owner: $0.value.owner, acl: $0.value.acl) }
          + database.objects.states.map {
            List(
              name: "\(name).\($0.key)", owner: $0.value.owner, acl: $0.value.acl, isColumn: $0.key.kind == .column)
          }
      }
  }

  private func brokenRules(of now: Observed) -> Set<String> {
    var broken: Set<String> = []
    for list in lists(of: now) {
      if now.roles[list.owner] == nil { broken.insert("\(list.name) belongs to nobody (\(list.owner))") }
      for entry in list.acl.entries where entry.grantor != list.owner && !list.isColumn {
        let held = list.acl.entries.reduce(into: PrivilegeSet()) {
          if $1.grantee == .role(entry.grantor) { $0.formUnion($1.grantable) }
        }
        let loose = entry.privileges.subtracting(held)
        if !loose.isEmpty { broken.insert("\(list.name): \(entry.aclItem) hangs on no grant option for \(loose)") }
      }
    }
    return broken.union(brokenMemberships(of: now))
  }

  /// No circles; from 16 on each edge is granted by the bootstrap superuser or by somebody with ADMIN.
  private func brokenMemberships(of now: Observed) -> Set<String> {
    var broken: Set<String> = []
    let bootstrap = now.databases["template1"]?.owner
    for edge in now.memberships {
      if reaches(edge.role, from: edge.member, in: now) {
        broken.insert("a circle of memberships at \(edge.role) and \(edge.member)")
      }
      guard (now.version?.major ?? 15) >= 16, edge.grantor != bootstrap else { continue }
      if !now.memberships.contains(where: { $0.role == edge.role && $0.member == edge.grantor && $0.admin }) {
        broken.insert("\(edge.grantor) has no ADMIN on \(edge.role) and lends it to \(edge.member)")
      }
    }
    return broken
  }

  private func reaches(_ member: String, from role: String, in now: Observed) -> Bool {
    var (seen, queue): (Set<String>, [String]) = ([role], [role])
    while let next = queue.popLast() {
      if next == member { return true }
      for edge in now.memberships where edge.role == next && seen.insert(edge.member).inserted {
        queue.append(edge.member)
      }
    }
    return false
  }
}

/// There has to be such a snapshot, and none of its name in the other account.
private func objections(toCopying label: String?, to target: CopyTarget, in now: Observed) -> [String] {
  let snapshots = (now.backup?.backups ?? []).map(\.label)
  guard let copied = label ?? snapshots.filter({ $0.hasPrefix("holdfast-") }).max(), snapshots.contains(copied) else {
    return ["no such snapshot"]
  }
  let isThere = now.managed?.snapshotCopies?.contains { $0.label == copied && $0.target == target } == true
  return isThere ? ["the copy exists"] : []
}
