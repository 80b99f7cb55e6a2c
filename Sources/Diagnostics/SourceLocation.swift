/// A place in a text that the user wrote.
///
/// - Units: lines and columns count from 1; columns count code points, as editors and libyaml do.
package struct SourceLocation: Hashable, Sendable, Comparable {
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

/// `line:column:file`: a file's name may hold colons.
extension SourceLocation: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try String(from: decoder)
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let line = Int(parts[0]), let column = Int(parts[1]) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is no place in a file"))
    }
    self.init(file: String(parts[2]), line: line, column: column)
  }

  package func encode(to encoder: any Encoder) throws { try "\(line):\(column):\(file)".encode(to: encoder) }
}
