import Diagnostics
import Model
import Planner
import Rendering
import Testing

@Test(arguments: [true, false])
func nothingForeignReachesTheTerminalRaw(verbose: Bool) {
  let text =
    renderPlan(plan([hostilePlan()]), style: TextStyle(verbose: verbose))
    + renderDrift(plan([hostilePlan()]), style: TextStyle(verbose: verbose))
  #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{7}" || $0 == "\u{202E}" })
  #expect(!text.contains("\nPlan: 0 to add"))
}

@Test func flagsMayBePastedIntoAShell() {
  let address = Address(["instance", "a'b$(reboot) `id`;\u{202E}é"])
  let flags = allowFlags([Hazard(.restart, address, "")])
  #expect(flags == ["--allow restart=instance/a%27b%24%28reboot%29%20%60id%60%3B%E2%80%AE%C3%A9"])
  #expect(Address(String(flags[0].dropFirst("--allow restart=".count))) == address)
}

@Test func aHazardAtVeryManyAddressesIsAllowedByKindButACreateNever() {
  let many = (0..<40).map { Address.instance("i\($0)") }
  #expect(allowFlags(many.map { Hazard(.restart, $0, "") }) == ["--allow restart"])
  #expect(allowFlags(many.map { Hazard(.createInstance, $0, "") }).count == 40)
}

@Test func markdownOfForeignTextIsNoMarkup() {
  let text = renderMarkdown(plan([hostilePlan()]), frame: MarkdownFrame(title: "a`b|<c>@d\n# e"))
  #expect(text.hasPrefix("### a&#96;b&#124;&lt;c&gt;@&#8203;d&#92;u{A}#&#8203; e\n"))
  for forbidden in ["<b>", "@octocat", "|cell", "]]>", "`code`", "https://x", "www.example", "\u{202E}"] {
    #expect(!text.contains(forbidden), "\(forbidden)")
  }
}

@Test func annotationsEscapeWhatTheRunnerReads() {
  let location = SourceLocation(file: "specs/a,b:c.yaml", line: 14, column: 5)
  let found = [
    Diagnostic(.unknownKey, message: "100% `x`\n::error::injected", at: location, hint: "did you mean `y`?")
  ]
  let line =
    "::error file=specs/a%2Cb%3Ac.yaml,line=14,col=5,title=SPEC003::"
    + "100%25 `x`\\u{A}::error::injected (did you mean `y`?)\n"
  #expect(githubAnnotations(found) == line)
}

@Test func annotationsNeverExceedWhatIsShown() {
  let many = (1...25).map { line in
    Diagnostic(.unknownKey, message: "m", at: SourceLocation(file: "f.yaml", line: line, column: 1))
  }
  let lines = githubAnnotations(many).split(separator: "\n")
  #expect(lines.count == 10)
  #expect(lines.last == "::error title=Holdfast::16 more of severity error: the log of this step has all")
  #expect(githubAnnotations([]) == "")
}
