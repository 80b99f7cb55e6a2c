/// Makes foreign text safe to print on one line: what would move the cursor, reorder or hide text becomes
/// `\u{…}`.
///
/// Escaped are controls (C0, DEL, C1, and so newlines and tabs), line and paragraph separators, format
/// characters (bidirectional controls among them) and everything that is invisible by default (zero-width,
/// tags, fillers).
package func escapedForTerminal(_ text: some StringProtocol) -> String {
  if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return String(text) }
  var result = ""
  for scalar in text.unicodeScalars { result += escapedForTerminal(scalar) }
  return result
}

func escapedForTerminal(_ scalar: Unicode.Scalar) -> String {
  scalar.isUnsafeOnTerminal ? "\\u{\(String(scalar.value, radix: 16, uppercase: true))}" : String(scalar)
}

extension Unicode.Scalar {
  fileprivate var isUnsafeOnTerminal: Bool {
    if isASCII { return !(0x20...0x7E).contains(value) }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return true
    default: return properties.isDefaultIgnorableCodePoint
    }
  }
}
