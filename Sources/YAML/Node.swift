import Diagnostics

/// A YAML value with its place in the text.
///
/// Every scalar is text: what `no`, `010` or `15.10` means is decided by the schema, never here. A value that
/// was written once and is used through aliases keeps the place where it was written.
package struct Node: Sendable {
  package enum Content: Sendable {
    case scalar(String, style: ScalarStyle)
    case sequence([Node])
    case mapping([Pair])
  }

  package let content: Content
  package let file: String
  /// Of the first character.
  package let start: Mark
  /// Behind the last character; for a block scalar where the next token begins, for a block collection where
  /// its last value ends.
  package let end: Mark

  package init(_ content: Content, file: String, start: Mark, end: Mark) {
    self.content = content
    self.file = file
    self.start = start
    self.end = end
  }

  package var location: SourceLocation {
    SourceLocation(file: file, line: Int(start.line), column: Int(start.column))
  }

  /// True for nothing at all, `~` and `null`, without quotes: what YAML itself means by an absent value.
  package var isNull: Bool {
    // Asked of every value, and nearly every one is longer.
    guard case .scalar(let text, .plain) = content, text.utf8.count <= 4 else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }
}

package enum ScalarStyle: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

/// One entry of a mapping. Keys are scalars and differ within their mapping: the reader refuses all else.
package struct Pair: Sendable {
  package let key: Node
  package let value: Node

  package init(key: Node, value: Node) {
    self.key = key
    self.value = value
  }

  /// The key's text.
  package var name: String {
    guard case .scalar(let text, _) = key.content else {
      preconditionFailure("the reader lets only scalars be keys")
    }
    return text
  }
}

/// A line and a column, counted from 1, columns in code points. Half the size of two `Int`s: a tree holds
/// millions.
package struct Mark: Hashable, Sendable {
  package let line: UInt32
  package let column: UInt32

  package init(line: UInt32, column: UInt32) {
    self.line = line
    self.column = column
  }
}
