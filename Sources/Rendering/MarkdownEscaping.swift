import Diagnostics

/// Makes text safe inside Markdown that GitHub or GitLab shows: it reads as it is written, nothing of it
/// becomes markup, HTML, a link, a table cell, a mention of a person or a reference to an issue.
///
/// What has a meaning becomes a numeric entity, which no Markdown rule looks at. `@`, `#`, `://` and `www.`
/// are acted on after entities are decoded, so an invisible character stands behind them.
func escapedForMarkdown(_ text: some StringProtocol) -> String {
  let safe = Array(escapedForTerminal(text).unicodeScalars)
  var result = ""
  for (index, scalar) in safe.enumerated() {
    let next = index + 1 < safe.count ? safe[index + 1] : nil
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "@", "#": result += "\(scalar)\(breaker)"
    case ":" where next == "/": result += ":\(breaker)"
    case "." where safe[..<index].suffix(3).elementsEqual("www".unicodeScalars): result += "\(breaker)."
    case "_" where isWordInside(safe, index): result += "_"
    case "\\", "`", "*", "_", "~", "[", "]", "|", "$", "!": result += "&#\(scalar.value);"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// U+200B, spelt so that a reader of the source sees it.
private let breaker = "&#8203;"

/// `_` between letters marks nothing, and most names hold one.
private func isWordInside(_ text: [Unicode.Scalar], _ index: Int) -> Bool {
  guard index > 0, index + 1 < text.count else { return false }
  return [text[index - 1], text[index + 1]].allSatisfy {
    $0.properties.isAlphabetic || ("0"..."9").contains($0)
  }
}

/// Lines as a block of code, fenced by more backticks than stand in them.
func codeBlock(_ lines: [String]) -> String {
  let safe = lines.map { escapedForTerminal($0) }
  let longest = safe.flatMap { $0.split { $0 != "`" } }.map(\.count).max() ?? 0
  let fence = String(repeating: "`", count: max(3, longest + 1))
  return "\(fence)sh\n\(safe.joined(separator: "\n"))\n\(fence)\n"
}
