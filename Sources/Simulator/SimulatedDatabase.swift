import Model

extension Simulator {
  mutating func createDatabase(_ name: String, owner: String?) {
    observed.databases[name] = newDatabase(owner: owner)
  }

  mutating func createSchema(_ database: String, _ name: String, owner: String?) {
    let owner = owner ?? observed.capabilities.user
    let acl = ACL.initial(kind: .schema, owner: owner, version: version)
    observed.databases[database]?.schemas[name] = Schema(owner: owner, acl: acl)
  }

  private var version: ServerVersion { observed.version ?? ServerVersion(major: 15) }

  private func newDatabase(owner: String?) -> Database {
    let owner = owner ?? observed.capabilities.user
    return Database(
      newOn: version, owner: owner, superuser: observed.bootstrapSuperuser ?? owner,
      publicOwner: observed.databases["template1"]?.owner ?? owner, plpgsql: "")
  }

  /// A list that says no more than the built-in rule is deleted by the server; in a schema the built-in rule is nothing.
  mutating func changeDefaults(_ database: String, _ list: DefaultPrivileges, _ body: (inout ACL) -> Void) {
    let builtIn = list.builtIn(version: version)
    var acl = observed.databases[database]?.defaultPrivileges[list] ?? builtIn
    body(&acl)
    observed.databases[database]?.defaultPrivileges[list] = acl == builtIn ? nil : acl
  }
}

extension Observed {
  mutating func renameDatabase(_ old: String, to new: String) {
    databases[new] = databases.removeValue(forKey: old)
    for index in settings.indices where settings[index].scope.database == old { settings[index].scope.database = new }
    settings.sort()
  }

  /// `REASSIGN OWNED` acts on the database it runs in and on the databases that the role owns.
  mutating func reassign(in database: String, from old: String, to new: String) {
    for name in databases.keys where databases[name]?.owner == old { databases[name]?.changeOwner(to: new) }
    for (id, state) in shared.states where state.owner == old { shared.states[id] = state.handed(from: old, to: new) }
    databases[database]?.reassignInside(from: old, to: new)
  }
}

extension Observed {
  mutating func changeACLs(of group: ObjectGroup, _ body: (inout ACL) -> Void) {
    switch group.kind.place {
    case .cluster where group.kind == .database:
      for name in group.names { if databases[name] != nil { body(&databases[name]!.acl) } }  // Checked just before.
    case .cluster: changeShared(group, body)
    case .database, .schema: databases[group.database]?.changeACLs(of: group, body)
    }
  }

  /// What is revoked on a table is revoked on each of its columns too.
  ///
  /// - Source: PostgreSQL documentation, "REVOKE", Notes.
  mutating func changeColumns(of group: ObjectGroup, _ body: (inout ACL) -> Void) {
    guard group.kind == .table, let objects = databases[group.database]?.objects else { return }
    for name in group.names {
      for column in objects.columns(of: ObjectID(kind: .table, schema: group.schema, name: name)) {
        guard var state = objects.states[column], !state.acl.entries.isEmpty else { continue }
        body(&state.acl)
        databases[group.database]?.objects.states[column] = state
      }
    }
  }

  /// A parameter's list that says no more than the built-in rule is deleted by the server.
  private mutating func changeShared(_ group: ObjectGroup, _ body: (inout ACL) -> Void) {
    for name in group.names {
      guard var state = object(name, of: group) else { continue }
      body(&state.acl)
      let isUntouched = group.kind == .parameter && state == untouchedParameter
      shared.states[ObjectID(kind: group.kind, schema: "", name: name)] = isUntouched ? nil : state
    }
  }
}

extension Database {
  mutating func changeOwner(to new: String) {
    acl.changeOwner(from: owner, to: new)
    owner = new
  }

  mutating func changeOwner(of group: ObjectGroup, to new: String) {
    for id in group.members + followers(of: group) {
      guard let state = objects.states[id] else { continue }
      objects.states[id] = state.handed(from: state.owner, to: new)
    }
  }

  fileprivate mutating func changeACLs(of group: ObjectGroup, _ body: (inout ACL) -> Void) {
    if group.kind == .schema {
      for name in group.names { if schemas[name] != nil { body(&schemas[name]!.acl) } }  // Checked just before.
      return
    }
    // Lists that are one stay one: thousands of tables share a list, before and afterwards.
    var last: (before: ACL, after: ACL)?
    for id in group.members {
      if group.kind == .column { objects.addColumn(id) }
      guard let index = objects.states.index(forKey: id) else { continue }
      let before = objects.states.values[index].acl
      if last?.before.place != before.place {
        var after = before
        body(&after)
        last = (before, after)
      }
      if let last { objects.states.values[index].acl = last.after }
    }
  }

  mutating func reassignInside(from old: String, to new: String) {
    if owned[old] != nil { owned[old] = 0 }
    for name in schemas.keys where schemas[name]?.owner == old { schemas[name]?.changeOwner(to: new) }
    for (id, state) in objects.states where state.owner == old {
      objects.states[id] = state.handed(from: old, to: new)
    }
  }

  mutating func renameRole(_ old: String, to new: String) {
    if owner == old { owner = new }
    acl.rename(old, to: new)
    rowSecurity.renameRole(old, to: new)
    for name in schemas.keys {
      if schemas[name]?.owner == old { schemas[name]?.owner = new }
      schemas[name]?.acl.rename(old, to: new)
    }
    objects.renameRole(old, to: new)
    extensionLists.renameRole(old, to: new)
    for (list, acl) in defaultPrivileges {
      var (list, acl) = (list, acl)
      defaultPrivileges[list] = nil
      if list.owner == old { list.owner = new }
      acl.rename(old, to: new)
      defaultPrivileges[list] = acl
    }
  }
}

extension Schema {
  mutating func changeOwner(to new: String) {
    acl.changeOwner(from: owner, to: new)
    owner = new
  }
}

extension ObjectTable {
  mutating func renameRole(_ old: String, to new: String) {
    for (id, state) in states {
      var state = state
      if state.owner == old { state.owner = new }
      state.acl.rename(old, to: new)
      states[id] = state
    }
  }
}

extension ObjectState {
  fileprivate func handed(from old: String, to new: String) -> ObjectState {
    var state = self
    state.acl.changeOwner(from: old, to: new)
    state.owner = new
    return state
  }
}
