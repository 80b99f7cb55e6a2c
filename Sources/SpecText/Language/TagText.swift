import Diagnostics

/// What texts of a tag of AWS have to look like.
///
/// - Source: Amazon RDS User Guide, "Tagging Amazon RDS resources", read 2026-11-22.
enum TagText: Sendable {
  case key, value

  func fault(in text: String) -> TextFault? {
    switch self {
    case .key where text.lowercased().hasPrefix("aws:"):
      return TextFault(code: .reserved, message: "begins with `aws:`, which AWS keeps for itself", hint: "rename it")
    case .key where text.unicodeScalars.count > 128:
      return TextFault(message: "is longer than the 128 characters of a tag's key", hint: "make it shorter")
    case .value where text.unicodeScalars.count > 256:
      return TextFault(message: "is longer than the 256 characters of a tag's value", hint: "make it shorter")
    case .key, .value: break
    }
    guard let bad = text.first(where: { !Self.holds($0) }) else { return nil }
    return TextFault(
      message: "holds `\(bad)`, which a tag can't hold", hint: "use letters, digits, spaces and _ . : / = + - @")
  }

  private static func holds(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == " " || "_.:/=+-@".contains(character)
  }
}
