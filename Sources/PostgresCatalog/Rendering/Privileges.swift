import Model
import SQL

extension PrivilegeSet {
  /// `SELECT, INSERT`; never `ALL`, which means something else on the next version.
  var sql: SQLText {
    .joined(Self.keywordsInOrder.filter { contains($0.privilege) }.map(\.keyword), separator: ", ")
  }

  /// `SELECT (id, amount), UPDATE (id, amount)`
  func sql(columns: [String]) -> SQLText {
    let each = Self.keywordsInOrder.filter { contains($0.privilege) }.map { row -> SQLText in
      "\(sql: row.keyword) (\(identifiers: columns))"
    }
    return .joined(each, separator: ", ")
  }

  private static let keywordsInOrder: [(privilege: Self, keyword: SQLText)] = [
    (.select, "SELECT"), (.insert, "INSERT"), (.update, "UPDATE"), (.delete, "DELETE"),
    (.truncate, "TRUNCATE"),
    (.references, "REFERENCES"), (.trigger, "TRIGGER"), (.maintain, "MAINTAIN"), (.usage, "USAGE"),
    (.create, "CREATE"), (.connect, "CONNECT"), (.temporary, "TEMPORARY"), (.execute, "EXECUTE"), (.set, "SET"),
    (.alterSystem, "ALTER SYSTEM"),
  ]
}

extension Grantee {
  /// A role named `PUBLIC` is quoted and so is not everybody; one named `public` can't exist.
  var sql: SQLText {
    switch self {
    case .everybody: "PUBLIC"
    case .role(let name): "\(identifier: name)"
    }
  }
}

extension ObjectKind {
  var sql: SQLText {
    switch self {
    case .database: "DATABASE"
    case .schema: "SCHEMA"
    case .table: "TABLE"
    // A column's privileges are granted on its table, each with the columns in parentheses.
    case .column: "TABLE"
    case .sequence: "SEQUENCE"
    case .function: "ROUTINE"
    case .type: "TYPE"
    case .language: "LANGUAGE"
    case .foreignDataWrapper: "FOREIGN DATA WRAPPER"
    case .foreignServer: "FOREIGN SERVER"
    case .largeObject: "LARGE OBJECT"
    case .tablespace: "TABLESPACE"
    case .parameter: "PARAMETER"
    }
  }

  /// As `ALTER DEFAULT PRIVILEGES` names those kinds that it knows.
  var pluralSQL: SQLText {
    switch self {
    case .schema: "SCHEMAS"
    case .sequence: "SEQUENCES"
    case .function: "ROUTINES"
    case .type: "TYPES"
    case .largeObject: "LARGE OBJECTS"
    case .table, .column: "TABLES"
    case .database, .language, .foreignDataWrapper, .foreignServer, .tablespace, .parameter:
      preconditionFailure("\(plural) have no default privileges")
    }
  }

  /// `nil` where a function's name is no signature.
  func reference(schema: String, name: String) -> SQLText? {
    switch self {
    case .database, .schema, .language, .foreignDataWrapper, .foreignServer, .tablespace: "\(identifier: name)"
    case .table, .sequence, .type: "\(qualified: [schema, name])"
    case .function: routineReference(schema: schema, name: name)
    case .column: ColumnName(name).map { "\(qualified: [schema, $0.table])" }
    case .largeObject: UInt32(name).map { "\(number: Int($0))" }
    case .parameter: parameterReference(name)
    }
  }
}
