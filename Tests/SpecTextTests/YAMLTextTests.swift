import Diagnostics
import NativeClients
import Testing
import YAML

@testable import SpecText

/// Texts that some reader of YAML takes for something else than themselves.
private let awkward = [
  "", " ", "~", "null", "Null", "NULL", "nullify", "default", "no", "true", "010", "1e3", "15.10", "22:30", "a: b",
  "a:", ":a",
  "a #b", "#a", "a,b", "[a]", "{DBInstanceClassMemory/32768}", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a`", "- a",
  "-", "---",
  "...", "? a", "a ", " a", "a  b", "'a'", "\"a\"", "a\"b\\", "\\n", "line\nbreak", "tab\ttab", "<<", "=", "é", "日本",
  "e\u{301}",
  "\u{2028}", "\u{202E}abc", "\u{FEFF}", "\u{FFFE}", "😀", "\u{E0001}", "a\u{200B}b", "sun:03:00-sun:04:00",
  "02:00-02:30",
  "arn:aws:iam::123456789012:role/x", ">=16.4 <17", "a: b: c", "x::y", "a:,b", "kind: Instance\nname: other",
]

@Suite("Text of specs") struct YAMLTextTests {
  @Test func everyTextComesBackAsItWas() {
    for layout in [YAMLMapping.Layout.block, .inline] {
      var mapping = YAMLMapping(.block)
      for (index, text) in awkward.enumerated() {
        var inner = YAMLMapping(layout)
        inner.add("value", text)
        inner.add(text.isEmpty ? "key" : text + "k", "x")
        inner.add("list", .list([text, "end"]))
        mapping.add("k\(index)", .mapping(inner))
      }
      let text = YAMLText.document(mapping)
      let read = readDocuments(in: Array(text.utf8), file: "a.yaml")
      #expect(read.diagnostics.map(\.message) == [], "\(text)")
      for (index, text) in awkward.enumerated() {
        let inner = read.documents.first?.root["k\(index)"]
        #expect(inner?["value"].map { $0.isNull || $0.isDefault } == false, "\(text)")
        #expect(utf8(inner?.text("value")) == utf8(text))
        #expect(inner?.texts("list").map(utf8) == [utf8(text), utf8("end")])
        #expect(inner.map { $0.pairs[1].name.utf8.elementsEqual((text.isEmpty ? "key" : text + "k").utf8) } == true)
      }
    }
  }

  @Test func quotesStandOnlyWhereTheyAreNeeded() {
    let plain = [
      "orders", "010", "no", "db.t4g.medium", "sun:03:00-sun:04:00", "sg-0a1b", "arn:aws:kms:x:1:key/2", "a b",
    ]
    for text in plain { #expect(YAMLText.scalar(text) == text) }
    #expect(YAMLText.scalar(">=16.4 <17") == "\">=16.4 <17\"")
    #expect(YAMLText.scalar("default") == "\"default\"")
    #expect(YAMLText.scalar("a\u{202E}b") == "\"a\\u202Eb\"")
  }

  @Test func aCommentStaysAComment() {
    let text = YAMLText.comment("left out: \nkind: Instance\u{2028}\u{7}x " + String(repeating: "word ", count: 60))
    let lines = text.split(separator: "\n")
    #expect(lines.count > 2)
    #expect(lines.allSatisfy { $0.hasPrefix("# ") && $0.count <= YAMLText.width })
    #expect(readDocuments(in: Array((text + "a: b\n").utf8), file: "a.yaml").diagnostics.isEmpty)
  }

  private func utf8(_ text: String?) -> [UInt8]? { text.map { Array($0.utf8) } }
}
