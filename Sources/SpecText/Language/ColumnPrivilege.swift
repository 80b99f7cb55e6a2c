import Model

/// A privilege on columns as an author writes it: `select (id, amount)`. A name that holds a comma, a parenthesis or a
/// blank at its ends stands in double quotes, its own doubled.
struct ColumnPrivilege {
  let keyword: String
  let columns: [String]

  /// `nil` where a parenthesis or a quote is left open, or a column is named twice or not at all.
  init?(_ text: String) {
    guard let open = text.firstIndex(of: "("), text.last == ")" else { return nil }
    keyword = String(text[..<open].split(separator: " ").joined(separator: " "))
    var rest = Substring(text[text.index(after: open)...].dropLast()).unicodeScalars
    var columns: [String] = []
    repeat {
      guard let column = takeColumn(&rest), !columns.contains(column) else { return nil }
      columns.append(column)
    } while rest.popFirst() == ","
    guard rest.isEmpty else { return nil }
    self.columns = columns
  }
}

private func takeColumn(_ rest: inout Substring.UnicodeScalarView) -> String? {
  rest = rest.drop { $0 == " " }
  guard rest.first == "\"" else {
    let bare = rest.prefix { $0 != "," && $0 != "(" && $0 != ")" && $0 != "\"" }
    rest = rest[bare.endIndex...]
    let name = String(bare).split(separator: " ", omittingEmptySubsequences: false).reversed().drop { $0.isEmpty }
    return name.isEmpty || !(rest.isEmpty || rest.first == ",") ? nil : name.reversed().joined(separator: " ")
  }
  guard let name = rest.takeQuotedName() else { return nil }
  rest = rest.drop { $0 == " " }
  return name.isEmpty || !(rest.isEmpty || rest.first == ",") ? nil : name
}
