import Diagnostics

/// Lays documents out as a person would: short mappings and lists on one line, quotes only where they are needed.
///
/// What is written is read back as it was by the reader of specs, for which every scalar is text.
enum YAMLText {
  /// Longer lines are broken, where there is a place to break them.
  static let width = 110

  static func document(_ mapping: YAMLMapping) -> String {
    lines(mapping, indent: "").map { $0 + "\n" }.joined()
  }

  /// Whole lines of comment. Foreign text in it can neither end the comment nor reorder the line.
  static func comment(_ text: String, indent: String = "") -> String {
    wrapped(escapedForTerminal(text), to: width - indent.utf8.count - 2).map { "\(indent)# \($0)\n" }.joined()
  }

  private static func lines(_ mapping: YAMLMapping, indent: String) -> [String] {
    mapping.entries.flatMap { lines($0, indent: indent) }
  }

  private static func lines(_ entry: YAMLMapping.Entry, indent: String) -> [String] {
    let key = indent + scalar(entry.key) + ":"
    let comment = entry.comment.map { "  # " + escapedForTerminal($0) } ?? ""
    switch entry.value {
    case .scalar(let text): return ["\(key) \(scalar(text))\(comment)"]
    case .list(let items):
      let line = "\(key) [\(items.map(scalar).joined(separator: ", "))]"
      if items.isEmpty || line.count <= width { return [line + comment] }
      return [key + comment] + items.map { "\(indent)  - \(scalar($0))" }
    case .items(let items):
      return [key + comment] + items.flatMap { lines($0, indent: indent + "  ") }
    case .mapping(let inner):
      if let text = inline(inner), inner.isEmpty || key.count + text.count < width {
        return ["\(key) \(text)\(comment)"]
      }
      return [key + comment] + lines(inner, indent: indent + "  ")
    }
  }

  /// One item of a list: a mapping that takes several lines begins on the line of its dash.
  private static func lines(_ item: YAMLValue, indent: String) -> [String] {
    if let text = inline(item), indent.count + text.count + 2 <= width { return ["\(indent)- \(text)"] }
    let lines =
      switch item {
      case .mapping(let mapping): self.lines(mapping, indent: indent + "  ")
      case .scalar, .list, .items: [indent + "  " + (inline(item) ?? "[]")]
      }
    return ["\(indent)- \(lines[0].dropFirst(indent.count + 2))"] + lines.dropFirst()
  }

  private static func inline(_ value: YAMLValue) -> String? {
    switch value {
    case .scalar(let text): scalar(text)
    case .list(let items): "[\(items.map(scalar).joined(separator: ", "))]"
    case .items(let items): inline(items)
    case .mapping(let mapping): inline(mapping)
    }
  }

  private static func inline(_ items: [YAMLValue]) -> String? {
    let parts = items.compactMap(inline)
    return parts.count == items.count ? "[\(parts.joined(separator: ", "))]" : nil
  }

  private static func inline(_ mapping: YAMLMapping) -> String? {
    guard !mapping.isEmpty else { return "{}" }
    guard mapping.layout == .inline else { return nil }
    var parts: [String] = []
    for entry in mapping.entries {
      guard entry.comment == nil else { return nil }
      guard let text = inline(entry.value) else { return nil }
      parts.append("\(scalar(entry.key)): \(text)")
    }
    return "{ \(parts.joined(separator: ", ")) }"
  }

  private static func wrapped(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

// Scalars.
extension YAMLText {
  /// The text, quoted where YAML or the language would take it for something else.
  static func scalar(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

  /// Fewer texts than YAML itself takes without quotes: what may stand in a list on one line, too, and what no reader
  /// takes for the end of a document, a comment or a key.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last, isWord(first) || first == "/",
      last != " ", last != ":", !wordsForNothing.contains(text)
    else { return false }
    var previous = first
    for scalar in text.unicodeScalars {
      guard isWord(scalar) || "./+-@=%:* ".unicodeScalars.contains(scalar), !(previous == ":" && scalar == " ") else {
        return false
      }
      previous = scalar
    }
    return true
  }

  /// Without quotes these mean that there is no value, and `default` that there is none any more.
  private static let wordsForNothing: Set<String> = ["null", "Null", "NULL", "default"]

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      ? scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      : scalar.properties.isAlphabetic
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default: result += isShownAsItIs(scalar) ? String(scalar) : escape(scalar)
      }
    }
    return result + "\""
  }

  /// What is invisible, or would reorder the line, is written by its number: whoever reviews the file has to see it.
  private static func isShownAsItIs(_ scalar: Unicode.Scalar) -> Bool {
    escapedForTerminal(String(scalar)) == String(scalar) && !(0xFFFE...0xFFFF).contains(scalar.value & 0xFFFF)
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let (mark, count) = scalar.value > 0xFFFF ? ("U", 8) : ("u", 4)
    return "\\\(mark)" + String(repeating: "0", count: count - digits.count) + digits
  }
}
