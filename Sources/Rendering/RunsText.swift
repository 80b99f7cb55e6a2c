import Diagnostics
import Model

/// One run of the journal.
package struct RunListing: Hashable, Sendable {
  package var id: String
  package var started: Timestamp
  /// `nil` where the journal holds no end: it is still on, or was killed.
  package var finished: Timestamp?
  package var user: String
  package var host: String
  /// `done`, `failed`, `interrupted`, …
  package var outcome: String
  package var instances: [String]
  package var stepsDone: Int
  package var steps: Int
  package var commit: String?
  /// The run that this one took back.
  package var reverts: String?

  package init(
    id: String, started: Timestamp, finished: Timestamp?, user: String, host: String, outcome: String,
    instances: [String], stepsDone: Int, steps: Int, commit: String? = nil, reverts: String? = nil
  ) {
    (self.id, self.started, self.finished, self.user, self.host) = (id, started, finished, user, host)
    (self.outcome, self.instances, self.stepsDone, self.steps) = (outcome, instances, stepsDone, steps)
    (self.commit, self.reverts) = (commit, reverts)
  }
}

/// The runs as a table, in the order given. When a run began is in its name.
package func renderRuns(_ runs: [RunListing], style: TextStyle) -> String {
  var page = TextPage(style)
  guard !runs.isEmpty else {
    page.line("No runs yet.")
    return page.text
  }
  let rows =
    [["RUN", "TOOK", "OUTCOME", "STEPS", "WHO", "WHAT"]]
    + runs.map { $0.cells.map { escapedForTerminal($0) } }
  let widths = rows[0].indices.map { column in rows.map { $0[column].displayWidth }.max() ?? 0 }
  for (index, row) in rows.enumerated() {
    let cells = zip(row, widths).dropLast().map { $0.padded(to: $1) } + row.suffix(1)
    page.verbatim(cells.joined(separator: "  "), ink: index == 0 ? .bold : nil)
  }
  return page.text
}

extension RunListing {
  fileprivate var cells: [String] {
    let took = finished.map { duration(Double(($0 - started).seconds)) } ?? "-"
    return [id, took, outcome, "\(stepsDone)/\(steps)", "\(user)@\(host)", what]
  }

  private var what: String {
    let parts = [listed(instances), commit.map { "at \($0.prefix(12))" }, reverts.map { "reverts \($0)" }]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }
}
