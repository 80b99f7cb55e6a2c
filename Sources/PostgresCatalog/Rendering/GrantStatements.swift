import Model
import SQL

/// Grants or revokes that stand next to each other, put into as few statements as say the same: several grantees, up to
/// a hundred objects.
///
/// Five thousand tables in statements of a hundred took a third less time than one by one, and `ALL TABLES IN SCHEMA`
/// five times as much; measured on 15.
struct GrantRun {
  static let objectsPerStatement = 100

  /// What all of one statement has in common, beside the grantees and the objects.
  private struct Shape: Hashable {
    var isGrant: Bool
    var database: String
    var kind: ObjectKind
    var privileges: PrivilegeSet
    var grantor: String
    var assumesGrantor: Bool
    /// WITH GRANT OPTION, or GRANT OPTION FOR.
    var aboutGrantOption: Bool
  }

  private struct Object: Hashable {
    var schema: String
    var name: String
  }

  private struct Entry {
    var shape: Shape
    var grantee: Grantee
    var objects: [Object]
  }

  private var entries: [Entry] = []
  /// Of the entries, so that a long run isn't searched for each edit.
  private var grantees: Set<Grantee> = []
  private var grantors: Set<Grantee> = []
  /// By those for whom it was asked, whether there is need of one or not.
  private var passages: [Schema: SchemaPassage?] = [:]
  private var options: [Door: OptionPassage] = [:]
  private(set) var isGrant: Bool?

  private struct Door: Hashable {
    var database: String
    var target: ObjectID
    var grantor: String
    var privileges: PrivilegeSet
  }

  private struct Schema: Hashable {
    var name: String
    var database: String
    var grantor: String
  }

  /// Takes the edit in, unless it is none of the kind or what it does depends on its place among the others.
  mutating func add(_ edit: Edit, _ context: StatementContext) -> Bool {
    guard let new = Self.entries(of: edit, context), let first = new.first else { return false }
    guard isGrant == nil || isGrant == first.shape.isGrant, !depends(first) else { return false }
    isGrant = first.shape.isGrant
    entries += new
    grantees.insert(first.grantee)
    grantors.insert(.role(first.shape.grantor))
    for entry in new where entry.shape.assumesGrantor {
      addPassage(entry, context)
      addOptions(entry, context)
    }
    return true
  }

  private mutating func addPassage(_ entry: Entry, _ context: StatementContext) {
    guard entry.shape.kind.place == .schema, let name = entry.objects.first?.schema else { return }
    let schema = Schema(name: name, database: entry.shape.database, grantor: entry.shape.grantor)
    if passages[schema] == nil {
      passages[schema] = .some(context.passage(for: schema.grantor, into: name, of: schema.database))
    }
  }

  private mutating func addOptions(_ entry: Entry, _ context: StatementContext) {
    // What is taken back is taken before anything else changes, and what is granted comes last.
    let state = entry.shape.isGrant ? context.after : context.before
    for object in entry.objects {
      let id = ObjectID(kind: entry.shape.kind, schema: object.schema, name: object.name)
      guard
        let passage = state.optionPassage(
          entry.shape.privileges, on: id, of: entry.shape.database, grantor: entry.shape.grantor,
          toRevoke: !entry.shape.isGrant, leadingTo: context.after)
      else { continue }
      // Elsewhere than on columns the option goes again only where the grantor keeps it by its memberships.
      guard !entry.shape.isGrant || id.kind == .column || context.inheritsOption(passage, in: entry.shape.database)
      else {
        continue
      }
      options[door(passage.target, entry.shape)] = passage
    }
  }

  private func door(_ target: ObjectID, _ shape: Shape) -> Door {
    Door(database: shape.database, target: target, grantor: shape.grantor, privileges: shape.privileges)
  }

