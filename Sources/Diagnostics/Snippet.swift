/// One line of source as a terminal shows it, cut to a window around a column, with the place of the caret.
struct Snippet {
  private(set) var text = ""
  private(set) var caretOffset = 0

  private static let widest = 100
  private static let contextBeforeCaret = 60

  /// - Parameter column: counts code points from 1; past the end means just behind the last one.
  init(line: String, column: Int) {
    let cells = line.unicodeScalars.map(Cell.init)
    let caret = min(max(column - 1, 0), cells.count)
    guard cells.reduce(0, { $0 + $1.width }) > Self.widest else {
      text = cells.map(\.text).joined()
      caretOffset = cells[..<caret].reduce(0) { $0 + $1.width }
      return
    }
    cut(cells, around: caret)
  }

  private mutating func cut(_ cells: [Cell], around caret: Int) {
    var start = caret
    while start > 0, caretOffset + cells[start - 1].width <= Self.contextBeforeCaret {
      start -= 1
      caretOffset += cells[start].width
    }
    var end = start
    var width = 0
    while end < cells.count, width + cells[end].width <= Self.widest {
      width += cells[end].width
      end += 1
    }
    text = (start > 0 ? "…" : "") + cells[start..<end].map(\.text).joined() + (end < cells.count ? "…" : "")
    if start > 0 { caretOffset += 1 }
  }

  private struct Cell {
    let text: String
    let width: Int

    init(_ scalar: Unicode.Scalar) {
      text = scalar == "\t" ? "    " : escapedForTerminal(scalar)
      width = text.unicodeScalars.reduce(0) { $0 + $1.displayWidth }
    }
  }
}
