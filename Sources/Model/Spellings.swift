/// Texts of which none is another one in other characters.
///
/// Unicode has several ways to write one text: `é` is one character, or an `e` and an accent. Swift takes them for equal, in `==` as
/// in every dictionary and set, and nobody can see which one it is. PostgreSQL compares bytes and takes them for two. So names
/// come into the model only where each has one spelling: then both mean the same by "equal".
package struct Spellings: Hashable, Sendable {
  private var known: Set<String> = []

  package init() {}

  /// Adds a text; gives the other spelling where there is one, and then leaves that one in.
  package mutating func add(_ text: String) -> String? {
    if let other = otherSpelling(of: text) { return other }
    if !Self.isASCII(text) { known.insert(text) }
    return nil
  }

  /// The other spelling of a text that need not be among these.
  package func otherSpelling(of text: String) -> String? {
    // What is in ASCII has no other spelling but those with the characters below, which never get in.
    if Self.isASCII(text) { return nil }
    if let plain = Self.withoutTwinsOfASCII(text) { return plain }
    guard let spelling = known.firstIndex(of: text).map({ known[$0] }) else { return nil }
    return spelling.utf8.elementsEqual(text.utf8) ? nil : spelling
  }

  private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

  /// The text with what each character is made of, for those few that equal a character of ASCII.
  ///
  /// - Source: Unicode 16, `UnicodeData.txt`: the characters whose canonical decomposition is one character of ASCII.
  private static func withoutTwinsOfASCII(_ text: String) -> String? {
    let twins: [Unicode.Scalar: Unicode.Scalar] = ["\u{37E}": ";", "\u{1FEF}": "`", "\u{212A}": "K"]
    guard text.unicodeScalars.contains(where: { twins[$0] != nil }) else { return nil }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { twins[$0] ?? $0 }))
  }

  /// The text with every character outside of ASCII by its number, so that one sees which spelling it is: `caf\u{00E9}`.
  package static func shown(_ text: String) -> String {
    text.unicodeScalars.map { $0.isASCII ? String($0) : $0.escaped(asASCII: true) }.joined()
  }
}
