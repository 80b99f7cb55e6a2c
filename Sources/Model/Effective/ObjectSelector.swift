/// Which objects an access review is asked about: `orders`, `orders.app`, `orders.app.pay*`, or an address.
package struct ObjectSelector: Hashable, Sendable {
  package let text: String
  /// `nil` where the text doesn't name one.
  package private(set) var instance: String?
  private var kind: ObjectKind?
  private var database: NamePattern?
  private var schema: NamePattern?
  private var name: NamePattern?

  /// Names of databases, schemas and objects with dots between them, each maybe with wildcards, in double quotes where
  /// it holds a dot; or an address, whole or from below its instance.
  ///
  /// - Returns: `nil` where the text is neither.
  package init?(_ text: String) {
    self.text = text
    if text.contains("/") {
      guard var segments = Address(text)?.segments[...] else { return nil }
      if segments.first == "instance" {
        instance = segments.dropFirst().first
        segments = segments.dropFirst(2)
      }
      guard readPath(segments) else { return nil }
    } else {
      guard readNames(text) else { return nil }
    }
  }

  private mutating func readPath(_ segments: ArraySlice<String>) -> Bool {
    var rest = Array(segments)
    guard rest.count.isMultiple(of: 2) else { return false }
    if rest.first == "database" {
      database = NamePattern(exactly: rest[1])
      rest.removeFirst(2)
      if rest.first == "schema" {
        schema = NamePattern(exactly: rest[1])
        rest.removeFirst(2)
      }
    }
    guard let word = rest.first else { return true }
    guard let kind = ObjectKind(rawValue: word) else { return false }
    self.kind = kind
    let isColumn = kind == .table && rest.count == 4 && rest[2] == ObjectKind.column.rawValue
    if isColumn { self.kind = .column }
    name = NamePattern(exactly: isColumn ? ColumnName(table: rest[1], column: rest[3]).text : rest[1])
    return rest.count == 2 || isColumn
  }

  private mutating func readNames(_ text: String) -> Bool {
    var rest = text.unicodeScalars[...]
    guard let first = takeName(&rest) else { return false }
    database = first
    guard rest.popFirst() == "." else { return rest.isEmpty }
    guard let second = takeName(&rest) else { return false }
    schema = second
    guard rest.popFirst() == "." else { return rest.isEmpty }
    // What follows is one name as objects have it: a signature and a column hold dots of their own.
    var quoted = rest
    if let whole = takeName(&quoted), quoted.isEmpty { name = whole } else { name = NamePattern(String(rest)) }
    return !rest.isEmpty
  }

  package func selects(_ database: String, _ id: ObjectID) -> Bool {
    if let wanted = self.database, !wanted.matches(database) { return false }
    if let kind, kind != id.kind, !(kind == .table && id.kind == .column) { return false }
    if let schema {
      guard id.kind == .schema || id.kind.place == .schema else { return false }
      if !schema.matches(id.kind == .schema ? id.name : id.schema) { return false }
    }
    guard let name else { return true }
    return id.kind != .schema && (name.matches(id.name) || name.matches(id.shortName))
  }
}

extension ObjectID {
  /// A function without its arguments, a column's table.
  fileprivate var shortName: String {
    if let table = tableOfColumn { return table.name }
    return kind == .function ? String(name.prefix { $0 != "(" }) : name
  }
}

private func takeName(_ rest: inout Substring.UnicodeScalarView) -> NamePattern? {
  guard rest.first == "\"" else {
    let bare = rest.prefix { $0 != "." }
    rest = rest[bare.endIndex...]
    return bare.isEmpty ? nil : NamePattern(String(bare))
  }
  return rest.takeQuotedName().map(NamePattern.init(exactly:))
}