  /// A grant needs the grant option that an earlier one gave to its grantor; what an earlier revoke took back has to go
  /// before its grantor's own option.
  private func depends(_ entry: Entry) -> Bool {
    // Who is let into a schema, and how, was found out for the statements so far.
    if entry.shape.kind == .schema, entry.objects.contains(where: isPassed) { return true }
    return entry.shape.isGrant
      ? grantees.contains(.role(entry.shape.grantor)) : grantors.contains(entry.grantee)
  }

  private func isPassed(_ schema: Object) -> Bool { passages.keys.contains { $0.name == schema.name } }

  private static func entries(of edit: Edit, _ context: StatementContext) -> [Entry]? {
    switch edit {
    case .grant(let group, let grantee, let grantor, let privileges, let grantable):
      entries(group, grantee, grantor, privileges, isGrant: true, aboutGrantOption: grantable, context)
    case .revoke(let group, let grantee, let grantor, let privileges, let optionOnly):
      entries(group, grantee, grantor, privileges, isGrant: false, aboutGrantOption: optionOnly, context)
    default: nil  // Not a matter of this run, whatever comes to be.
    }
  }

  private static func entries(
    _ group: ObjectGroup, _ grantee: Grantee, _ grantor: String, _ privileges: PrivilegeSet, isGrant: Bool,
    aboutGrantOption: Bool, _ context: StatementContext
  ) -> [Entry] {
    [false, true].compactMap { assumes in
      let names = group.names.filter { name in
        assumes
          == context.assumesGrantor(
            grantor, group.kind, database: group.database, schema: group.schema, name: name)
      }
      guard !names.isEmpty else { return nil }
      let shape = Shape(
        isGrant: isGrant, database: group.database, kind: group.kind, privileges: privileges,
        grantor: grantor,
        assumesGrantor: assumes, aboutGrantOption: aboutGrantOption)
      return Entry(
        shape: shape, grantee: grantee, objects: names.map { Object(schema: group.schema, name: $0) })
    }
  }
}

extension GrantRun {
  var statements: [SQLText] { together.flatMap(statements) }

  /// What one grantor takes back by options that are lent on the same column is taken back together: as long as another of
  /// its grants stays there, the server refuses to take the option from it again. Within a run no revoke waits for another.
  private var together: [[Merged]] {
    guard isGrant == false, !options.isEmpty else { return merged.map { [$0] } }
    var blocks: [(grantor: String, columns: Set<ObjectID>, parts: [Merged])] = []
    for one in merged {
      let (grantor, columns) = (
        one.shape.grantor, Set(lentOptions(of: one).map(\.target).filter { $0.kind == .column })
      )
      // Most are made by no such option, and runs are long.
      let twin =
        columns.isEmpty
        ? nil : blocks.firstIndex { $0.grantor == grantor && !$0.columns.isDisjoint(with: columns) }
      if let index = twin {
        blocks[index].columns.formUnion(columns)
        blocks[index].parts.append(one)
      } else {
        blocks.append((grantor, columns, [one]))
      }
    }
    return blocks.map(\.parts)
  }

  private struct Merged: Hashable {
    var shape: Shape
    var grantees: [Grantee]
    var objects: [Object]
  }

  /// First entries of the same objects are put together, then those of the same grantees. Both keep the order in which
  /// they first appeared.
  private var merged: [Merged] {
    var byObjects: [Merged] = []
    var indexes: [Merged: Int] = [:]
    for entry in entries {
      let key = Merged(shape: entry.shape, grantees: [], objects: entry.objects)
      if let index = indexes[key] {
        if !byObjects[index].grantees.contains(entry.grantee) {
          byObjects[index].grantees.append(entry.grantee)
        }
      } else {
        indexes[key] = byObjects.count
        byObjects.append(Merged(shape: entry.shape, grantees: [entry.grantee], objects: entry.objects))
      }
    }
    var result: [Merged] = []
    indexes = [:]
    for one in byObjects {
      let key = Merged(shape: one.shape, grantees: one.grantees, objects: [])
      if let index = indexes[key] {
        result[index].objects += one.objects
      } else {
        indexes[key] = result.count
        result.append(one)
      }
    }
    return result
  }

