import Model

/// What roles and everybody hold on a server, as entries of `grants:` and as what no entry can say.
struct ServerGrants {
  /// Each for one grantee in one place.
  private(set) var entries: [GrantEntry] = []
  private(set) var losses: GrantLosses

  private let version: ServerVersion

  /// - Parameter databases: those that can be declared and were read.
  init(of observed: Observed, _ declared: DeclaredRoles, in databases: [String]) {
    (losses, version) = (GrantLosses(declared), observed.version ?? ServerVersion(major: 13))
    add(observed.sharedArea)
    for name in databases {
      guard let database = observed.databases[name] else { continue }
      addDatabase(name, database)
      let areas = areas(of: name, database)
      for (schema, area) in areas.sorted(by: { $0.key < $1.key }) {
        if schema.isEmpty || Sayable.names(schema: schema) {
          add(area)
        } else {
          for acl in area.lists { losses.add(acl, "what lies in schemas with names that specs don't take", area.label) }
        }
      }
      addGlobalDefaults(of: name, database, areas)
    }
  }

  private mutating func addDatabase(_ name: String, _ database: Database) {
    losses.note(database.acl, owner: database.owner, on: ["the database \(name)"])
    for (layer, held) in distinctLayers(of: database.acl, kind: .database, owner: database.owner) {
      for (grantee, privileges) in held {
        add(GrantBody(place: privileges), to: grantee, at: .database(name), layer)
      }
    }
  }

  private mutating func add(_ body: GrantBody, to grantee: Grantee, at place: GrantPlace, _ layer: GrantLayer) {
    guard !body.isEmpty, Sayable.names(grantee) else { return }
    entries.append(GrantEntry(grantees: [grantee], places: [place], layer: layer, body: body))
  }
}

// MARK: What lies in one place

extension ServerGrants {
  private mutating func add(_ area: GrantArea) {
    var parts: [GrantLayer: [Grantee: GrantParts]] = [:]
    if let (owner, acl) = area.itself {
      losses.note(acl, owner: owner, on: [area.label])
      for (layer, held) in distinctLayers(of: acl, kind: .schema, owner: owner) {
        for (grantee, privileges) in held {
          parts[layer, default: [:]][grantee, default: GrantParts()].place = privileges
        }
      }
    }
    for (kind, objects) in area.kinds.sorted(by: { $0.key < $1.key }) {
      let folding = folding(objects, kind, in: area)
      for layer in GrantLayer.allCases {
        for grantee in folding.grantees(layer) where Sayable.names(grantee) {
          let held = folding.held(by: grantee, layer)
          add(held, kind, objects, in: area, to: grantee, &parts[layer, default: [:]][grantee, default: GrantParts()])
        }
      }
    }
    for object in area.extensionObjects { add(object, in: area, to: &parts) }
    for (layer, held) in parts {
      for (grantee, parts) in held {
        for body in parts.bodies { add(body, to: grantee, at: area.place, layer) }
      }
    }
  }

  private mutating func add(
    _ object: ExtensionObject, in area: GrantArea, to parts: inout [GrantLayer: [Grantee: GrantParts]]
  ) {
    let (id, acl, label) = (object.id, object.state.acl, "\(area.label).\(object.id.name)")
    losses.note(acl, owner: object.state.owner, on: [label])
    for (layer, held) in object.layers {
      for (grantee, privileges) in held where Sayable.names(grantee) {
        // An entry for all objects of the kind lets it stand.
        let isSaid = parts[layer]?[grantee]?.all.values.contains { $0[id.kind]?.isSuperset(of: privileges) == true }
        if layer != .absent, isSaid == true { continue }
        if Sayable.names(id.name, id.kind) {
          parts[layer, default: [:]][grantee, default: GrantParts()].named[id.kind, default: [:]][id.name] = privileges
        } else {
          losses.add([acl], of: grantee, "privileges on objects with names that specs don't take", label)
        }
      }
    }
  }

  private mutating func folding(_ objects: PlacedObjects, _ kind: ObjectKind, in area: GrantArea) -> ObjectFolding {
    var folding = ObjectFolding(kind: kind)
    for (state, names) in objects.groups {
      folding.add(names, owner: state.owner, state.acl)
      losses.note(state.acl, owner: state.owner, on: names.map { "\(area.label).\($0)" })
    }
    for (owner, acl) in objects.defaults.sorted(by: { $0.key < $1.key }) {
      add(defaults: acl, of: owner, in: area.label, inSchema: area.place.isSchema, to: &folding)
    }
    return folding
  }

