import Diagnostics
import Model

/// The names in `grants:`, held against what is there.
extension PlanBuilder {
  /// Whether the database's grants can be compared; what can't be is among the diagnostics.
  mutating func checkNames(_ wanted: WantedPrivileges, _ database: String, _ existing: Database) -> Bool {
    let errors = diagnostics.count
    for (grantee, want) in wanted.onDatabase.sorted(by: { $0.key < $1.key }) { check(grantee, want) }
    for (schema, grants) in wanted.onSchemas.sorted(by: { $0.key < $1.key }) {
      check(schema, grants, database, existing)
    }
    for (objects, grants) in wanted.onAll.sorted(by: { ($0.key.schema, $0.key.kind) < ($1.key.schema, $1.key.kind) }) {
      check(objects.schema, grants, database, existing)
    }
    for (id, grants) in wanted.onNamed.sorted(by: { $0.key < $1.key }) {
      check(id.schema, grants, database, existing)
      check(id, grants, database, existing)
    }
    for grants in wanted.onDefaults.values { for (grantee, want) in grants { check(grantee, want) } }
    return diagnostics.count == errors
  }

  /// The same of what lies in no database.
  mutating func checkShared(_ wanted: WantedPrivileges) -> Bool {
    let errors = diagnostics.count
    for grants in wanted.onAll.values {
      for (grantee, want) in grants.sorted(by: { $0.key < $1.key }) { check(grantee, want) }
    }
    for (id, grants) in wanted.onNamed.sorted(by: { $0.key < $1.key }) {
      for (grantee, want) in grants.sorted(by: { $0.key < $1.key }) { check(grantee, want) }
      guard !existsInCluster(id), let rule = grants.values.map(\.rule).min() else { continue }
      let names = id.kind == .parameter ? Array(state.parameters.keys) : state.shared.states.keys.map(\.name)
      once(
        .missingObject, "there is no \(id.kind.words) `\(id.name)` on `\(desired.name)`", at: rule,
        hint: closest(id.name, in: names).map { "did you mean `\($0)`?" })
    }
    return diagnostics.count == errors
  }

  /// A parameter with a dot in its name may be an extension's that isn't loaded.
  private func existsInCluster(_ id: ObjectID) -> Bool {
    state.shared.states[id] != nil
      || id.kind == .parameter
        && (id.name.contains(".") || state.parameters.isEmpty
          || state.parameters.keys.contains { $0.lowercased() == id.name })
  }

  private mutating func check(_ grantee: Grantee, _ want: Want) {
    checkGrantee(grantee, want.rule)
    guard !want.contradiction.isEmpty, let other = want.forbidden else { return }
    once(
      .conflict, "\(want.contradiction) for \(grantee) is `state: absent` here and granted by \(named(want.rule))",
      at: other,
      hint: "take one of the two out")
  }

  private mutating func check(
    _ schema: String, _ grants: WantedPrivileges.Grants, _ database: String, _ existing: Database
  ) {
    for (grantee, want) in grants.sorted(by: { $0.key < $1.key }) { check(grantee, want) }
    guard !schema.isEmpty, existing.schemas[schema] == nil, isWhole, !context.dueOnly,
      let rule = grants.values.map(\.rule).min()
    else { return }
    let id = ObjectID(kind: .schema, schema: "", name: schema)
    if mayComeWithExtension(id, database) { return }
    once(
      .missingObject, "there is no schema `\(schema)` in the database `\(database)` of `\(desired.name)`", at: rule,
      hint: closest(schema, in: Array(existing.schemas.keys)).map { "did you mean `\($0)`?" }
        ?? "declare it under `databases.\(database).schemas`")
  }

  private mutating func checkGrantee(_ grantee: Grantee, _ rule: Address) {
    guard let name = grantee.role, desired.access.roles[name]?.state ?? .present == .present else { return }
    guard state.roles[name] == nil, isWhole, !context.dueOnly else { return }
    once(
      .missingRole, "the role `\(name)` is neither declared for `\(desired.name)` nor on it", at: rule,
      hint: closest(name, in: Array(state.roles.keys)).map { "did you mean `\($0)`?" })
  }

  private mutating func check(
    _ id: ObjectID, _ grants: WantedPrivileges.Grants, _ database: String, _ existing: Database
  ) {
    guard existing.objects.states[id] == nil, id.schema.isEmpty || existing.schemas[id.schema] != nil,
      let rule = grants.values.map(\.rule).min()
    else { return }
    if observed.databases[database] != nil, let table = id.tableOfColumn, existing.objects.states[table] == nil {
      return check(table, grants, database, existing)
    }
    // The table is there, and with it all of its columns.
    if observed.databases[database] != nil, id.kind != .column, mayComeWithExtension(id, database) { return }
    reportMissing(id, at: rule, in: database, existing, because: "is granted")
  }

  /// An object that specs name and that isn't there: a mistake, unless its database is only to be made.
  ///
  /// - Parameter because: what happens to it then.
  mutating func reportMissing(
    _ id: ObjectID, at rule: Address, in database: String, _ existing: Database, because purpose: String
  ) {
    if observed.databases[database] == nil {
      return note(
        id.group(in: database).address(in: desired.name), "\(purpose) once it exists: plan again after its migration")
    }
    let names = existing.objects.states.keys.filter { $0.kind == id.kind && $0.schema == id.schema }.map(\.name)
    once(
      .missingObject,
      "there is no \(id.kind.words) `\(id.text)` in the database `\(database)` of `\(desired.name)`",
      at: rule, hint: closest(id.name, in: names).map { "did you mean `\($0)`?" })
  }

  /// Whether the plan makes an extension that may bring the object: nobody can say before what it brings.
  private mutating func mayComeWithExtension(_ id: ObjectID, _ database: String) -> Bool {
    let wanted = desired.databases[database]?.extensions ?? []
    let here = observed.databases[database]?.extensions ?? [:]
    let new = wanted.filter { here[$0] == nil }.sorted()
    guard !new.isEmpty else { return false }
    note(
      id.group(in: database).address(in: desired.name),
      "isn't there, and may come with the extension \(new.joined(separator: " or ")): plan again when that is made")
    return true
  }

  /// One mistake in one place is told once, however many databases show it.
  private mutating func once(_ code: DiagnosticCode, _ message: String, at address: Address, hint: String?) {
    guard !diagnostics.contains(where: { $0.code == code && $0.message == message }) else { return }
    fail(code, message, at: address, hint: hint)
  }
}

extension ObjectID {
  /// With its schema, where it lies in one.
  var text: String { schema.isEmpty ? name : "\(schema).\(name)" }
}
