import Model
import SQL

/// Parameters whose value is a list of names, each of them quoted: `"$user", public`.
///
/// Given as one string such a list would be stored as one name with a comma in it, so their elements are always
/// handled one by one.
///
/// - Source: `GUC_LIST_QUOTE` in PostgreSQL's `guc_tables.c`; the same list in pg_dump's
///   `variable_is_guc_list_quote()`, which says that it will not grow. Read 2026-11-22, PostgreSQL 18.
package enum ListSetting {
  private static let names: Set<String> = [
    "local_preload_libraries", "search_path", "session_preload_libraries", "shared_preload_libraries",
    "temp_tablespaces", "unix_socket_directories",
  ]

  package static func isList(_ name: String) -> Bool { names.contains(name.lowercased()) }

  /// The value as the server stores it, so that two spellings of a list are one. Other parameters' stay as they are.
  package static func canonical(_ value: String, of name: String) -> String {
    guard isList(name), let elements = elements(of: value) else { return value }
    return elements.map(quotedIdentifier).joined(separator: ", ")
  }

  /// The value as an author wrote it, in the same form: an element of a list is a name, whatever is in it.
  package static func canonical(_ value: DesiredParameter.Value, of name: String) -> String {
    switch value {
    case .scalar(let text): canonical(text, of: name)
    case .list(let elements):
      elements.map { isList(name) ? quotedIdentifier($0) : $0 }.joined(separator: ", ")
    }
  }

  /// The names in a list; `nil` where a quote is left open or an element is empty.
  ///
  /// - Source: `SplitGUCList()` in `varlena.c`, which unlike `SplitIdentifierString` does not fold case.
  package static func elements(of value: String) -> [String]? {
    var rest = Substring(value).unicodeScalars
    var elements: [String] = []
    skipSpace(&rest)
    while !rest.isEmpty {
      guard let element = takeElement(&rest) else { return nil }
      elements.append(element)
      skipSpace(&rest)
      if rest.isEmpty { break }
      guard rest.removeFirst() == "," else { return nil }
      skipSpace(&rest)
      if rest.isEmpty { return nil }
    }
    return elements
  }

  private static func takeElement(_ rest: inout Substring.UnicodeScalarView) -> String? {
    guard rest.first == "\"" else {
      let bare = rest.prefix { $0 != "," && !$0.properties.isWhitespace }
      rest = rest[bare.endIndex...]
      return bare.isEmpty ? nil : String(bare)
    }
    return rest.takeQuotedName()
  }

  private static func skipSpace(_ rest: inout Substring.UnicodeScalarView) {
    rest = rest[rest.prefix { $0.properties.isWhitespace }.endIndex...]
  }
}
