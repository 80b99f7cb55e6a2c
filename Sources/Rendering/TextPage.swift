import Diagnostics

/// Text under construction, line by line. Every text handed in is escaped here and nowhere else, so callers
/// hand in what they have and never escape themselves.
struct TextPage {
  let style: TextStyle
  private(set) var text = ""

  private static let narrowest = 40

  init(_ style: TextStyle) { self.style = style }

  /// A line, wrapped between words; what follows the first row hangs under its text, behind the marker.
  mutating func line(_ content: String, indent: Int = 0, marker: String = "", ink: Ink? = nil) {
    let room = max(style.width, Self.narrowest)
    let marker = escapedForTerminal(marker)
    let hang = indent + (marker.isEmpty ? 0 : marker.displayWidth + 1)
    let rows = wrapped(escapedForTerminal(content), to: room - hang)
    let lead = spaces(indent) + (marker.isEmpty ? "" : (ink ?? .bold).paint(marker, if: style.colour) + " ")
    for (index, row) in rows.enumerated() {
      let painted = marker.isEmpty ? ink.map { $0.paint(row, if: style.colour) } ?? row : row
      text += (index == 0 ? lead : spaces(hang)) + painted + "\n"
    }
  }

  /// A line that is copied, compared or searched for as it stands, so it is not wrapped.
  mutating func verbatim(_ content: String, indent: Int = 0, ink: Ink? = nil) {
    let safe = escapedForTerminal(content)
    text += spaces(indent) + (ink?.paint(safe, if: style.colour) ?? safe) + "\n"
  }

  /// An empty line, unless there is one, or nothing yet.
  mutating func gap() {
    if !text.isEmpty && !text.hasSuffix("\n\n") { text += "\n" }
  }

  mutating func heading(_ content: String, indent: Int = 0) {
    gap()
    line(content, indent: indent, ink: .bold)
  }
}

/// Rows of at most `width` columns. A word that is wider stays whole: an address or a path is copied from the
/// screen.
private func wrapped(_ text: String, to width: Int) -> [String] {
  var rows: [String] = []
  var (row, used) = ("", 0)
  for (index, word) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
    let size = word.displayWidth
    if index == 0 {
      (row, used) = (String(word), size)
    } else if used + 1 + size > width {
      rows.append(row)
      // The second of two spaces at the break.
      (row, used) = word.isEmpty ? ("", -1) : (String(word), size)
    } else {
      row += used < 0 ? String(word) : " " + word
      used += 1 + size
    }
  }
  return (rows + [row]).map { String($0.reversed().drop { $0 == " " }.reversed()) }
}

func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

extension StringProtocol {
  /// Columns that the text takes on a terminal.
  var displayWidth: Int { unicodeScalars.reduce(0) { $0 + $1.displayWidth } }

  func padded(to width: Int) -> String { self + spaces(width - displayWidth) }
}
