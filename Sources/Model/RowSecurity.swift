/// A table of one database.
package struct TableName: Hashable, Sendable, Codable, Comparable {
  package var schema: String
  package var name: String

  package init(schema: String, name: String) { (self.schema, self.name) = (schema, name) }

  package static func < (left: Self, right: Self) -> Bool { (left.schema, left.name) < (right.schema, right.name) }
}

/// A table of one instance.
package struct ProtectedTable: Hashable, Sendable, Codable, Comparable {
  package var database: String
  package var table: TableName

  package init(database: String, schema: String, name: String) {
    (self.database, table) = (database, TableName(schema: schema, name: name))
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.database, left.table) < (right.database, right.table)
  }

  /// `orders.app.customers`
  package var text: String { "\(database).\(table.schema).\(table.name)" }

  package var path: [String] { ["database", database, "schema", table.schema, "table", table.name] }
}

/// What holds the rows of one table back.
package struct RowSecurity: Hashable, Sendable, Codable {
  package enum Enforcement: String, Hashable, Sendable, Codable, CaseIterable {
    case disabled, enabled
    /// Its owner is held too.
    case forced
    /// Switched off, but its owner would be held as soon as it is switched on.
    case forcedOnceEnabled = "disabled, forced once enabled"

    package init(isEnabled: Bool, isForced: Bool) {
      switch (isEnabled, isForced) {
      case (false, false): self = .disabled
      case (true, false): self = .enabled
      case (true, true): self = .forced
      case (false, true): self = .forcedOnceEnabled
      }
    }

    package var isEnabled: Bool { self == .enabled || self == .forced }
    package var isForced: Bool { self == .forced || self == .forcedOnceEnabled }
  }

  package var enforcement: Enforcement
  package var policies: [String: Policy] = [:]

  package init(enforcement: Enforcement = .disabled, policies: [String: Policy] = [:]) {
    (self.enforcement, self.policies) = (enforcement, policies)
  }
}

/// Row security of one database: of tables that have it or have policies, and of those that the specs name.
package struct RowSecurityTable: Hashable, Sendable, Codable {
  package var tables: [TableName: RowSecurity] = [:]
  /// What the server says of expressions that are written in another way than it writes them. Knowledge and no state: no
  /// edit changes it.
  package var readings: [TableName: ExpressionReadings] = [:]

  package init() {}

  private struct Entry: Codable {
    var table: TableName
    var rowSecurity: RowSecurity?
    var readings: ExpressionReadings?
  }

  package init(from decoder: any Decoder) throws {
    for entry in try [Entry](from: decoder) {
      tables[entry.table] = entry.rowSecurity
      readings[entry.table] = entry.readings
    }
  }

  /// Sorted: the order of a dictionary is another one in each process.
  package func encode(to encoder: any Encoder) throws {
    try Set(tables.keys).union(readings.keys).sorted()
      .map { Entry(table: $0, rowSecurity: tables[$0], readings: readings[$0]) }.encode(to: encoder)
  }

  package mutating func renameRole(_ old: String, to new: String) {
    for (table, value) in tables {
      for (name, policy) in value.policies where policy.roles.contains(.role(old)) {
        tables[table]?.policies[name]?.roles = policy.roles.map { $0 == .role(old) ? .role(new) : $0 }.sorted()
      }
    }
  }

  /// The policies that name the role, by table.
  package func policies(naming role: String) -> [(table: TableName, name: String)] {
    tables.sorted { $0.key < $1.key }.flatMap { table, value in
      value.policies.sorted { $0.key < $1.key }.filter { $0.value.roles.contains(.role(role)) }
        .map { (table: table, name: $0.key) }
    }
  }
}

extension Observed {
  package func rowSecurity(of table: ProtectedTable) -> RowSecurity? {
    databases[table.database]?.rowSecurity.tables[table.table]
  }

  package func policy(_ name: String, on table: ProtectedTable) -> Policy? { rowSecurity(of: table)?.policies[name] }

  package func readings(of table: ProtectedTable) -> ExpressionReadings {
    databases[table.database]?.rowSecurity.readings[table.table] ?? ExpressionReadings()
  }
}
