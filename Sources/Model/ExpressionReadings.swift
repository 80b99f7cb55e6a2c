/// What the server made of the expressions on one table: which of them mean the same, and of which that can't be told.
///
/// The server keeps expressions as trees and writes them out in a way of its own, so that no author would write them so.
package struct ExpressionReadings: Hashable, Sendable, Codable {
  /// By text, the one text that stands for all that mean the same. Of the server's own forms, where there is one.
  package var meanings: [String: String] = [:]
  /// By text, why its meaning can't be told.
  package var unknown: [String: String] = [:]
  /// By text, why the server takes it for no expression.
  package var refused: [String: String] = [:]

  package init() {}

  package enum Comparison: Hashable, Sendable {
    case same, different
    case unknown(because: String)
  }

  package func compare(_ one: String?, _ other: String?) -> Comparison {
    if one == other { return .same }
    guard let one, let other else { return .different }
    if squeezed(meaning(of: one)) == squeezed(meaning(of: other)) { return .same }
    if let reason = unknown[one] ?? unknown[other] { return .unknown(because: reason) }
    return .different
  }

  private func meaning(of text: String) -> String { meanings[text] ?? text }
}

/// The expression without what means nothing for sure: blanks at its ends, runs of them, and parentheses around it all.
/// What quotes hold is left alone; a text with dollar quotes or comments is left as it is.
package func squeezed(_ expression: String) -> String {
  let text = expression.utf8
  guard !text.contains(UInt8(ascii: "$")), !expression.contains("--"), !expression.contains("/*") else {
    return expression
  }
  var bytes = withoutRuns(of: text)[...]
  while bytes.first == UInt8(ascii: "("), closing(of: bytes) == bytes.index(before: bytes.endIndex) {
    bytes = trimmed(bytes.dropFirst().dropLast())
  }
  return String(decoding: bytes, as: UTF8.self)
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  var bytes = bytes.drop(while: isBlank)
  while let last = bytes.last, isBlank(last) { bytes.removeLast() }
  return bytes
}

private func withoutRuns(of text: String.UTF8View) -> [UInt8] {
  var result: [UInt8] = []
  var quote: UInt8?
  for byte in text {
    if quote == nil, isBlank(byte) {
      if let last = result.last, last != 0x20 { result.append(0x20) }
      continue
    }
    if quote == byte { quote = nil } else if quote == nil, isQuote(byte) { quote = byte }
    result.append(byte)
  }
  while quote == nil, result.last == 0x20 { result.removeLast() }
  return result
}

private func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") }

/// Where the parenthesis closes that the text begins with.
private func closing(of bytes: ArraySlice<UInt8>) -> Int? {
  var (depth, quote): (Int, UInt8?) = (0, nil)
  for (index, byte) in zip(bytes.indices, bytes) {
    if let open = quote {
      if byte == open { quote = nil }
    } else if isQuote(byte) {
      quote = byte
    } else if byte == UInt8(ascii: "(") {
      depth += 1
    } else if byte == UInt8(ascii: ")") {
      depth -= 1
      if depth == 0 { return index }
    }
  }
  return nil
}
