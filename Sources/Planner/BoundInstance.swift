import Diagnostics
import Model

/// An instance whose bindings are resolved against the schemas that are there and those that are declared.
struct BoundInstance {
  private(set) var instance: DesiredInstance
  let bound: BoundAccess
  /// Databases whose schemas a pattern asks for, and nobody could look.
  let unread: [(database: String, binding: Address)]

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
