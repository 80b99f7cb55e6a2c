import Model

/// Objects of one kind in one database, in as few words as name them: `table orders.app.payments`,
/// `412 tables of orders.app`, `5,000 tables in 100 schemas of orders`.
struct ObjectWords: Hashable {
  var database: String
  var kind: ObjectKind
  /// The names by schema, in order. The schema is empty for databases and schemas.
  var names: [Part]

  struct Part: Hashable {
    var schema: String
    var names: [String]
  }

  init(_ group: ObjectGroup) {
    (database, kind) = (group.database, group.kind)
    names = [Part(schema: group.schema, names: group.names)]
  }

  func text(limit: Int = 3) -> String {
    switch kind {
    case .database: (all.count == 1 ? "database " : "databases ") + listed(all.map(named), limit: limit)
    case .schema: all.count == 1 ? "schema \(prefix(all[0]))" : inside(named(database), limit: limit)
    case .table, .column, .sequence, .function, .type: objects(limit: limit)
    case .language, .foreignDataWrapper, .foreignServer, .largeObject:
      all.count == 1 ? "\(kind.words) \(named(all[0])) of \(named(database))" : inside(named(database), limit: limit)
    case .tablespace, .parameter:
      "\(all.count == 1 ? kind.words : kind.pluralWords) \(listed(all.map(named), limit: limit))"
    }
  }

  private func objects(limit: Int) -> String {
    guard names.count == 1 else { return inSchemas(limit: limit) }
    let schema = prefix(names[0].schema)
    return all.count == 1 ? "\(kind.words) \(schema).\(named(all[0]))" : inside(schema, limit: limit)
  }

  private func inside(_ place: String, limit: Int) -> String {
    guard all.count <= limit else {
      return "\(counted(all.count, kind.words, plural: kind.pluralWords)) of \(place)"
    }
    return "\(kind.pluralWords) \(all.map(named).joined(separator: ", ")) of \(place)"
  }

  private func inSchemas(limit: Int) -> String {
    if all.count <= limit {
      let paths = names.flatMap { part in part.names.map { "\(prefix(part.schema)).\(named($0))" } }
      return "\(kind.pluralWords) \(paths.joined(separator: ", "))"
    }
    let schemas = listed(names.map { named($0.schema) }, limit: limit)
    let count = counted(all.count, kind.words, plural: kind.pluralWords)
    return "\(count) in \(grouped(names.count)) schemas of \(named(database)) (\(schemas))"
  }

  private func prefix(_ schema: String) -> String { "\(named(database)).\(named(schema))" }

  private var all: [String] { names.count == 1 ? names[0].names : names.flatMap(\.names) }
}

/// Joins the names of many groups of one kind and database, in time that grows with the names.
struct ObjectUnion {
  private let first: ObjectWords
  private var schemas: [String: Set<String>] = [:]
  /// Something was named twice.
  private(set) var overlaps = false

  init(_ first: ObjectWords) {
    self.first = first
    add(first)
  }

  mutating func add(_ more: ObjectWords) {
    for part in more.names {
      let known = schemas[part.schema]?.count ?? 0
      schemas[part.schema, default: []].formUnion(part.names)
      if (schemas[part.schema]?.count ?? 0) < known + part.names.count { overlaps = true }
    }
  }

  var objects: ObjectWords {
    var objects = first
    objects.names = schemas.sorted { $0.key < $1.key }.map {
      ObjectWords.Part(schema: $0.key, names: $0.value.sorted())
    }
    return objects
  }
}
