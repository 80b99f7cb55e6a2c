import Model
import PlatformKit
import SQL

/// Reads what lies in several databases, a few side by side.
struct DatabaseReading: Sendable {
  /// How much a database matters.
  enum Need: Sendable {
    /// The specs name it.
    case always
    /// Roles may have left something there; where nobody lets us in, it stays unread.
    case ifAdmitted
  }

  /// Connections at a time, so that planning takes few of the server's.
  static let width = 4

  /// What was read of each, or why it could not be.
  typealias Outcomes = [String: Result<DatabaseRows, SQLFailure>]

  let connect: @Sendable (String) async throws(SQLFailure) -> any SQLConnection
  /// Which tables' row security, and which expressions, the specs name.
  let access: DesiredAccess

  /// Reads databases through connections of their own.
  func read(_ names: [String]) async -> Outcomes {
    await withTaskGroup(of: (String, Result<DatabaseRows, SQLFailure>).self) { group in
      var (waiting, outcomes) = (names[...], Outcomes())
      for name in waiting.prefix(Self.width) { group.addTask { (name, await read(name)) } }
      waiting = waiting.dropFirst(Self.width)
      while let (name, outcome) = await group.next() {
        outcomes[name] = outcome
        if let name = waiting.popFirst() { group.addTask { (name, await read(name)) } }
      }
      return outcomes
    }
  }

  /// Fills in the databases of `needs`, but for what an earlier look tells; of all others `isRead` becomes `false`.
  ///
  /// - Parameter shared: what was read of the server as a whole. To its names each database adds its own: what lies in two
  ///   never meets.
  /// - Parameter early: what was read by then.
  func read(
    _ needs: [String: Need], into observed: inout Observed, of shared: SharedReading, early: Outcomes,
    since earlier: EarlierLook?
  ) async throws(SQLFailure) {
    for name in observed.databases.keys { observed.databases[name]?.isRead = false }
    var names: [String] = []
    for name in needs.keys.sorted() {
      if let known = earlier?.contents(of: name) {
        observed.databases[name]?.takeContents(of: known)
      } else {
        names.append(name)
      }
    }
    var outcomes = early
    let left = names.filter { early[$0] == nil }
    async let others = read(left.filter { $0 != shared.maintenanceName })
    if left.contains(shared.maintenanceName) {
      outcomes[shared.maintenanceName] = await outcome(shared.maintenanceName, over: shared.maintenance)
    }
    outcomes.merge(await others) { $1 }
    for name in names {
      guard let read = try outcomes[name]?.admitted(need: needs[name]) else { continue }
      var known = shared.names
      try known.add(database: read.rows)
      observed.databases[name]?.fill(from: read.rows, version: shared.version)
      observed.databases[name]?.rowSecurity = read.rowSecurity
      if let rows = read.sequencesOfColumns { observed.databases[name]?.addSequencesOfColumns(rows) }
    }
  }

  private func read(_ name: String) async -> Result<DatabaseRows, SQLFailure> {
    do throws(SQLFailure) {
      let connection = try await connect(name)
      let outcome = await outcome(name, over: connection)
      await connection.close()
      return outcome
    } catch {
      return .failure(error)
    }
  }

  private func outcome(_ name: String, over connection: any SQLConnection) async -> Result<DatabaseRows, SQLFailure> {
    do throws(SQLFailure) {
      return .success(try await rows(of: name, over: connection))
    } catch {
      return .failure(error)
    }
  }

  private func rows(of name: String, over connection: any SQLConnection) async throws(SQLFailure) -> DatabaseRows {
    let expressions = access.expressions(in: name)
    let named = Set(access.rowSecurity.filter { $0.table.database == name }.map(\.table.table)).union(expressions.keys)
    let interest = ObjectInterest(access)
    let contents = DatabaseQueries.all(interest)
    let rows = try await readTransaction(
      over: connection,
      contents + RowSecurityQueries.all(named: named.sorted())
        + (interest.sequencesOfColumns ? [DatabaseQueries.sequencesOfColumns] : []))
    var rowSecurity = RowSecurityTable()
    rowSecurity.tables = try RowSecurityRows(rows[contents.count...]).tables()
    try checkSpelling(of: expressions, on: rowSecurity.tables)
    rowSecurity.readings = try await readExpressions(expressions, on: rowSecurity.tables, over: connection)
    return DatabaseRows(
      rows: rows, sequencesOfColumns: interest.sequencesOfColumns ? rows.last : nil, rowSecurity: rowSecurity)
  }
}

/// Texts in quotes may differ in their spelling alone, too, and then they mean different things.
private func checkSpelling(
  of expressions: [TableName: Set<String>], on tables: [TableName: RowSecurity]
) throws(SQLFailure) {
  for (table, texts) in expressions.sorted(by: { $0.key < $1.key }) {
    var spellings = Spellings()
    for text in texts.sorted() { _ = spellings.add(squeezed(text)) }
    for policy in tables[table]?.policies.sorted(by: { $0.key < $1.key }) ?? [] {
      for form in [policy.value.using, policy.value.check].compactMap({ $0 }) {
        guard let other = spellings.add(squeezed(form)) else { continue }
        throw SQLFailure(
          .unreadable,
          message: "an expression of the policy \(Spellings.shown(policy.key)) on \(table.schema).\(table.name) is "
            + "\(Spellings.shown(squeezed(form))), which looks like \(Spellings.shown(other)) and is another text",
          hint: "write both in one way: U&'\\0301' and the like stand for characters",
          endpoint: "the database")
      }
    }
  }
}

