package struct SourceLocation: Hashable, Sendable, Comparable, Codable {
  package var file: String, line: Int, column: Int
  package init(file: String, line: Int, column: Int) { (self.file, self.line, self.column) = (file, line, column) }
  package static func < (l: Self, r: Self) -> Bool { (l.file, l.line, l.column) < (r.file, r.line, r.column) }
}
package struct Diagnostic: Sendable {}
