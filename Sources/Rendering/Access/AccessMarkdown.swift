import Model
import Planner

/// Who may do what, for an issue or a pull request: a table an instance; at most 60,000 characters.
package func renderAccessMarkdown(
  _ instances: [InstanceAccess], notReviewed: [NotPlanned], title: String
) -> String {
  var page = CappedMarkdown()
  _ = page.append("### \(escapedForMarkdown(title))\n\n")
  for (index, access) in instances.enumerated() {
    let heading = "\(access.address): \(access.summary)"
    guard page.append("<details><summary>\(escapedForMarkdown(heading))</summary>\n\n") else {
      page.close(
        "\n**Truncated, \(counted(instances.count - index, "more instance")): use `--format csv` or `json`.**\n")
      break
    }
    page.table(access)
    page.list("Notes", access.notes.map { "- \(escapedForMarkdown($0))\n" })
    page.close("</details>\n\n")
  }
  page.list("Not reviewed", notReviewed.map { "- ❗ \(escapedForMarkdown("\($0.address): \($0.message)"))\n" })
  return page.text
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
