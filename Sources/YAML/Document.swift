/// One document of a file.
package struct Document: Sendable {
  package let root: Node
  package let file: String

  package init(root: Node, file: String) {
    self.root = root
    self.file = file
  }
}
