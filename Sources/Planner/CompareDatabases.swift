import Diagnostics
import Model

/// Databases as wholes, then what each holds: extensions, schemas, settings, privileges.
extension PlanBuilder {
  mutating func compareDatabases() {
    for (name, database) in sortedDatabases {
      renameDatabase(name, database)
      guard let existing = state.databases[name] else {
        createDatabase(name, database)
        continue
      }
      guard let owner = database.owner, owner != existing.owner, !isReassigned(existing.owner, to: owner),
        roleExists(owner, place: place(name))
      else { continue }
      let change = Change(
        address: address.appending("database", name), action: .change,
        facts: [FactChange(.databaseOwner(name: name), from: existing.owner, to: owner)], source: source(place(name)))
      add(
        Piece(
          phase: .databases, group: name, change: change, edits: [.setDatabaseOwner(database: name, owner: owner)],
          hazards: ownershipHazards(of: "database \(name)", from: existing.owner, address.appending("database", name))))
    }
  }

  /// The removal of the old owner does it.
  private func isReassigned(_ old: String, to new: String) -> Bool {
    desired.access.roles[old].map { $0.isToBeRemoved && $0.state == .absent(reassignTo: new) } ?? false
  }

  mutating func compareContents() {
    compareSharedPrivileges()
    compareSettingsInDatabases()
    let names = Set(desired.databases.keys).union(desired.access.databases).sorted()
    for name in names {
      guard let existing = state.databases[name] else {
        if desired.databases[name] == nil { failMissingDatabase(name, address) }
        continue
      }
      guard existing.isRead else {
        alarms.append(
          Alarm(
            .notPermitted, address.appending("database", name),
            message: "it could not be read, so nothing in it was compared",
            hint: "let `connect.user` connect to it: GRANT CONNECT ON DATABASE"))
        continue
      }
      if let database = desired.databases[name] { compareSchemas(name, database) }
      if desired.access.databases.contains(name) {
        compareOwners(in: name)
        comparePrivileges(in: name)
        compareRowSecurity(in: name)
      }
    }
  }

  private var sortedDatabases: [(String, DesiredDatabase)] { desired.databases.sorted { $0.key < $1.key } }

  private func place(_ name: String) -> Address { address.appending("database", name) }

  mutating func failMissingDatabase(_ name: String, _ place: Address) {
    guard !context.dueOnly, isWhole else { return }
    fail(
      .missingObject, "there is no database `\(name)` on `\(desired.name)`", at: place,
      hint: closest(name, in: Array(state.databases.keys)).map { "did you mean `\($0)`?" }
        ?? "declare it under `databases:` of the instance")
  }

  private mutating func createDatabase(_ name: String, _ database: DesiredDatabase) {
    if let owner = database.owner, !roleExists(owner, place: place(name)) { return }
    let owner = FactChange(.databaseOwner(name: name), from: nil, to: database.owner ?? state.capabilities.user)
    let change = Change(
      address: place(name), action: .add, facts: [FactChange(.database(name: name), from: nil, to: "present"), owner],
      source: source(place(name)))
    add(
      Piece(phase: .databases, group: name, change: change, edits: [.createDatabase(name: name, owner: database.owner)])
    )
  }

  private mutating func renameDatabase(_ name: String, _ database: DesiredDatabase) {
    guard let old = database.renamedFrom, state.databases[name] == nil, state.databases[old] != nil else { return }
    let change = Change(
      address: place(name), action: .change,
      facts: [
        FactChange(.database(name: old), from: "present", to: nil),
        FactChange(.database(name: name), from: nil, to: "present"),
      ], source: source(place(name)), reason: "renamed from \(old)")
    let edit = Edit.renameDatabase(from: old, to: name)
    let hazards = hazards(of: edit, before: state, instance: desired.name)
    add(Piece(phase: .databases, group: name, change: change, edits: [edit], hazards: hazards))
  }

  private mutating func compareSchemas(_ database: String, _ wanted: DesiredDatabase) {
    for name in wanted.extensions.sorted() where state.databases[database]?.extensions[name] == nil {
      createExtension(database, name)
    }
    for (name, schema) in wanted.schemas.sorted(by: { $0.key < $1.key }) { compare(database, name, schema) }
    for (name, value) in wanted.settings.sorted(by: { $0.key < $1.key }) {
      compareSetting(
        SettingScope(database: database), name, value, place: place(database).appending("setting", name),
        phase: .contents, group: database
      ) {
        $0.add($1)
      }
    }
  }

  private mutating func createExtension(_ database: String, _ name: String) {
    let place = place(database).appending("extension", name)
    if let available = state.host?.availableExtensions, !available.contains(name) {
      return fail(
        .missingObject, "the extension `\(name)` is not installed on the host of `\(desired.name)`", at: place,
        hint: closest(name, in: available).map { "did you mean `\($0)`?" } ?? "install the package that holds it first")
    }
    let change = Change(
      address: place, action: .add,
      facts: [FactChange(.extension(database: database, name: name), from: nil, to: "present")],
      source: source(place))
    add(
      Piece(
        phase: .contents, group: database, change: change, edits: [.createExtension(database: database, name: name)]))
  }

  private mutating func compare(_ database: String, _ name: String, _ wanted: DesiredSchema) {
    let place = place(database).appending("schema", name)
    if let owner = wanted.owner, !roleExists(owner, place: place) { return }
    guard let existing = state.databases[database]?.schemas[name] else {
      let owner = FactChange(
        .schemaOwner(database: database, name: name), from: nil, to: wanted.owner ?? state.capabilities.user)
      let change = Change(
        address: place, action: .add,
        facts: [FactChange(.schema(database: database, name: name), from: nil, to: "present"), owner],
        source: source(place))
      return add(
        Piece(
          phase: .contents, group: database, change: change,
          edits: [.createSchema(database: database, name: name, owner: wanted.owner)]))
    }
    guard let owner = wanted.owner, owner != existing.owner else { return }
    let change = Change(
      address: place, action: .change,
      facts: [FactChange(.schemaOwner(database: database, name: name), from: existing.owner, to: owner)],
      source: source(place))
    add(
      Piece(
        phase: .contents, group: database, change: change,
        edits: [.setSchemaOwner(database: database, schema: name, owner: owner)],
        hazards: ownershipHazards(of: "schema \(name)", from: existing.owner, place)))
  }

  private func ownershipHazards(of thing: String, from owner: String, _ address: Address) -> [Hazard] {
    [Hazard(.accessLoss, address, "\(owner) no longer owns \(thing)")]
  }

  /// Whether the role is there or will be; if not, that is an error with the place that names it.
  mutating func roleExists(_ name: String, place: Address) -> Bool {
    if state.roles[name] != nil { return true }
    if context.dueOnly || !isWhole, desired.access.roles[name] != nil { return false }
    fail(
      .missingRole, "the role `\(name)` is neither declared for `\(desired.name)` nor on it", at: place,
      hint: closest(name, in: Array(state.roles.keys)).map { "did you mean `\($0)`?" })
    return false
  }
}
