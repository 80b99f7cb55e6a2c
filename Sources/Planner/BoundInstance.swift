import Diagnostics
import Model

/// An instance whose bindings are resolved against the schemas that are there and those that are declared.
struct BoundInstance {
  private(set) var instance: DesiredInstance
  let bound: BoundAccess
  /// Databases whose schemas a pattern asks for, and nobody could look.
  let unread: [(database: String, binding: Address)]
  /// Roles whose names look like others that are known.
  let misspelt: [Misspelt]

  struct Misspelt {
    var name: String
    var other: String
    var by: Address
  }

  init(_ desired: DesiredInstance, observed: Observed) {
    instance = desired
    let patterns = desired.access.bindings.flatMap { binding in
      binding.places.filter { $0.schema.exact == nil }.map { (database: $0.database, binding: binding.address) }
    }
    var schemas: [String: Set<String>] = [:]
    for name in Set(patterns.map(\.database)) { schemas[name] = desired.schemas(of: name, observed) }
    bound = BoundAccess(desired.access, schemas: schemas)
    unread = patterns.filter { observed.databases[$0.database]?.isRead == false }
    instance.access = bound.access
    misspelt = Self.misspelt(bound.access, desired, observed)
  }

  /// Names made of those of schemas may be others of the server's or of the specs in another spelling.
  private static func misspelt(_ access: DesiredAccess, _ desired: DesiredInstance, _ observed: Observed) -> [Misspelt]
  {
    guard !desired.access.bindings.isEmpty else { return [] }
    var known = desired.spellings
    for name in observed.roles.keys.sorted() { _ = known.add(name) }
    let named =
      access.roles.map { (name: $0.key, by: $0.value.document) }
      + access.rules.flatMap { rule in rule.defaultPrivilegesOf.map { (name: $0, by: rule.address) } }
    return named.sorted { ($0.name, $0.by) < ($1.name, $1.by) }.compactMap { name, by in
      known.add(name).map { Misspelt(name: name, other: $0, by: by) }
    }
  }
}

extension DesiredInstance {
  fileprivate func schemas(of database: String, _ observed: Observed) -> Set<String> {
    let declared = databases[database]
    let existing =
      observed.databases[database] ?? declared?.renamedFrom.flatMap { observed.databases[$0] }
    // A database to be made begins with what its template has.
    let names = existing.map { Set($0.schemas.keys) } ?? ["public"]
    return names.union(declared?.schemas.keys.map { $0 } ?? [])
  }
}

extension PlanBuilder {
  /// Without the names nothing can be compared: a role that seems to be nobody's would lose its members.
  mutating func report(_ bound: BoundInstance) {
    guard isOurs || observed.presence == .absent, desired.state != .absent else { return }
    for mistake in bound.bound.mistakes {
      fail(.conflict, mistake.message, at: mistake.address, hint: mistake.hint)
    }
    for role in bound.misspelt {
      fail(
        .conflict,
        "the role `\(Spellings.shown(role.name))` that a binding makes looks like `\(Spellings.shown(role.other))` and is another one",
        at: role.by, hint: "rename one of them, or the schema")
    }
    for (database, binding) in bound.unread {
      fail(
        .unmanagedPrivileges, "the schemas of the database `\(database)` of `\(desired.name)` can't be read",
        at: binding,
        hint: "let the user that plans connect to it, or name the schemas")
    }
    guard observed.presence == .running, observed.unknownInside == nil else { return }
    for unfit in bound.bound.unfit {
      note(address, "no schema fits `\(unfit.place.database).\(unfit.place.schema)` of \(unfit.address)")
    }
  }
}
