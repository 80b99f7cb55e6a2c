import Model
import SQL

/// A routine as a statement names it. `nil` where the name is no signature: nothing unread gets into a statement.
///
/// - Parameter name: `f(integer, app."Mood"[])`, the name before the parenthesis as it is, without quotes.
func routineReference(schema: String, name: String) -> SQLText? {
  guard name.hasSuffix(")"), let open = openingParenthesis(of: name) else { return nil }
  let argumentsText = name[name.index(after: open)...].dropLast()
  let reference: SQLText = "\(qualified: [schema, String(name[..<open])])"
  if argumentsText.isEmpty { return "\(sql: reference)()" }
  var types: [SQLText] = []
  for text in splitOutsideQuotes(argumentsText) {
    guard let type = typeReference(text) else { return nil }
    types.append(type)
  }
  return "\(sql: reference)(\(sql: .joined(types, separator: ", ")))"
}

/// The last one that stands outside double quotes, seen from the end: a routine's name may hold parentheses, a type's
/// only between quotes.
private func openingParenthesis(of name: String) -> String.Index? {
  let scalars = name.unicodeScalars
  var inQuotes = false
  for index in scalars.indices.reversed() {
    if scalars[index] == "\"" { inQuotes.toggle() }
    if scalars[index] == "(", !inQuotes { return index }
  }
  return nil
}

private func splitOutsideQuotes(_ text: Substring) -> [Substring] {
  let scalars = text.unicodeScalars
  var (parts, start, inQuotes): ([Substring], String.Index, Bool) = ([], text.startIndex, false)
  for index in scalars.indices {
    if scalars[index] == "\"" { inQuotes.toggle() }
    guard scalars[index] == ",", !inQuotes else { continue }
    parts.append(text[start..<index])
    start = scalars.index(after: index)
  }
  return (parts + [text[start...]]).map { $0.drop { $0 == " " } }
}

/// A type as `format_type` spells it: one of the standard's names, or a name that may have a schema; then `[]`.
private func typeReference(_ text: Substring) -> SQLText? {
  if text.hasSuffix("[]") { return typeReference(text.dropLast(2)).map { "\(sql: $0)[]" } }
  if let standard = standardTypes[String(text)] { return standard }
  return qualifiedName(text).map { "\(qualified: $0)" }
}

private func qualifiedName(_ text: Substring) -> [String]? {
  var rest = text.unicodeScalars
  var names: [String] = []
  repeat {
    guard let name = takeName(&rest) else { return nil }
    names.append(name)
  } while rest.popFirst() == "."
  return rest.isEmpty && names.count <= 2 ? names : nil
}

private func takeName(_ rest: inout Substring.UnicodeScalarView) -> String? {
  guard rest.first == "\"" else {
    let bare = rest.prefix { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" || $0 == "$" }
    rest = rest[bare.endIndex...]
    return bare.isEmpty || !(rest.isEmpty || rest.first == ".") ? nil : String(bare)
  }
  guard let name = rest.takeQuotedName(), rest.isEmpty || rest.first == "." else { return nil }
  return name
}

/// The names that are grammar and no identifiers.
///
/// - Source: `format_type_extended()` in `format_type.c`, read 2026-11-22.
private let standardTypes: [String: SQLText] = [
  "bit varying": "bit varying", "bit": "bit", "boolean": "boolean", "character varying": "character varying",
  "character": "character", "double precision": "double precision", "real": "real", "integer": "integer",
  "bigint": "bigint", "smallint": "smallint", "numeric": "numeric", "interval": "interval",
  "time without time zone": "time without time zone", "time with time zone": "time with time zone",
  "timestamp without time zone": "timestamp without time zone",
  "timestamp with time zone": "timestamp with time zone",
]
