/// The texts that diagnostics point into, by the file name shown to the user.
package struct SourceCache: Sendable {
  private var texts: [String: SourceText] = [:]

  package init() {}

  /// The names of the files, sorted.
  package var files: [String] { texts.keys.sorted() }

  package subscript(file: String) -> SourceText? {
    get { texts[file] }
    set { texts[file] = newValue }
  }
}

/// The bytes of one file, without a byte order mark.
package struct SourceText: Sendable {
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Finds the lines once, so that showing many snippets of one file stays linear.
  package func lines() -> SourceLines { SourceLines(bytes) }
}

/// Where the lines of a text begin. LF, CR LF and a lone CR end a line, as in YAML.
package struct SourceLines: Sendable {
  private let bytes: [UInt8]
  private var starts = [0]

  /// Longer lines are not quoted: nobody reads them, and each snippet walks its line.
  private static let longestQuoted = 4_096

  fileprivate init(_ bytes: [UInt8]) {
    self.bytes = bytes
    for (index, byte) in bytes.enumerated() where byte == 0x0A || byte == 0x0D {
      if byte == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { continue }
      starts.append(index + 1)
    }
  }

  /// The text of a line, counted from 1, without its end; nil where there is none or it is too long to show.
  package subscript(line: Int) -> String? {
    guard line >= 1, line <= starts.count else { return nil }
    let end = line < starts.count ? starts[line] : bytes.count
    guard end - starts[line - 1] <= Self.longestQuoted else { return nil }
    let text = bytes[starts[line - 1]..<end]
    return String(decoding: text.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
  }

  /// The place of a byte, as a line and a column of code points.
  package func location(ofByte offset: Int, in file: String) -> SourceLocation {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    let isContinuation = { (byte: UInt8) in byte & 0xC0 == 0x80 }
    let column = bytes[starts[low]..<min(offset, bytes.count)].count { !isContinuation($0) }
    return SourceLocation(file: file, line: low + 1, column: column + 1)
  }
}
