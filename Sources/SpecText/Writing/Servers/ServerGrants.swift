import Model

/// What roles and everybody hold on a server, as entries of `grants:` and as what no entry can say.
struct ServerGrants {
  /// Each for one grantee in one place.
  private(set) var entries: [GrantEntry] = []
  private(set) var unsaid = Unsaid()
  /// Whose documents may take nothing away, because they don't say everything.
  private(set) var additive: Set<Grantee> = []

  private let observed: Observed
  private let declared: DeclaredRoles

  /// - Parameter databases: those that can be declared and were read.
  init(of observed: Observed, _ declared: DeclaredRoles, in databases: [String]) {
    (self.observed, self.declared) = (observed, declared)
    for name in databases {
      guard let database = observed.databases[name] else { continue }
      addDatabase(name, database)
      for (schema, content) in Contents(of: database).schemas.sorted(by: { $0.key < $1.key }) {
        addSchema(schema, of: name, database, content)
      }
      addGlobalDefaults(of: name, database)
    }
  }

  private mutating func addDatabase(_ name: String, _ database: Database) {
    for (layer, held) in layers(of: database.acl, kind: .database, owner: database.owner) {
      for (grantee, privileges) in held {
        guard Sayable.names(grantee) else { continue }
        add(GrantBody(place: privileges), to: grantee, at: .database(name), layer)
      }
    }
    note(database.acl, .database, owner: database.owner, on: ["the database \(name)"])
  }

  private mutating func add(_ body: GrantBody, to grantee: Grantee, at place: GrantPlace, _ layer: GrantLayer) {
    guard !body.isEmpty else { return }
    entries.append(GrantEntry(grantees: [grantee], places: [place], layer: layer, body: body))
  }
}

// MARK: What lies in a schema

extension ServerGrants {
  private mutating func addSchema(_ name: String, of database: String, _ whole: Database, _ content: Contents.Schema) {
    guard Sayable.names(name) else {
      for acl in content.lists(of: whole.schemas[name]) { keep(acl, "what lies in schemas with such a name", name) }
      return
    }
    for (layer, bodies) in bodies(of: name, in: database, whole, content) {
      for (grantee, parts) in bodies {
        guard Sayable.names(grantee) else { continue }
        for body in parts.bodies { add(body, to: grantee, at: .schema(database: database, name: name), layer) }
      }
    }
  }

  /// What one grantee holds in one schema, by the owners whose future objects are granted too.
  private struct Parts {
    var place: PrivilegeSet = []
    var named: [ObjectKind: [String: PrivilegeSet]] = [:]
    var all: [[String]: [ObjectKind: PrivilegeSet]] = [:]

    /// The schema itself and single objects go with the first: each entry less is one less to read.
    var bodies: [GrantBody] {
      let owners = all.keys.sorted { $0.lexicographicallyPrecedes($1) }
      guard !owners.isEmpty else { return [GrantBody(place: place, named: named)] }
      var bodies = owners.map { GrantBody(all: all[$0] ?? [:], defaultPrivilegesOf: $0) }
      (bodies[0].place, bodies[0].named) = (place, named)
      return bodies
    }
  }

  private mutating func bodies(
    of schema: String, in database: String, _ whole: Database, _ content: Contents.Schema
  ) -> [GrantLayer: [Grantee: Parts]] {
    var bodies: [GrantLayer: [Grantee: Parts]] = [:]
    if let known = whole.schemas[schema] {
      for (layer, held) in layers(of: known.acl, kind: .schema, owner: known.owner) {
        for (grantee, privileges) in held { bodies[layer, default: [:]][grantee, default: Parts()].place = privileges }
      }
      note(known.acl, .schema, owner: known.owner, on: ["\(database).\(schema)"])
    }
    for (kind, objects) in content.kinds.sorted(by: { $0.key < $1.key }) {
      let folding = folding(objects, kind, at: "\(database).\(schema)")
      for layer in GrantLayer.allCases {
        for grantee in folding.grantees(layer) {
          let held = folding.held(by: grantee, layer)
          add(
            held, kind, of: schema, in: database, to: grantee, &bodies[layer, default: [:]][grantee, default: Parts()])
        }
      }
    }
    return bodies
  }

