/// One element of a document without attributes or mixed content, which is all that AWS answers hold: either text or
/// children. Names are as written, prefixes included.
package struct XMLElement: Hashable, Sendable {
  package var name: String
  /// All character data in it, as it came; white space between children is kept too.
  package var text: String
  package var children: [XMLElement]

  package init(_ name: String, text: String = "", children: [XMLElement] = []) {
    (self.name, self.text, self.children) = (name, text, children)
  }

  package subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

  /// The child's text; `nil` where there is no such child. An empty element is the empty text.
  package func text(_ name: String) -> String? { self[name]?.text }

  /// The children of the list called `name`: `<Parameters><Parameter/>…`.
  package func list(_ name: String) -> [XMLElement] { self[name]?.children ?? [] }
}

package struct XMLFailure: Error, Hashable, Sendable {
  package var message: String
  /// From 1.
  package var line: Int

  package init(message: String, line: Int) { (self.message, self.line) = (message, line) }
}

/// Reads a whole document, or fails: nothing of half a document is ever given.
package protocol XMLReader: Sendable {
  func read(_ bytes: [UInt8]) throws(XMLFailure) -> XMLElement
}
