/// A place in a text that the user wrote.
///
/// - Units: lines and columns count from 1; columns count code points, as editors and libyaml do.
package struct SourceLocation: Hashable, Sendable, Comparable, Codable {
  package var file: String
  package var line: Int
  package var column: Int

  package init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// The file as a whole, for what has no line: it cannot be opened, it is empty. Sorts before its lines.
  package static func wholeFile(_ file: String) -> SourceLocation {
    SourceLocation(file: file, line: 0, column: 0)
  }

  package static func < (a: SourceLocation, b: SourceLocation) -> Bool {
    (a.file, a.line, a.column) < (b.file, b.line, b.column)
  }
}

extension SourceLocation: CustomStringConvertible {
  /// `file:line:column`, or the file alone. Not escaped: see `escapedForTerminal`.
  package var description: String { line == 0 ? file : "\(file):\(line):\(column)" }
}
