/// How text for people is laid out.
package struct TextStyle: Hashable, Sendable {
  package var colour: Bool
  /// Columns of the terminal; lines are wrapped between words to fit.
  package var width: Int
  /// With the statements, commands and files of each step, and nothing counted instead of named.
  package var verbose: Bool

  package init(colour: Bool = false, width: Int = 80, verbose: Bool = false) {
    (self.colour, self.width, self.verbose) = (colour, width, verbose)
  }
}

enum Ink: String {
  case bold = "1"
  case red = "1;31"
  case green = "32"
  case yellow = "33"
  case faint = "2"

  func paint(_ text: String, if isWanted: Bool) -> String {
    isWanted && !text.isEmpty ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }
}
