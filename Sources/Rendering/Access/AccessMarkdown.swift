import Model
import Planner

/// Who may do what, for an issue or a pull request: a table an instance; at most 60,000 characters. An instance is written
/// when it comes, and not kept.
package struct AccessMarkdown: Sendable {
  private var page = CappedMarkdown()
  /// How many instances no room was left for.
  private var left = 0

  package init(title: String) { _ = page.append("### \(escapedForMarkdown(title))\n\n") }

  package mutating func add(_ access: InstanceAccess) {
    let heading = "\(access.address): \(access.summary)"
    guard left == 0, page.append("<details><summary>\(escapedForMarkdown(heading))</summary>\n\n") else {
      left += 1
      return
    }
    page.table(access)
    page.list("Notes", access.notes.map { "- \(escapedForMarkdown($0))\n" })
    page.close("</details>\n\n")
  }

  /// The whole page, with what could not be reviewed.
  package func text(notReviewed: [NotPlanned]) -> String {
    var page = page
    if left > 0 {
      page.close("\n**Truncated, \(counted(left, "more instance")): use `--format csv` or `json`.**\n")
    }
    page.list("Not reviewed", notReviewed.map { "- ❗ \(escapedForMarkdown("\($0.address): \($0.message)"))\n" })
    return page.text
  }
}

extension CappedMarkdown {
  fileprivate mutating func table(_ access: InstanceAccess) {
    guard append("| Who | May | How |\n|---|---|---|\n") else { return }
    let rows = accessGroups(access, verbose: false).flatMap { group in
      let lines = group.lines.isEmpty ? [AccessLine(what: group.emptiness, how: "")] : group.lines
      return lines.map { line in
        let cells = [group.heading(verbose: false), line.what, line.how]
        return "| " + cells.map { escapedForMarkdown($0) }.joined(separator: " | ") + " |\n"
      }
    }
    _ = append(rows: rows, closing: "\n") { "| … | truncated, \(grouped($0)) more: use `--format csv` | |\n" }
  }
}
