import Diagnostics
import NativeClients
import Testing
import YAML

private func read(_ text: String) -> (documents: [Document], diagnostics: [Diagnostic]) {
  readDocuments(in: Array(text.utf8), file: "a.yaml")
}

/// `code line:column` of each, in order.
private func faults(_ text: String) -> [String] { faults(Array(text.utf8)) }

private func faults(_ bytes: [UInt8]) -> [String] {
  readDocuments(in: bytes, file: "a.yaml").diagnostics.sortedForDisplay().map {
    "\($0.code) \($0.location?.line ?? 0):\($0.location?.column ?? 0)"
  }
}

/// A node as JSON-like text, styles by their quotes.
private func shown(_ node: Node) -> String {
  switch node.content {
  case .scalar(let text, .plain): text
  case .scalar(let text, .singleQuoted): "'\(text)'"
  case .scalar(let text, .doubleQuoted): "\"\(text)\""
  case .scalar(let text, .literal): "|\(text)|"
  case .scalar(let text, .folded): ">\(text)>"
  case .sequence(let items): "[" + items.map(shown).joined(separator: ", ") + "]"
  case .mapping(let pairs):
    "{" + pairs.map { "\(shown($0.key)): \(shown($0.value))" }.joined(separator: ", ") + "}"
  }
}

@Test(arguments: [
  ("a: no\nb: 010\nc: 15.10\nd: 22:30\n", ["{a: no, b: 010, c: 15.10, d: 22:30}"]),
  ("a: 'x'\nb: \"y\"\nc: |\n  l\nd: >-\n  f\n", ["{a: 'x', b: \"y\", c: |l\n|, d: >f>}"]),
  ("- 1\n- [2, {k: v}]\n-\n", ["[1, [2, {k: v}], ]"]),
  ("a: 1\n---\nb: 2\n...\n---\n---\nc: 3\n", ["{a: 1}", "{b: 2}", "{c: 3}"]),
  ("# nothing\n", []), ("", []), ("---\n---\n", []),
  ("a: 1\r\nb: 2\r\n", ["{a: 1, b: 2}"]),
  ("a: &x [1, 2]\nb: *x\n", ["{a: [1, 2], b: [1, 2]}"]),
  ("%YAML 1.2\n---\na: 1\n", ["{a: 1}"]),
  ("größe: 日本 😀\n", ["{größe: 日本 😀}"]),
  ("'<<': 1\n", ["{'<<': 1}"]),
])
func readsDocuments(text: String, expected: [String]) {
  let result = read(text)
  #expect(result.documents.map { shown($0.root) } == expected)
  #expect(result.diagnostics == [])
}

@Test(arguments: [
  // Several mistakes of one file show together.
  ("a: 1\na: 2\nb: !!str 3\n<<: {}\n", ["duplicateKey 2:1", "tag 3:4", "mergeKey 4:1"]),
  ("m: {k: 1, j: 2, k: 3}\n", ["duplicateKey 1:17"]),
  ("a: 1\n'a': 2\n", ["duplicateKey 2:1"]),
  ("a: !custom {}\nb: ! x\n", ["tag 1:4", "tag 2:4"]),
  ("%TAG !e! tag:example.com,2000:\n---\na: 1\n", ["tag 1:1"]),
  ("a: *nope\n", ["unknownAlias 1:4"]),
  ("a: &x 1\n---\nb: *x\n", ["unknownAlias 3:4"]),
  ("a: &x [1, *x]\n", ["recursiveAlias 1:11"]),
  ("[a, b]: 1\n", ["nonScalarKey 1:1"]),
  ("? {a: 1}\n: 2\n", ["nonScalarKey 1:3"]),
  ("a:\n\tb: 1\n", ["tabIndentation 2:1"]),
  ("a:\n  b: 1\n\tc: 2\n", ["tabIndentation 3:1"]),
  ("\ta: 1\n", ["tabIndentation 1:1"]),
  ("a: |\n\ttext\n", ["tabIndentation 2:1"]),
  ("a: b: c\n", ["syntax 1:5"]),
  ("a: @x\n", ["syntax 1:4"]),
  ("a: [1, 2\n", ["syntax 1:4"]),
  ("a: {x: 1\n", ["syntax 1:4"]),
  ("a: \"open\nb: 2\n", ["syntax 1:4"]),
  ("a: 1\n b: 2\n", ["syntax 2:3"]),
  ("%YAML 2.0\n---\na: 1\n", ["syntax 1:1"]),
  // Earlier documents of the file stay.
  ("a: 1\na: 2\n---\nb: [\n", ["duplicateKey 2:1", "syntax 4:4"]),
  ("a: \u{0}\n", ["controlCharacter 1:4"]),
  ("a: é\u{1B}\n", ["controlCharacter 1:5"]),
  ("a: 1\nb: \u{85}\n", ["controlCharacter 2:4"]),
  ("a: \u{2028}\n", ["controlCharacter 1:4"]),
  ("a: \u{FEFF}\n", ["controlCharacter 1:4"]),
  ("a: \u{7F}\n", ["controlCharacter 1:4"]),
])
func refuses(text: String, expected: [String]) {
  #expect(faults(text) == expected)
}

