import Model

/// What lies in one database, by schema and kind; objects with equal lists together.
struct Contents {
  struct Objects {
    var groups: [ObjectState: [String]] = [:]
    /// By owner.
    var defaults: [String: ACL] = [:]
  }

  struct Schema {
    var kinds: [ObjectKind: Objects] = [:]

    func lists(of schema: Model.Schema?) -> [ACL] {
      kinds.values.flatMap { $0.groups.keys.map(\.acl) + $0.defaults.values } + (schema.map { [$0.acl] } ?? [])
    }
  }

  private(set) var schemas: [String: Schema]

  init(of database: Database) {
    schemas = database.schemas.mapValues { _ in Schema() }
    for (id, state) in database.objects.states {
      schemas[id.schema, default: Schema()].kinds[id.kind, default: Objects()].groups[state, default: []].append(
        id.name)
    }
    for (list, acl) in database.defaultPrivileges {
      guard let schema = list.schema else { continue }
      schemas[schema, default: Schema()].kinds[list.kind, default: Objects()].defaults[list.owner] = acl
    }
  }
}