  private func statements(_ block: [Merged]) -> [SQLText] {
    let statements = block.flatMap {
      $0.shape.kind == .column ? Self.columnStatements($0) : Self.objectStatements($0)
    }
    guard let shape = block.first?.shape, shape.assumesGrantor else { return statements }
    var (doors, lent): ([SchemaPassage], [OptionPassage]) = ([], [])
    for part in block {
      doors += passages(of: part).filter { !doors.contains($0) }
      for passage in lentOptions(of: part) {
        if let index = lent.firstIndex(where: { $0.target == passage.target }) {
          lent[index].formUnion(passage)
        } else {
          lent.append(passage)
        }
      }
    }
    return doors.map(\.opening) + lent.map(\.opening) + ["SET LOCAL ROLE \(identifier: shape.grantor)"]
      + statements + ["RESET ROLE"] + lent.flatMap(\.closing) + doors.compactMap(\.closing)
  }

  private func lentOptions(of merged: Merged) -> [OptionPassage] {
    guard !options.isEmpty else { return [] }
    let targets = merged.objects.flatMap { object in
      let id = ObjectID(kind: merged.shape.kind, schema: object.schema, name: object.name)
      return [id, id.lendingTarget]
    }
    return Set(targets).sorted().compactMap { options[door($0, merged.shape)] }
  }

  private func passages(of merged: Merged) -> [SchemaPassage] {
    let shape = merged.shape
    return Set(merged.objects.map(\.schema)).sorted().compactMap {
      passages[Schema(name: $0, database: shape.database, grantor: shape.grantor)] ?? nil
    }
  }

  private static func objectStatements(_ merged: Merged) -> [SQLText] {
    let references = merged.objects.compactMap {
      merged.shape.kind.reference(schema: $0.schema, name: $0.name)
    }
    precondition(references.count == merged.objects.count, "a function is named without its signature")
    return statements(merged, merged.shape.privileges.sql, on: references)
  }

  /// Tables of which the same columns are meant share statements.
  private static func columnStatements(_ merged: Merged) -> [SQLText] {
    var columns: [Object: Set<String>] = [:]
    for object in merged.objects {
      guard let name = ColumnName(object.name) else { preconditionFailure("`\(object.name)` is no column") }
      columns[Object(schema: object.schema, name: name.table), default: []].insert(name.column)
    }
    let tables = Dictionary(grouping: columns.keys) { columns[$0, default: []].sorted() }
    return tables.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { names, tables in
      let references = tables.sorted { ($0.schema, $0.name) < ($1.schema, $1.name) }
        .map { table -> SQLText in "\(qualified: [table.schema, table.name])" }
      return statements(merged, merged.shape.privileges.sql(columns: names), on: references)
    }
  }

  private static func statements(_ merged: Merged, _ privileges: SQLText, on references: [SQLText]) -> [SQLText] {
    stride(from: 0, to: references.count, by: objectsPerStatement).map {
      let chunk = Array(references[$0..<min($0 + objectsPerStatement, references.count)])
      return statement(merged.shape, privileges, merged.grantees, chunk)
    }
  }

  private static func statement(
    _ shape: Shape, _ privileges: SQLText, _ grantees: [Grantee], _ references: [SQLText]
  ) -> SQLText {
    let objects: SQLText = "\(sql: shape.kind.sql) \(sql: .joined(references, separator: ", "))"
    let names: SQLText = .joined(grantees.map(\.sql), separator: ", ")
    if shape.isGrant {
      let option: SQLText = shape.aboutGrantOption ? " WITH GRANT OPTION" : ""
      return "GRANT \(sql: privileges) ON \(sql: objects) TO \(sql: names)\(sql: option)"
    }
    let option: SQLText = shape.aboutGrantOption ? "GRANT OPTION FOR " : ""
    return "REVOKE \(sql: option)\(sql: privileges) ON \(sql: objects) FROM \(sql: names)"
  }
}
