import Model

/// The objects of one kind in one place, and the default privileges for those to come.
struct PlacedObjects {
  /// Those with equal lists together.
  var groups: [ObjectState: [String]] = [:]
  /// By owner.
  var defaults: [String: ACL] = [:]
}

/// What one entry of `grants:` can be about: a schema with what is in it, what lies in none, what lies in no database.
struct GrantArea {
  let place: GrantPlace
  /// For people.
  let label: String
  /// The schema itself.
  var itself: (owner: String, acl: ACL)?
  var kinds: [ObjectKind: PlacedObjects] = [:]
  /// What extensions brought, where somebody granted or revoked something on it: no plural key is about it.
  var extensionObjects: [ExtensionObject] = []

  var lists: [ACL] {
    kinds.values.flatMap { $0.groups.keys.map(\.acl) + $0.defaults.values } + (itself.map { [$0.acl] } ?? [])
      + extensionObjects.map(\.state.acl)
  }
}

/// The areas of a database, by name; the one without a name holds what lies in no schema.
func areas(of name: String, _ database: Database) -> [String: GrantArea] {
  var areas = ["": GrantArea(place: .contents(database: name), label: name)]
  for (schema, value) in database.schemas {
    areas[schema] = GrantArea(
      place: .schema(database: name, name: schema), label: "\(name).\(schema)", itself: (value.owner, value.acl))
  }
  for (id, state) in database.objects.states {
    if database.isOfExtension(id) {
      guard let left = database.extensionList(of: id), left != state.acl else { continue }
      areas[id.schema]?.extensionObjects.append(ExtensionObject(id: id, state: state, left: left))
      continue
    }
    areas[id.schema]?.kinds[id.kind, default: PlacedObjects()].groups[state, default: []].append(id.name)
  }
  for (list, acl) in database.defaultPrivileges where list.schema != nil || list.kind.place == .database {
    areas[list.schema ?? ""]?.kinds[list.kind, default: PlacedObjects()].defaults[list.owner] = acl
  }
  return areas
}

extension Observed {
  /// Tablespaces and parameters.
  var sharedArea: GrantArea {
    var area = GrantArea(place: .cluster, label: "the server")
    for (id, state) in shared.states {
      area.kinds[id.kind, default: PlacedObjects()].groups[state, default: []].append(id.name)
    }
    return area
  }
}