  private mutating func add(
    defaults acl: ACL, of owner: String, in label: String, inSchema: Bool, to folding: inout ObjectFolding
  ) {
    let thing = "\(owner)'s new \(folding.kind.plural) in \(label)"
    guard Sayable.names(owner) else {
      return losses.add(acl, "default privileges of roles with names that specs don't take", thing)
    }
    losses.note(acl, owner: owner, on: [thing])
    folding.addDefaults(of: owner, acl, inSchema: inSchema)
  }

  private mutating func add(
    _ held: ObjectFolding.Held, _ kind: ObjectKind, _ objects: PlacedObjects, in area: GrantArea, to grantee: Grantee,
    _ parts: inout GrantParts
  ) {
    for (owners, privileges) in held.all { parts.all[owners, default: [:]][kind] = privileges }
    for (owners, privileges) in held.future { parts.future[owners, default: [:]][kind] = privileges }
    for (name, privileges) in held.named {
      if Sayable.names(name, kind) {
        parts.named[kind, default: [:]][name] = privileges
      } else {
        let lists = objects.groups.filter { $0.value.contains(name) }.keys.map(\.acl)
        losses.add(
          lists, of: grantee, "privileges on objects with names that specs don't take", "\(area.label).\(name)")
      }
    }
  }
}

// MARK: Default privileges of a whole database

extension ServerGrants {
  /// One entry for all schemas says them, where all objects of the kind in all of them have the same.
  private mutating func addGlobalDefaults(of name: String, _ database: Database, _ areas: [String: GrantArea]) {
    let lists = database.defaultPrivileges.filter { $0.key.schema == nil && $0.key.kind.place != .database }
    for (kind, lists) in Dictionary(grouping: lists, by: \.key.kind).sorted(by: { $0.key < $1.key }) {
      var folding = ObjectFolding(kind: kind)
      for objects in areas.values.compactMap({ $0.kinds[kind] }) {
        for (state, names) in objects.groups { folding.add(names, owner: state.owner, state.acl) }
      }
      for (list, acl) in lists.sorted(by: { $0.key < $1.key }) {
        add(defaults: acl, of: list.owner, in: name, inSchema: false, to: &folding)
      }
      for layer in GrantLayer.allCases {
        for grantee in folding.grantees(layer) where Sayable.names(grantee) {
          addGlobal(folding.held(by: grantee, layer), kind, of: name, to: grantee, layer)
        }
      }
    }
    addSchemaDefaults(of: name, database)
  }

  private mutating func addGlobal(
    _ held: ObjectFolding.Held, _ kind: ObjectKind, of name: String, to grantee: Grantee, _ layer: GrantLayer
  ) {
    let place = GrantPlace.contents(database: name)
    for (owners, privileges) in held.all where !owners.isEmpty {
      add(GrantBody(all: [kind: privileges], defaultPrivilegesOf: owners), to: grantee, at: place, layer)
    }
    for (owners, privileges) in held.future {
      let body = GrantBody(all: [kind: privileges], defaultPrivilegesOf: owners, isFuture: true)
      add(body, to: grantee, at: place, layer)
    }
  }

  /// No plural key is about schemas.
  private mutating func addSchemaDefaults(of name: String, _ database: Database) {
    for (list, acl) in database.defaultPrivileges where list.schema == nil && list.kind == .schema {
      for entry in acl.entries where entry.grantee != .role(list.owner) {
        losses.add(
          entry.grantee, by: list.owner, "default privileges on schemas",
          "\(entry.privileges) on \(list.owner)'s new schemas in \(name) to \(entry.grantee)")
      }
    }
  }
}

/// What one grantee holds in one place, by the owners whose future objects are granted too.
private struct GrantParts {
  var place: PrivilegeSet = []
  var named: [ObjectKind: [String: PrivilegeSet]] = [:]
  var all: [[String]: [ObjectKind: PrivilegeSet]] = [:]
  var future: [[String]: [ObjectKind: PrivilegeSet]] = [:]

  /// The place itself and single objects go with the first: each entry less is one less to read.
  var bodies: [GrantBody] {
    let owners = all.keys.sorted { $0.lexicographicallyPrecedes($1) }
    var bodies = owners.map { GrantBody(all: all[$0] ?? [:], defaultPrivilegesOf: $0) }
    if bodies.isEmpty { bodies = [GrantBody()] }
    (bodies[0].place, bodies[0].named) = (place, named)
    return bodies + future.map { GrantBody(all: $0.value, defaultPrivilegesOf: $0.key, isFuture: true) }
  }
}

/// What may be granted on needs no entry beside the one that says so.
private func distinctLayers(
  of acl: ACL, kind: ObjectKind, owner: String
) -> [GrantLayer: [Grantee: PrivilegeSet]] {
  var all = layers(of: acl, kind: kind, owner: owner)
  for (grantee, privileges) in all[.grantable] ?? [:] { all[.plain]?[grantee]?.subtract(privileges) }
  return all
}
