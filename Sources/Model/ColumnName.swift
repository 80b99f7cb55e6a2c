/// A column as objects are named: `payments.amount`. A part that holds a dot or a double quote stands in double quotes,
/// its own doubled, so that every pair of names has one text.
package struct ColumnName: Hashable, Sendable, Comparable {
  package var table: String
  package var column: String

  package init(table: String, column: String) { (self.table, self.column) = (table, column) }

  package init?(_ text: String) {
    var rest = Substring(text).unicodeScalars
    guard let table = takePart(&rest), rest.popFirst() == ".", let column = takePart(&rest), rest.isEmpty else {
      return nil
    }
    self.init(table: table, column: column)
  }

  package var text: String { "\(quoted(table)).\(quoted(column))" }

  package static func < (left: Self, right: Self) -> Bool { (left.table, left.column) < (right.table, right.column) }
}

extension ObjectID {
  package static func column(_ column: String, of table: String, schema: String) -> ObjectID {
    ObjectID(kind: .column, schema: schema, name: ColumnName(table: table, column: column).text)
  }

  /// The table that a column is one of; `nil` for all other kinds.
  package var tableOfColumn: ObjectID? {
    guard kind == .column, let name = ColumnName(name) else { return nil }
    return ObjectID(kind: .table, schema: schema, name: name.table)
  }

  /// Where the right to grant on it is lent: on the table of a column, else on itself.
  package var lendingTarget: ObjectID { tableOfColumn ?? self }
}

private func quoted(_ part: String) -> String {
  part.isEmpty || part.unicodeScalars.contains(where: { $0 == "." || $0 == "\"" }) ? part.inDoubleQuotes : part
}

private func takePart(_ rest: inout Substring.UnicodeScalarView) -> String? {
  guard rest.first == "\"" else {
    let bare = rest.prefix { $0 != "." && $0 != "\"" }
    rest = rest[bare.endIndex...]
    return bare.isEmpty ? nil : String(bare)
  }
  return rest.takeQuotedName()
}
