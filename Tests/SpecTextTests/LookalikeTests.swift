import Diagnostics
import Testing

/// Names that a reader takes for others, as warnings with code points and place.
@Suite struct LookalikeTests {
  private func warnings(_ names: String..., grants: String = "") -> [String] {
    let roles = names.map { "  \"\($0)\": {}" }.joined(separator: "\n")
    let text = """
      kind: Access
      name: a
      databases: [d]
      roles:
      \(roles)
      \(grants)
      """
    return read(text).diagnostics.filter { $0.code == .lookalike }.map { diagnostic in
      #expect(diagnostic.severity == .warning)
      return "\(diagnostic.location?.line ?? 0):\(diagnostic.location?.column ?? 0) \(diagnostic.message)"
    }
  }

  @Test func aNameThatMixesScriptsIsTold() {
    #expect(
      warnings("p\u{0430}yments") == [
        "5:3 `p\u{0430}yments` mixes Cyrillic and Latin letters: U+0430 CYRILLIC SMALL LETTER A"
      ])
    #expect(
      warnings("\u{03BF}wner") == [
        "5:3 `\u{03BF}wner` mixes Greek and Latin letters: U+03BF GREEK SMALL LETTER OMICRON"
      ])
  }

  @Test func aNameThatLooksLikeAnotherIsTold() {
    // Wholly Cyrillic, so that nothing is mixed: р, а, у.
    #expect(
      warnings("pay", "\u{0440}\u{0430}\u{0443}") == [
        "6:3 `\u{0440}\u{0430}\u{0443}` looks like `pay` and is another name: U+0440 CYRILLIC SMALL LETTER ER, "
          + "U+0430 CYRILLIC SMALL LETTER A, U+0443 CYRILLIC SMALL LETTER U"
      ])
    #expect(warnings("app", "\u{FF41}pp").count == 1)
    #expect(warnings("app", "a\u{200B}pp").count == 2)
    #expect(warnings("r\u{0435}ader", grants: "grants:\n  - { to: reader, in: d.app, schema: usage }").count == 2)
    #expect(warnings("a", grants: "grants:\n  - { to: a, in: d.app, table: { t: select, \u{0442}: select } }") == [])
    #expect(
      warnings("a", grants: "grants:\n  - { to: a, in: [d.app, \"d.\u{0430}pp\"], schema: usage }").count == 2)
  }

  @Test(arguments: [
    ["reader", "writer"], ["app1", "appl", "rn", "m", "O0"], ["\u{437}\u{430}\u{43A}\u{430}\u{437}\u{44B}_id"],
    ["caf\u{E9}"], ["gr\u{FC}n", "grun"], ["\u{65E5}\u{672C}_app"], ["\u{03BB}\u{03CC}\u{03B3}\u{03BF}\u{03C2}"],
  ])
  func whatPeopleWriteIsNoWarning(names: [String]) {
    for name in names { #expect(warnings(name) == []) }
    let text = "kind: Access\nname: a\nroles:\n" + names.map { "  \"\($0)\": {}\n" }.joined()
    #expect(read(text).diagnostics.filter { $0.code == .lookalike } == [])
  }
}
