/// A glob over names: `*` stands for any run of characters, `?` for one, all else for itself.
package struct NamePattern: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let text: String
  /// The one name that fits; `nil` where the text has a wildcard.
  package let exact: String?
  private let scalars: [Unicode.Scalar]

  package init(_ text: String) {
    self.text = text
    let hasWildcard = text.unicodeScalars.contains { $0 == "*" || $0 == "?" }
    exact = hasWildcard ? nil : text
    scalars = hasWildcard ? Array(text.unicodeScalars) : []
  }

  /// One name, whatever characters it has.
  package init(exactly name: String) { (text, exact, scalars) = (name, name, []) }

  package var description: String { text }

  /// In time that grows with the product of both lengths at most, whatever the pattern.
  package func matches(_ name: String) -> Bool {
    if let exact { return exact == name }
    let name = Array(name.unicodeScalars)
    var (position, index): (Int, Int) = (0, 0)
    /// The last star and how much of the name it has swallowed so far.
    var star: (position: Int, index: Int)?
    while index < name.count {
      if position < scalars.count, scalars[position] == "*" {
        star = (position, index)
        position += 1
      } else if position < scalars.count, scalars[position] == "?" || scalars[position] == name[index] {
        (position, index) = (position + 1, index + 1)
      } else if let last = star {
        star = (last.position, last.index + 1)
        (position, index) = (last.position + 1, last.index + 1)
      } else {
        return false
      }
    }
    return scalars[position...].allSatisfy { $0 == "*" }
  }

  package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}