extension Result<DatabaseRows, SQLFailure> {
  /// `nil` where the server doesn't let us in and that is no failure.
  fileprivate func admitted(need: DatabaseReading.Need?) throws(SQLFailure) -> DatabaseRows? {
    do throws(SQLFailure) { return try get() } catch {
      // 28000: pg_hba.conf says no. 42501: no CONNECT.
      let isRefused = error.sqlState == "28000" || error.sqlState == "42501"
      if need == .ifAdmitted && isRefused { return nil }
      throw error
    }
  }
}

/// What the databases of a server are read after.
struct SharedReading: Sendable {
  let maintenance: any SQLConnection
  let maintenanceName: String
  let version: ServerVersion
  let names: CatalogNames
}

/// What was read in one database.
struct DatabaseRows: Sendable {
  /// The results of `DatabaseQueries.all`, and others after them.
  var rows: [SQLRows]
  var sequencesOfColumns: SQLRows?
  var rowSecurity: RowSecurityTable
}

extension Database {
  /// - Parameter rows: the results of `DatabaseQueries.all`.
  fileprivate mutating func fill(from rows: [SQLRows], version: ServerVersion) {
    isRead = true
    var acls = ACLReader(version: version)
    for row in rows[0] {
      let owner = row[1] ?? ""
      schemas[row[0] ?? ""] = Schema(owner: owner, acl: acls.read(row[2], kind: .schema, owner: owner))
    }
    for row in rows[1] { addObjects(row, owner: 2, kind: row[1] == "S" ? .sequence : .table, &acls) }
    for row in rows[2] { addObjects(row, owner: 2, kind: .function, &acls) }
    for row in rows[3] { addDefaults(row, &acls) }
    for row in rows[4] { extensions[row[0] ?? ""] = row[1] ?? "" }
    for row in rows[5] { addColumns(row, &acls) }
    let others: [ObjectKind] = [.type, .language, .foreignDataWrapper, .foreignServer, .largeObject]
    for (kind, rows) in zip(others, rows[6...]) {
      for row in rows { addObjects(row, owner: 1, kind: kind, &acls) }
    }
    for row in rows[11] { addExtensionLists(row, &acls) }
    objects.indexColumns()
  }

  fileprivate mutating func addSequencesOfColumns(_ rows: SQLRows) {
    for row in rows {
      sequencesOfColumns[ObjectID(kind: .sequence, schema: row[0] ?? "", name: row[1] ?? "")] = ObjectID(
        kind: .table, schema: row[2] ?? "", name: row[3] ?? "")
    }
  }

  /// The owner's column is followed by the list and the names.
  private mutating func addObjects(_ row: SQLRow, owner index: Int, kind: ObjectKind, _ acls: inout ACLReader) {
    let owner = row[index] ?? ""
    let state = ObjectState(owner: owner, acl: acls.read(row[index + 1], kind: kind, owner: owner))
    for name in row[index + 2].flatMap(arrayElements) ?? [] {
      objects.states[ObjectID(kind: kind, schema: row[0] ?? "", name: name)] = state
    }
  }

  private mutating func addColumns(_ row: SQLRow, _ acls: inout ACLReader) {
    let owner = row[1] ?? ""
    let state = ObjectState(owner: owner, acl: acls.read(row[2], kind: .column, owner: owner))
    let (tables, columns) = (row[3].flatMap(arrayElements) ?? [], row[4].flatMap(arrayElements) ?? [])
    for (table, column) in zip(tables, columns) {
      objects.states[.column(column, of: table, schema: row[0] ?? "")] = state
    }
  }

  private mutating func addExtensionLists(_ row: SQLRow, _ acls: inout ACLReader) {
    guard let kind = row[0].flatMap(ObjectKind.init(rawValue:)) else { return }
    let schema = row[1] ?? ""
    for (name, part) in zip(row[3].flatMap(arrayElements) ?? [], row[4].flatMap(arrayElements) ?? []) {
      let id =
        kind == .column
        ? ObjectID.column(part, of: name, schema: schema) : ObjectID(kind: kind, schema: schema, name: name)
      // The list of a fresh object is its owner's; that of a type which isn't read is of no interest.
      guard let owner = kind == .schema ? schemas[name]?.owner : objects.column(id)?.owner else { continue }
      extensionLists.states[id] = ObjectState(owner: owner, acl: acls.read(row[2], kind: kind, owner: owner))
    }
  }

  private mutating func addDefaults(_ row: SQLRow, _ acls: inout ACLReader) {
    let kinds: [String: ObjectKind] = [
      "r": .table, "S": .sequence, "f": .function, "T": .type, "n": .schema, "L": .largeObject,
    ]
    // A letter of a later version is none of this one's business.
    guard let kind = row[2].flatMap({ kinds[$0] }), let owner = row[0] else { return }
    defaultPrivileges[DefaultPrivileges(owner: owner, schema: row[1], kind: kind)] =
      acls.read(row[3], kind: kind, owner: owner)
  }
}
