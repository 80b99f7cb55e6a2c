/// Names in double quotes, their own quotes doubled: SQL's way, and that of all texts that name objects here.
///
/// Works on scalars: a quote followed by a combining mark is one `Character` and would be missed.
extension Substring.UnicodeScalarView {
  /// Takes the name that the text begins with; `nil` where it begins with no quote, or the name isn't closed.
  package mutating func takeQuotedName() -> String? {
    guard first == "\"" else { return nil }
    removeFirst()
    var name = String.UnicodeScalarView()
    while let scalar = popFirst() {
      if scalar != "\"" {
        name.append(scalar)
      } else if first == "\"" {
        removeFirst()
        name.append(scalar)
      } else {
        return String(name)
      }
    }
    return nil
  }
}

extension StringProtocol {
  /// The name in double quotes.
  package var inDoubleQuotes: String {
    var text = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in unicodeScalars { text += scalar == "\"" ? [scalar, scalar] : [scalar] }
    text.append("\"")
    return String(text)
  }
}
