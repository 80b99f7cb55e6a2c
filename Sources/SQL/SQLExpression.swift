/// The text of one SQL expression that somebody else wrote: it can stand between parentheses without ending them, or the
/// statement around them.
///
/// Whether it is a valid expression only the server knows. What is checked is that its quotes, comments, parentheses and
/// brackets are closed, that no statement ends in it, and that every server reads it so, whatever its settings.
package struct SQLExpression: Sendable, Hashable {
  package let text: String

  /// `nil` where `fault(in:)` finds one.
  package init?(_ text: String) {
    guard Self.fault(in: text) == nil else { return nil }
    self.text = text
  }

  /// Why the text can't be an expression, to follow "the text …"; `nil` where it can.
  package static func fault(in text: String) -> String? {
    var scan = ExpressionScan(text)
    return scan.fault()
  }
}

extension SQLExpression {
  /// What `pg_get_expr` wrote where `standard_conforming_strings` is on, so that every server reads it so: it writes
  /// `'\'`, and never `E'\\'`.
  package static func unambiguous(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
    var (result, rest): ([UInt8], ArraySlice<UInt8>) = ([], Array(text.utf8)[...])
    while let quote = rest.popFirst() {
      guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
        result.append(quote)
        continue
      }
      var inside: [UInt8] = []
      while let byte = rest.popFirst() {
        if byte == quote {
          guard rest.first == quote else { break }
          rest.removeFirst()
          inside.append(byte)
        }
        inside.append(byte)
      }
      let isAmbiguous = quote == UInt8(ascii: "'") && inside.contains(UInt8(ascii: "\\"))
      if isAmbiguous { result.append(UInt8(ascii: "E")) }
      result.append(quote)
      for byte in inside { result += isAmbiguous && byte == UInt8(ascii: "\\") ? [byte, byte] : [byte] }
      result.append(quote)
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension SQLText.Interpolation {
  /// An expression, without parentheses around it.
  package mutating func appendInterpolation(expression: SQLExpression) {
    appendInterpolation(sql: SQLText(expression: expression))
  }
}

/// Goes through the text as PostgreSQL's scanner does.
///
/// - Source: PostgreSQL documentation, "Lexical Structure"; `scan.l`.
private struct ExpressionScan {
  private let bytes: [UInt8]
  private var index = 0
  /// The closing marks that are still to come.
  private var open: [UInt8] = []
  private var holdsToken = false

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func fault() -> String? {
    while index < bytes.endIndex {
      if let fault = takeToken() { return fault }
    }
    guard open.isEmpty else { return "leaves a parenthesis or a bracket open" }
    return holdsToken ? nil : "holds no expression"
  }

  private mutating func takeToken() -> String? {
    let byte = bytes[index]
    switch byte {
    case 0x20, 0x09...0x0d: index += 1
    case UInt8(ascii: "-") where next == byte: return skipLineComment()
    case UInt8(ascii: "/") where next == UInt8(ascii: "*"): return skipComment()
    default:
      holdsToken = true
      return takeVisible(byte)
    }
    return nil
  }

  private mutating func takeVisible(_ byte: UInt8) -> String? {
    switch byte {
    case UInt8(ascii: "'"): return skipString(escapes: false)
    case UInt8(ascii: "\""): return skipQuoted()
    case UInt8(ascii: "$"): return skipDollar()
    case UInt8(ascii: ";"): return "holds a `;`, which ends a statement"
    case UInt8(ascii: "("): push(UInt8(ascii: ")"))
    case UInt8(ascii: "["): push(UInt8(ascii: "]"))
    case UInt8(ascii: ")"), UInt8(ascii: "]"):
      guard open.popLast() == byte else { return "closes a parenthesis or a bracket that it doesn't open" }
      index += 1
    case 0: return "holds a NUL byte"
    default:
      guard isNameStart(byte) else {
        index += 1
        return nil
      }
      return takeWord()
    }
    return nil
  }

  /// A word may go on in `$`; `E'…'` is a string with escapes.
  private mutating func takeWord() -> String? {
    let start = index
    while index < bytes.endIndex, isNamePart(bytes[index]) { index += 1 }
    let isEscape = index == start + 1 && (bytes[start] | 0x20) == UInt8(ascii: "e")
    guard isEscape, index < bytes.endIndex, bytes[index] == UInt8(ascii: "'") else { return nil }
    return skipString(escapes: true)
  }

  /// Where `standard_conforming_strings` is off, a backslash before a quote hides it.
  private mutating func skipString(escapes: Bool) -> String? {
    index += 1
    while index < bytes.endIndex {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\"), !escapes, next == UInt8(ascii: "'") || next == byte {
        return "holds a backslash that servers read in two ways: write the string as E'…'"
      }
      if byte == UInt8(ascii: "\\"), escapes { index += 1 }
      index += 1
      guard byte == UInt8(ascii: "'") else { continue }
      guard index < bytes.endIndex, bytes[index] == byte else { return nil }
      index += 1
    }
    return "leaves a string open"
  }

  private mutating func skipQuoted() -> String? {
    index += 1
    while index < bytes.endIndex {
      index += 1
      guard bytes[index - 1] == UInt8(ascii: "\"") else { continue }
      guard index < bytes.endIndex, bytes[index] == UInt8(ascii: "\"") else { return nil }
      index += 1
    }
    return "leaves a quoted name open"
  }

  /// `$$…$$`, `$tag$…$tag$`; `$1` is a parameter, and nobody gives it a value.
  private mutating func skipDollar() -> String? {
    var end = index + 1
    if end < bytes.endIndex, isDigit(bytes[end]) { return "holds a parameter like `$1`" }
    while end < bytes.endIndex, isNamePart(bytes[end]), bytes[end] != UInt8(ascii: "$") { end += 1 }
    guard end < bytes.endIndex, bytes[end] == UInt8(ascii: "$") else { return "holds a lone `$`" }
    let tag = bytes[index...end]
    index = end + 1
    while index + tag.count <= bytes.endIndex {
      if bytes[index..<index + tag.count].elementsEqual(tag) {
        index += tag.count
        return nil
      }
      index += 1
    }
    return "leaves a dollar-quoted string open"
  }

  private mutating func skipLineComment() -> String? {
    while index < bytes.endIndex {
      index += 1
      if bytes[index - 1] == 0x0a || bytes[index - 1] == 0x0d { return nil }
    }
    return "ends in a comment: break the line after it, or take it out"
  }

  /// Comments nest.
  private mutating func skipComment() -> String? {
    var depth = 0
    while index < bytes.endIndex {
      if bytes[index] == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
        (depth, index) = (depth + 1, index + 2)
      } else if bytes[index] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
        (depth, index) = (depth - 1, index + 2)
        if depth == 0 { return nil }
      } else {
        index += 1
      }
    }
    return "leaves a comment open"
  }

  private var next: UInt8? { index + 1 < bytes.endIndex ? bytes[index + 1] : nil }

  private mutating func push(_ closing: UInt8) {
    open.append(closing)
    index += 1
  }

  private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private func isNameStart(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private func isNamePart(_ byte: UInt8) -> Bool {
    isNameStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$")
  }
}
