import Model
import SQL

extension PrivilegeSet {
  /// `SELECT, INSERT`; never `ALL`, which means something else on the next version.
  var sql: SQLText {
    .joined(Self.keywordsInOrder.filter { contains($0.privilege) }.map(\.keyword), separator: ", ")
  }

  private static let keywordsInOrder: [(privilege: Self, keyword: SQLText)] = [
    (.select, "SELECT"), (.insert, "INSERT"), (.update, "UPDATE"), (.delete, "DELETE"),
    (.truncate, "TRUNCATE"),
    (.references, "REFERENCES"), (.trigger, "TRIGGER"), (.maintain, "MAINTAIN"), (.usage, "USAGE"),
    (.create, "CREATE"), (.connect, "CONNECT"), (.temporary, "TEMPORARY"), (.execute, "EXECUTE"),
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
    case .sequence: "SEQUENCE"
    case .function: "ROUTINE"
    }
  }

  /// As `ALTER DEFAULT PRIVILEGES` names them; databases have none.
  var pluralSQL: SQLText {
    switch self {
    case .database: "DATABASES"
    case .schema: "SCHEMAS"
    case .table: "TABLES"
    case .sequence: "SEQUENCES"
    case .function: "ROUTINES"
    }
  }

  /// `nil` where a function's name is no signature.
  func reference(schema: String, name: String) -> SQLText? {
    switch self {
    case .database, .schema: "\(identifier: name)"
    case .table, .sequence: "\(qualified: [schema, name])"
    case .function: routineReference(schema: schema, name: name)
    }
  }
}
