/// The kinds of object that privileges are granted on, named as the specs name them in the singular.
package enum ObjectKind: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  case database, schema
  /// Tables, partitioned tables, views, materialized views and foreign tables: what `ALL TABLES` covers.
  case table
  /// A column of any of these; its name is a `ColumnName`.
  case column
  case sequence
  /// Functions, procedures, aggregates and window functions: what `ALL ROUTINES` covers. Identity is the signature.
  case function
  /// Types and domains, without those that belong to a table or to another type.
  case type
  /// Trusted languages; no privilege can be granted on others.
  case language
  case foreignDataWrapper = "foreign_data_wrapper"
  case foreignServer = "foreign_server"
  /// Named by its OID in decimal.
  case largeObject = "large_object"
  case tablespace
  /// A configuration parameter: `SET` and `ALTER SYSTEM`, from 15 on.
  case parameter

  package var plural: String { rawValue + "s" }

  /// `foreign server`
  package var words: String { Self.spaced(rawValue) }

  package var pluralWords: String { Self.spaced(plural) }

  private static func spaced(_ name: String) -> String { String(name.map { $0 == "_" ? " " : $0 }) }

  /// Where objects of the kind live, and so what names one.
  package enum Place: Hashable, Sendable { case cluster, database, schema }

  package var place: Place {
    switch self {
    case .database, .tablespace, .parameter: .cluster
    case .schema, .language, .foreignDataWrapper, .foreignServer, .largeObject: .database
    case .table, .column, .sequence, .function, .type: .schema
    }
  }

  /// All privileges that exist for this kind on a server of that version.
  package func allPrivileges(version: ServerVersion) -> PrivilegeSet {
    switch self {
    case .database: [.create, .connect, .temporary]
    case .schema: [.usage, .create]
    case .table: version.major >= 17 ? Self.tablePrivileges.union(.maintain) : Self.tablePrivileges
    case .column: [.select, .insert, .update, .references]
    case .sequence: [.select, .update, .usage]
    case .function: [.execute]
    case .type, .language, .foreignDataWrapper, .foreignServer: [.usage]
    case .largeObject: [.select, .update]
    case .tablespace: [.create]
    case .parameter: version.major >= 15 ? [.set, .alterSystem] : []
    }
  }

  private static let tablePrivileges: PrivilegeSet = [
    .select, .insert, .update, .delete, .truncate, .references, .trigger,
  ]

  /// What everybody may do with a new object of this kind, before any grant.
  ///
  /// - Source: `acldefault()`, PostgreSQL documentation, "Privileges".
  package var publicByDefault: PrivilegeSet {
    switch self {
    case .database: [.connect, .temporary]
    case .function: [.execute]
    case .type, .language: [.usage]
    case .schema, .table, .column, .sequence, .foreignDataWrapper, .foreignServer, .largeObject, .tablespace,
      .parameter:
      []
    }
  }

  /// What its owner may do before any grant. A column has no list of its own until something is granted on it.
  ///
  /// - Source: `acldefault()` in PostgreSQL's `acl.c`.
  package func ownerByDefault(version: ServerVersion) -> PrivilegeSet {
    self == .column ? [] : allPrivileges(version: version)
  }

  /// Whether `ALTER DEFAULT PRIVILEGES` knows the kind on a server of that version.
  ///
  /// - Source: PostgreSQL documentation, "ALTER DEFAULT PRIVILEGES"; large objects from 18 on.
  package func hasDefaultPrivileges(version: ServerVersion) -> Bool {
    switch self {
    case .schema, .table, .sequence, .function, .type: true
    case .largeObject: version.major >= 18
    case .database, .column, .language, .foreignDataWrapper, .foreignServer, .tablespace, .parameter: false
    }
  }

  /// Whether any version's `ALTER DEFAULT PRIVILEGES` does.
  package var hasDefaultPrivileges: Bool { hasDefaultPrivileges(version: ServerVersion(major: 18)) }

  package static func < (left: Self, right: Self) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!  // `allCases` holds every case.
  }
}
