import Model
import SQL

/// The names that a server has, each in one spelling: nothing with another one gets into an observation.
struct CatalogNames: Sendable {
  /// Those of the specs.
  private let written: Spellings
  private var found = Spellings()
  /// Of the roles that were read, those that are not all ASCII; `nil` until they are.
  private var roles: Set<String>?

  init(written: Spellings) { self.written = written }

  /// Where a result has its names.
  struct Columns {
    var names: [Int] = []
    /// Those of roles.
    var roles: [Int] = []
    /// Arrays of names.
    var arrays: [Int] = []
    /// Arrays of `aclitem`. They may name roles that came after the roles were read.
    var lists: [Int] = []
  }

  /// - Errors: `SQLFailure` where a name has another spelling on the server, or in the specs.
  mutating func add(_ rows: SQLRows, _ columns: Columns) throws(SQLFailure) {
    guard !rows.isASCII else { return }
    for row in rows {
      for index in columns.names { if let name = row[index] { try add(name) } }
      for index in columns.roles { if let name = row[index] { try add(role: name) } }
      for index in columns.arrays { for name in row[index].flatMap(arrayElements) ?? [] { try add(name) } }
      for index in columns.lists {
        for entry in row[index].flatMap(arrayElements)?.compactMap({ ACLEntry(aclItem: $0) }) ?? [] {
          try add(role: entry.grantor)
          if let role = entry.grantee.role { try add(role: role) }
        }
      }
    }
  }

  /// The server keeps the names of roles as bytes without an encoding, and each database reads them in its own.
  private mutating func add(role name: String) throws(SQLFailure) {
    try add(name)
    guard let roles, !roles.contains(name), name.unicodeScalars.contains(where: { !$0.isASCII }) else { return }
    throw SQLFailure(
      .unreadable, message: "the role \(Spellings.shown(name)) is named in a database and is none of the server's",
      hint:
        "where the database has another encoding than `connect.database` it can't be compared: let roles have names in "
        + "ASCII; if the role is new, look again", endpoint: "the server")
  }

  private mutating func add(_ name: String) throws(SQLFailure) {
    // What is no UTF-8 was read with this in its place: two such names could be one here.
    if name.unicodeScalars.contains("\u{FFFD}") {
      throw SQLFailure(
        .unreadable,
        message: "the name \(Spellings.shown(name)) is not in UTF-8, or holds U+FFFD, which stands for such bytes",
        hint: "rename it on the server, in a session with the encoding that it was written in", endpoint: "the server")
    }
    if let other = written.otherSpelling(of: name) {
      throw failure(
        "the name \(Spellings.shown(name)) looks like \(Spellings.shown(other)) in the specs and is another one")
    }
    if let other = found.add(name) {
      throw failure("the names \(Spellings.shown(name)) and \(Spellings.shown(other)) look the same and are two")
    }
  }

  private func failure(_ message: String) -> SQLFailure {
    SQLFailure(
      .unreadable, message: message,
      hint: "rename one on the server, or write it in the specs as the server has it, in double quotes with `\\u0301` "
        + "and the like",
      endpoint: "the server")
  }
}

extension CatalogNames {
  /// - Parameter results: those of `ClusterQueries.all`.
  mutating func add(cluster results: [SQLRows]) throws(SQLFailure) {
    let columns: [Int: Columns] = [
      1: Columns(names: [0]), 2: Columns(names: [0, 1, 2]), 3: Columns(names: [0, 1]),
      4: Columns(names: [0, 1], lists: [2]), 7: Columns(names: [0, 1]), 9: Columns(names: [0, 1], lists: [2]),
      10: Columns(names: [0], lists: [1]),
    ]
    for (rows, index) in zip(results, 0...) { if let columns = columns[index] { try add(rows, columns) } }
    roles = results[1].isASCII ? [] : Set(results[1].compactMap { $0[0] })
  }

  /// - Parameter results: those of `DatabaseQueries.all`, then of `RowSecurityQueries.all`, and of
  ///   `DatabaseQueries.sequencesOfColumns` where it was asked.
  mutating func add(database results: [SQLRows]) throws(SQLFailure) {
    let grouped = Columns(names: [0], roles: [2], arrays: [4], lists: [3])
    let ungrouped = Columns(names: [0], roles: [1], arrays: [3], lists: [2])
    let columns =
      [
        Columns(names: [0], roles: [1], lists: [2]), grouped, grouped, Columns(names: [1], roles: [0], lists: [3]),
        Columns(names: [0]), Columns(names: [0], roles: [1], arrays: [3, 4], lists: [2]),
      ] + Array(repeating: ungrouped, count: 5) + [
        Columns(names: [1], arrays: [3, 4], lists: [2]), Columns(names: [0, 1]),
        Columns(names: [0, 1, 2], arrays: [5]), Columns(names: [0, 1, 2, 3]),
      ]
    for (rows, columns) in zip(results, columns) { try add(rows, columns) }
  }
}
