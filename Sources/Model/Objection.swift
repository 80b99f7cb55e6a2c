/// What a platform says beforehand that it would refuse.
package struct Objection: Hashable, Sendable, Codable {
  /// Of the key in the instance's spec: `["aws", "class"]`.
  package var path: [String]
  package var message: String
  package var hint: String

  package init(_ path: [String], _ message: String, hint: String) {
    (self.path, self.message, self.hint) = (path, message, hint)
  }
}
