import Diagnostics

/// Workflow commands that put diagnostics onto the lines of a pull request.
///
/// GitHub shows the first ten of a severity in a step and drops the rest unseen; so there are never more than
/// ten, and the last one counts those left out.
///
/// - Source: GitHub documentation, "Workflow commands for GitHub Actions"; the limit is from its community forum, read 2026-11.
package func githubAnnotations(_ diagnostics: [Diagnostic]) -> String {
  let sorted = diagnostics.sortedForDisplay()
  return annotations(sorted.filter { $0.severity == .error })
    + annotations(sorted.filter { $0.severity == .warning })
}

private let mostAnnotations = 10

private func annotations(_ diagnostics: [Diagnostic]) -> String {
  let fits = diagnostics.count <= mostAnnotations
  let shown = fits ? diagnostics[...] : diagnostics.prefix(mostAnnotations - 1)
  let lines = shown.map(annotation)
  guard !fits, let severity = diagnostics.first?.severity else { return lines.joined() }
  let rest =
    "\(grouped(diagnostics.count - shown.count)) more of severity \(severity.rawValue): the log of this step has all"
  return lines.joined() + "::\(severity.rawValue) title=Holdfast::\(rest)\n"
}

private func annotation(_ diagnostic: Diagnostic) -> String {
  var properties: [String] = []
  if let location = diagnostic.location {
    properties.append("file=\(property(location.file))")
    if location.line > 0 { properties += ["line=\(location.line)", "col=\(location.column)"] }
  }
  properties.append("title=\(property(diagnostic.code.rawValue))")
  let text = diagnostic.message + (diagnostic.hint.map { " (\($0))" } ?? "")
  return
    "::\(diagnostic.severity.rawValue) \(properties.joined(separator: ","))::\(data(escapedForTerminal(text)))\n"
}

/// The escapes that the runner takes back.
private func data(_ text: String) -> String {
  text.reduce(into: "") { result, character in
    switch character {
    case "%": result += "%25"
    case "\r": result += "%0D"
    case "\n": result += "%0A"
    case "\r\n": result += "%0D%0A"
    default: result.append(character)
    }
  }
}

private func property(_ text: String) -> String {
  data(escapedForTerminal(text)).reduce(into: "") { result, character in
    switch character {
    case ":": result += "%3A"
    case ",": result += "%2C"
    default: result.append(character)
    }
  }
}
