/// The text of `postgresql.conf` and its like.
///
/// - Source: PostgreSQL's `guc-file.l`.
enum ConfigurationText {
  /// The settings of a file, the last one of a name; include directives are settings named so.
  static func settings(in text: String) -> [String: String] {
    Dictionary(entries(in: text)) { $1 }
  }

  /// The name and value that the last line with a setting says.
  static func lastEntry(in text: String) -> (name: String, value: String)? { entries(in: text).last }

  /// `work_mem = '64MB'`
  static func line(_ name: String, _ value: String) -> String { "\(name) = \(quoted(value))" }

  static func quoted(_ value: String) -> String {
    var text = "'"
    for scalar in value.unicodeScalars {
      switch scalar {
      case "'": text += "''"
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "'"
  }

  /// Whether the name can stand in a file as it is.
  static func isName(_ name: String) -> Bool {
    let isStart = { (scalar: Unicode.Scalar) in
      ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_" || scalar.value > 127
    }
    return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      part.unicodeScalars.first.map(isStart) ?? false
        && part.unicodeScalars.allSatisfy { isStart($0) || ("0"..."9").contains($0) || $0 == "$" }
    }
  }

  private static func entries(in text: String) -> [(String, String)] {
    // CRLF is one Character in Swift: the text is cut by scalars.
    text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.compactMap { entry(in: Substring($0)) }
  }

  private static func entry(in line: Substring) -> (String, String)? {
    var rest = line.unicodeScalars
    skipSpace(&rest)
    let name = rest.prefix { !isSpace($0) && $0 != "=" && $0 != "#" }
    rest = rest[name.endIndex...]
    guard !name.isEmpty else { return nil }
    skipSpace(&rest)
    if rest.first == "=" { rest.removeFirst() }
    skipSpace(&rest)
    return value(&rest).map { (String(name).lowercased(), $0) }
  }

  private static func value(_ rest: inout Substring.UnicodeScalarView) -> String? {
    guard rest.first == "'" else {
      let bare = rest.prefix { !isSpace($0) && $0 != "#" }
      return bare.isEmpty ? nil : String(bare)
    }
    rest.removeFirst()
    var text = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      switch scalar {
      case "'" where rest.first == "'": text.append(rest.removeFirst())
      case "'": return String(text)
      case "\\": appendEscape(&rest, to: &text)
      default: text.append(scalar)
      }
    }
    return nil
  }

  private static func appendEscape(
    _ rest: inout Substring.UnicodeScalarView, to text: inout String.UnicodeScalarView
  ) {
    guard let scalar = rest.popFirst() else { return }
    switch scalar {
    case "n": text.append("\n")
    case "t": text.append("\t")
    case "r": text.append("\r")
    case "b": text.append("\u{8}")
    case "f": text.append("\u{c}")
    default: text.append(scalar)
    }
  }

  private static func skipSpace(_ rest: inout Substring.UnicodeScalarView) {
    while let first = rest.first, isSpace(first) { rest.removeFirst() }
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }
}
