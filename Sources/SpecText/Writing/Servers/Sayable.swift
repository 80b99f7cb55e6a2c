import Model

/// Which names of a server the language takes, by the rules of its reader: one that it refuses would make all specs
/// unreadable.
enum Sayable {
  static func declares(_ role: String) -> Bool { TextKind.declaredRole.fault(in: role) == nil }

  static func declares(database: String) -> Bool { TextKind.declaredDatabase.fault(in: database) == nil }

  /// Of a schema that something is granted in: `in:` takes patterns, so that a name with a star would mean others too.
  static func names(schema: String) -> Bool {
    names(schema) && !schema.contains { "*?".contains($0) }
  }

  static func declares(schema: String) -> Bool { TextKind.declaredSchema.fault(in: schema) == nil }

  /// Of a role where it is only named: as owner, as somebody who lends.
  static func names(_ role: String) -> Bool { TextKind.serverName.fault(in: role) == nil }

  /// `PUBLIC` means everybody, however it is quoted.
  static func names(_ grantee: Grantee) -> Bool {
    guard let role = grantee.role else { return true }
    return role.lowercased() != "public" && role != "none" && names(role)
  }

  static func names(_ object: String, _ kind: ObjectKind) -> Bool {
    switch kind {
    case .function: TextKind.functionSignature.fault(in: object) == nil
    case .column: ColumnName(object).map { names($0.table) && isListed($0.column) } ?? false
    case .database, .schema, .table, .sequence, .type, .language, .foreignDataWrapper, .foreignServer, .largeObject,
      .tablespace, .parameter:
      TextKind.serverName.fault(in: object) == nil
    }
  }

  /// A column stands in the text of a privilege, `select (id, amount)`, where commas and parentheses mean something.
  private static func isListed(_ column: String) -> Bool {
    names(column) && column.first != " " && column.last != " " && !column.contains { "(),\"".contains($0) }
  }
}