@Test(
  arguments: [
    (Array("a: 1\nb: é".utf8) + [0xFF], ["notUTF8 2:5"]),
    (Array("a: ".utf8) + [0xC3], ["notUTF8 1:4"]),
    (Array("a: ".utf8) + [0xED, 0xA0, 0x80], ["notUTF8 1:4"]),
    (Array("a: ".utf8) + [0xC0, 0x80], ["notUTF8 1:4"]),
    ([0xFF, 0xFE, 0x61, 0], ["notUTF8 0:0"]), ([0xFE, 0xFF, 0, 0x61], ["notUTF8 0:0"]),
    ([0x61, 0, 0x3A, 0], ["notUTF8 0:0"]), ([0, 0x61, 0, 0x3A], ["notUTF8 0:0"]),
    ([0xE2, 0x80], ["notUTF8 1:1"]), ([0xC2], ["notUTF8 1:1"]), ([0xEF], ["notUTF8 1:1"]),
  ] as [([UInt8], [String])])
func refusesBytes(bytes: [UInt8], expected: [String]) {
  #expect(faults(bytes) == expected)
}

@Test func nodesKnowTheirPlace() throws {
  let document = try #require(read("größe:\n  - {x: '日', y: z}\n").documents.first)
  guard case .mapping(let pairs) = document.root.content, case .sequence(let items) = pairs[0].value.content,
    case .mapping(let inner) = items[0].content
  else { return #expect(Bool(false), "another shape") }
  #expect(inner[1].value.location == Diagnostics.SourceLocation(file: "a.yaml", line: 2, column: 17))
  #expect(inner[1].value.end == Mark(line: 2, column: 18))
  #expect(items[0].end == Mark(line: 2, column: 19))
  #expect(document.root.end == Mark(line: 2, column: 19))
  #expect(inner.map(\.name) == ["x", "y"])
}

@Test func absentValuesDifferFromText() {
  let document = read("- \n- ~\n- null\n- ''\n- 'null'\n- none\n").documents[0]
  guard case .sequence(let items) = document.root.content else {
    return #expect(Bool(false), "another shape")
  }
  #expect(items.map(\.isNull) == [true, true, true, false, false, false])
}

@Test func messagesSayWhatToDo() {
  let alias = read("base: &orders 1\nx: *order\n").diagnostics[0]
  #expect(alias.message == "no `&order` stands before `*order` in this document")
  #expect(alias.hint == "did you mean `*orders`?")
  let tab = read("a:\n\tb: 1\n").diagnostics[0]
  #expect(tab.message == "a tab can't indent YAML; use spaces")
  let twice = read("a: 1\nb: 2\na: 3\n").diagnostics[0]
  #expect(
    twice.related == [
      .init("`a` stands here first", at: Diagnostics.SourceLocation(file: "a.yaml", line: 1, column: 1))
    ])
  let open = read("a: [1, 2\n").diagnostics[0]
  #expect(open.message == "this `[` is never closed")
}
