import Diagnostics
import Testing

@Test(arguments: [
  ("plain text", "plain text"), ("größe 日本", "größe 日本"), ("", ""),
  ("\u{7}\u{7F}\u{9B}\t\r\n", "\\u{7}\\u{7F}\\u{9B}\\u{9}\\u{D}\\u{A}"),
  ("\u{202A}\u{202E}\u{2066}\u{2069}", "\\u{202A}\\u{202E}\\u{2066}\\u{2069}"),
  ("\u{200E}\u{200F}\u{61C}", "\\u{200E}\\u{200F}\\u{61C}"),
  ("a\u{200B}b\u{200D}\u{FEFF}\u{AD}", "a\\u{200B}b\\u{200D}\\u{FEFF}\\u{AD}"),
  ("\u{2028}\u{2029}\u{85}", "\\u{2028}\\u{2029}\\u{85}"),
  ("\u{E0041}", "\\u{E0041}"),
])
func escapesWhatATerminalWouldObey(text: String, escaped: String) {
  #expect(escapedForTerminal(text) == escaped)
}

@Test(
  arguments: [
    ("retian", "retain"), ("Retain", "retain"), ("retention", nil), ("fulll", "full"), ("zzz", nil),
    ("x", nil),
    ("", nil), ("incrementel", "incremental"), ("retain_", "retain"),
  ] as [(String, String?)])
func suggestsTheClosestWord(word: String, expected: String?) {
  #expect(closest(word, in: ["retain", "full", "incremental", "y"]) == expected)
}

@Test func suggestionsDoNotDependOnOrder() {
  #expect(closest("cat", in: ["bat", "hat", "car"]) == "bat")
  #expect(closest("cat", in: ["hat", "car", "bat"]) == "bat")
}

@Test func locatesBytesByCodePoints() {
  let lines = SourceText(Array("aé\r\n日本\rx".utf8)).lines()
  #expect(lines[1] == "aé")
  #expect(lines[2] == "日本")
  #expect(lines[3] == "x")
  #expect(lines[4] == nil)
  #expect(lines[0] == nil)
  #expect(lines.location(ofByte: 8, in: "f") == Diagnostics.SourceLocation(file: "f", line: 2, column: 2))
}
