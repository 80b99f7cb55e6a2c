import Diagnostics
import Model
import Testing

/// A name that the specs write in two spellings: one character, or a letter and its accent.
@Suite struct SpellingTests {
  private static let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")

  private func conflicts(_ text: String) -> [String] {
    read(access(text) + surroundings).diagnostics.filter { $0.code == .conflict }
      .map { "\($0.location?.line ?? 0):\($0.location?.column ?? 0) \($0.message)" }
  }

  @Test func itIsAMistakeAtTheSecond() {
    let found = conflicts(
      """
      roles: { "\(Self.composed)": {} }
      grants:
        - { to: "\(Self.decomposed)", in: d.app, schema: usage }
      """)
    #expect(
      found == ["15:11 `cafe\\u{0301}` and `caf\\u{00E9}` look the same and are two names to PostgreSQL"])
  }

  @Test(
    arguments: [
      "table: { caf\u{E9}: [select], t: [\"select (cafe\u{301})\"] }",
      "function: { \"f(caf\u{E9})\": [execute], \"f(cafe\u{301})\": [execute] }",
      "table: { K: [select], \"\u{212A}\": [select] }",
      "table: { caf\u{E9}: [select] }, type: { cafe\u{301}: [usage] }",
    ])
  func whereverNamesStand(items: String) {
    let text = read(
      access("roles: { a: {} }\ngrants:\n  - { to: a, in: d.app, schema: usage, \(items) }\n") + surroundings)
    #expect(text.diagnostics.hasErrors)
  }

  @Test(arguments: [composed, decomposed]) func oneSpellingIsNone(name: String) {
    let text = """
      roles: { "\(name)": {} }
      grants:
        - { to: "\(name)", in: "d.\(name)", schema: usage, table: { "\(name)": ["select (\(name))"] } }
      """
    #expect(conflicts(text) == [])
    let instance = read(access(text) + surroundings).desired.instances.first { $0.name == "i" }
    #expect(instance?.spellings.otherSpelling(of: name) == nil)
    let other = name.utf8.elementsEqual(Self.composed.utf8) ? Self.decomposed : Self.composed
    #expect(instance?.spellings.otherSpelling(of: other)?.utf8.elementsEqual(name.utf8) == true)
  }

  /// The texts of comments are compared with nothing on a server.
  @Test func commentsAreNoNames() {
    #expect(conflicts("roles: { \"\(Self.composed)\": { comment: \"\(Self.decomposed)\" } }") == [])
  }
}
