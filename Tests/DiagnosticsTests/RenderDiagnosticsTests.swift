import Diagnostics
import Testing

private func sources(_ text: String, file: String = "a.yaml") -> SourceCache {
  var cache = SourceCache()
  cache[file] = SourceText(Array(text.utf8))
  return cache
}

private func at(_ line: Int, _ column: Int, file: String = "a.yaml") -> Diagnostics.SourceLocation {
  Diagnostics.SourceLocation(file: file, line: line, column: column)
}

@Test func rendersSnippetCaretAndHint() {
  let mistake = Diagnostic(
    .unknownKey, message: "`retian` is not a key of `BackupPolicy`", at: at(2, 5),
    hint: "did you mean `retain`?")
  let text = renderDiagnostics([mistake], sources: sources("kind: BackupPolicy\n    retian: 7d\n"))
  #expect(
    text == """
      a.yaml:2:5: error[SPEC003]: `retian` is not a key of `BackupPolicy`
          2 |     retian: 7d
            |     ^ did you mean `retain`?

      1 error

      """)
}

@Test func sortsAndCountsEachOnce() {
  let late = Diagnostic(.tag, message: "late", at: at(2, 1))
  let early = Diagnostic(.emptyFile, .warning, message: "early", at: .wholeFile("a.yaml"))
  let nowhere = Diagnostic(.noDocuments, message: "nowhere", hint: "do this")
  let text = renderDiagnostics([late, early, late, nowhere], sources: sources("x\ny\n"))
  #expect(
    text == """
      error[YAML023]: nowhere
            hint: do this
      a.yaml: warning[YAML019]: early
      a.yaml:2:1: error[YAML013]: late
          2 | y
            | ^

      2 errors, 1 warning

      """)
}

@Test func showsRelatedPlaces() {
  let twice = Diagnostic(
    .duplicateKey, message: "twice", at: at(2, 1), related: [.init("here first", at: at(1, 1))])
  let text = renderDiagnostics([twice], sources: sources("k: 1\r\nk: 2\r\n"))
  #expect(text.contains("    2 | k: 2\n      | ^\na.yaml:1:1: note: here first\n    1 | k: 1\n      | ^\n"))
}

@Test(arguments: [
  ("\tx", 2, "    x", 4),
  ("日本x", 3, "日本x", 4),
  ("e\u{301}x", 3, "e\u{301}x", 1),
  ("😀x", 2, "😀x", 2),
  ("\u{1B}[31mx", 6, "\\u{1B}[31mx", 10),
  ("abc", 99, "abc", 3),
])
func caretStandsBelowItsCharacter(line: String, column: Int, shown: String, offset: Int) {
  let text = renderDiagnostics([Diagnostic(.syntax, message: "m", at: at(1, column))], sources: sources(line))
  let lines = text.split(separator: "\n")
  #expect(lines[1] == "    1 | \(shown)")
  #expect(lines[2] == "      | " + String(repeating: " ", count: offset) + "^")
}

@Test func cutsLongLinesAroundTheCaret() {
  let line = String(repeating: "a", count: 500) + "X" + String(repeating: "b", count: 500)
  let text = renderDiagnostics([Diagnostic(.syntax, message: "m", at: at(1, 501))], sources: sources(line))
  let lines = text.split(separator: "\n")
  #expect(lines[1].count == 8 + 100 + 2)
  #expect(Array(lines[1])[Array(lines[2]).firstIndex(of: "^") ?? 0] == "X")
}

@Test func quotesNoGiantLine() {
  let line = String(repeating: "a", count: 1_000_000)
  let text = renderDiagnostics([Diagnostic(.syntax, message: "m", at: at(1, 9))], sources: sources(line))
  #expect(text == "a.yaml:1:9: error[YAML005]: m\n\n1 error\n")
}

@Test func coloursOnlyWhenAsked() {
  let mistake = Diagnostic(.syntax, message: "m", at: at(1, 1))
  #expect(renderDiagnostics([mistake], sources: sources("x"), style: .colour).contains("\u{1B}[1;31m"))
  #expect(!renderDiagnostics([mistake], sources: sources("x")).contains("\u{1B}"))
}

@Test func foreignTextCannotForgeOutput() {
  let mistake = Diagnostic(
    .syntax, message: "a\u{1B}[2Jb\nfake: error", at: at(1, 1, file: "x\ny.yaml"), hint: "h\u{202E}")
  let text = renderDiagnostics([mistake], sources: SourceCache())
  #expect(text.hasPrefix("x\\u{A}y.yaml:1:1: error[YAML005]: a\\u{1B}[2Jb\\u{A}fake: error\n"))
  #expect(text.contains("hint: h\\u{202E}\n"))
}

@Test func codesAreGrouped() {
  for code in DiagnosticCode.allCases {
    #expect(code.rawValue.count == 7)
    #expect(["YAML", "SPEC", "PLAN"].contains { code.rawValue.hasPrefix($0) })
  }
}

@Test func manyWarningsAlikeAreCutAndErrorsAreNot() {
  let warnings = (1...9).map { Diagnostic(.unreachableObjects, .warning, message: "w\($0)", at: at($0, 1)) }
  let errors = (1...9).map { Diagnostic(.unknownKey, message: "e\($0)", at: at($0, 2)) }
  let text = renderDiagnostics(warnings + errors, sources: sources(""), warningsAlike: 2)
  #expect(text.contains("w2\n") && !text.contains("w3\n") && text.contains("e9\n"))
  #expect(
    text.hasSuffix("… and 7 more like it (SPEC013): `holdfast validate` shows all\n\n9 errors, 9 warnings\n"), "\(text)"
  )
  #expect(!renderDiagnostics(warnings, sources: sources(""), warningsAlike: 9).contains("more like it"))
}
