package enum DiagnosticStyle: Sendable { case plain, colour }

/// Shows diagnostics for people: by file, line and column, each with its line, a caret and the hint, and a
/// summary.
///
/// Empty for no diagnostics, else ends with a newline. Everything foreign in it is escaped.
///
/// - Parameter warningsAlike: how many warnings of one code are shown; of the rest it is told that they are. Errors are all
///   shown.
package func renderDiagnostics(
  _ diagnostics: some Sequence<Diagnostic>, sources: SourceCache, style: DiagnosticStyle = .plain,
  warningsAlike: Int = .max
) -> String {
  let sorted = diagnostics.sortedForDisplay()
  guard !sorted.isEmpty else { return "" }
  var renderer = DiagnosticRenderer(sources: sources, style: style)
  var shown: [DiagnosticCode: Int] = [:]
  for diagnostic in sorted {
    if diagnostic.severity == .warning {
      shown[diagnostic.code, default: 0] += 1
      guard shown[diagnostic.code, default: 0] <= warningsAlike else { continue }
    }
    renderer.render(diagnostic)
  }
  for (code, count) in shown.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where count > warningsAlike {
    renderer.tell("… and \(count - warningsAlike) more like it (\(code.rawValue)): `holdfast validate` shows all")
  }
  return renderer.output + "\n" + summary(of: sorted) + "\n"
}

/// `2 errors, 1 warning`; what is zero is left out.
package func summary(of diagnostics: some Sequence<Diagnostic>) -> String {
  var errors = 0
  var warnings = 0
  for diagnostic in diagnostics {
    switch diagnostic.severity {
    case .error: errors += 1
    case .warning: warnings += 1
    }
  }
  let counted = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
  return counted.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
}

private struct DiagnosticRenderer {
  let sources: SourceCache
  let style: DiagnosticStyle
  private(set) var output = ""
  /// The lines of the file that was shown last: diagnostics come sorted by file.
  private var current: (file: String, lines: SourceLines?) = ("", nil)

  init(sources: SourceCache, style: DiagnosticStyle) {
    self.sources = sources
    self.style = style
  }

  mutating func render(_ diagnostic: Diagnostic) {
    let ink: Ink = diagnostic.severity == .error ? .red : .yellow
    let label = "\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]:"
    heading(label, diagnostic.message, at: diagnostic.location, ink)
    snippet(at: diagnostic.location, hint: diagnostic.hint, ink)
    for related in diagnostic.related {
      heading("note:", related.note, at: related.location, .cyan)
      snippet(at: related.location, hint: nil, .cyan)
    }
  }

  mutating func tell(_ words: String) { output += paint(words, .yellow) + "\n" }

  private mutating func heading(_ label: String, _ message: String, at location: SourceLocation?, _ ink: Ink) {
    if let location { output += paint(escapedForTerminal(location.description) + ":", .bold) + " " }
    output += paint(label, ink) + " " + paint(escapedForTerminal(message), .bold) + "\n"
  }

  private mutating func snippet(at location: SourceLocation?, hint: String?, _ ink: Ink) {
    let advice = hint.map(escapedForTerminal)
    guard let location, let line = text(of: location) else {
      if let advice { output += "      hint: \(advice)\n" }
      return
    }
    let snippet = Snippet(line: line, column: location.column)
    let number = String(location.line)
    let gutter = String(repeating: " ", count: max(5, number.count))
    let caret = String(repeating: " ", count: snippet.caretOffset) + paint("^", ink)
    output += "\(gutter.dropLast(number.count))\(number) | \(snippet.text)\n"
    output += "\(gutter) | \(caret)\(advice.map { " " + paint($0, ink) } ?? "")\n"
  }

  private mutating func text(of location: SourceLocation) -> String? {
    if current.file != location.file { current = (location.file, sources[location.file]?.lines()) }
    return current.lines?[location.line]
  }

  private func paint(_ text: String, _ ink: Ink) -> String {
    switch style {
    case .plain: text
    case .colour: "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m"
    }
  }

  private enum Ink: String {
    case bold = "1"
    case red = "1;31"
    case yellow = "1;33"
    case cyan = "1;36"
  }
}