  private mutating func folding(_ objects: Contents.Objects, _ kind: ObjectKind, at place: String) -> ObjectFolding {
    var folding = ObjectFolding(kind: kind)
    for (state, names) in objects.groups {
      folding.add(names, owner: state.owner, state.acl)
      note(state.acl, kind, owner: state.owner, on: names.map { "\(place).\($0)" })
    }
    for (owner, acl) in objects.defaults.sorted(by: { $0.key < $1.key }) {
      guard Sayable.names(owner) else {
        keep(acl, "default privileges of roles with such a name", owner)
        continue
      }
      note(acl, nil, owner: owner, on: ["\(owner)'s new \(kind.plural) in \(place)"])
      folding.addDefaults(of: owner, acl)
    }
    return folding
  }

  private mutating func add(
    _ held: ObjectFolding.Held, _ kind: ObjectKind, of schema: String, in database: String, to grantee: Grantee,
    _ parts: inout Parts
  ) {
    for (owners, privileges) in held.all { parts.all[owners, default: [:]][kind] = privileges }
    for (name, privileges) in held.named {
      if Sayable.names(name, kind) {
        parts.named[kind, default: [:]][name] = privileges
      } else {
        unsaid.add("privileges on objects with names that specs don't take", "\(database).\(schema).\(name)")
        keep(
          grantee, by: observed.databases[database]?.objects.states[ObjectID(kind: kind, schema: schema, name: name)])
      }
    }
    for (owner, privileges) in held.unsaidDefaults {
      unsaid.add(
        "default privileges that not all \(kind.plural) there have (an entry for all of them would grant more)",
        "\(privileges) on \(owner)'s new \(kind.plural) in \(database).\(schema) to \(grantee)")
      keep(grantee, by: owner)
    }
  }

  private mutating func addGlobalDefaults(of name: String, _ database: Database) {
    for (list, acl) in database.defaultPrivileges.sorted(by: { $0.key < $1.key }) where list.schema == nil {
      for entry in acl.entries where entry.grantee != .role(list.owner) && entry.grantee != .everybody {
        unsaid.add(
          "default privileges of a whole database",
          "\(list.owner)'s new \(list.kind.plural) in \(name) to \(entry.grantee)")
        keep(entry.grantee, by: list.owner)
      }
    }
  }
}

// MARK: What can't be said

extension ServerGrants {
  /// What no entry can say of a list, whoever holds it.
  ///
  /// - Parameter kind: of an object; a list of default privileges in a schema only adds to what everybody has.
  /// - Parameter things: what the list is of, for people.
  private mutating func note(_ acl: ACL, _ kind: ObjectKind?, owner: String, on things: @autoclosure () -> [String]) {
    let lacks = (kind?.publicByDefault ?? []).subtracting(acl.privileges(of: .everybody))
    if !lacks.isEmpty {
      for thing in things() { unsaid.add("what was taken from PUBLIC", "\(lacks) on \(thing)") }
    }
    for entry in acl.entries where entry.grantee != .role(owner) {
      if !Sayable.names(entry.grantee) {
        note(entry, "privileges of roles with names that specs don't take", things())
      } else if !entry.grantable.isEmpty {
        note(entry, "grant options", things())
      }
    }
  }

  private mutating func note(_ entry: ACLEntry, _ reason: String, _ things: [String]) {
    for thing in things { unsaid.add(reason, "of \(entry.grantee) on \(thing)") }
    keep(entry.grantee, by: entry.grantor)
  }

  private mutating func keep(_ acl: ACL, _ reason: String, _ thing: String) {
    unsaid.add(reason, thing)
    for entry in acl.entries { keep(entry.grantee, by: entry.grantor) }
  }

  private mutating func keep(_ grantee: Grantee, by object: ObjectState?) {
    for entry in object?.acl.entries ?? [] where entry.grantee == grantee { keep(grantee, by: entry.grantor) }
  }

  /// The documents that would take it away must not: that of who holds it, or else that of who gave it.
  private mutating func keep(_ grantee: Grantee, by grantor: String) {
    additive.insert(grantee)
    if !declared.contains(grantee), grantee != .everybody { additive.insert(.role(grantor)) }
  }
}
