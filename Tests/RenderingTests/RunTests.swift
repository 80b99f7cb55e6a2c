import Diagnostics
import Model
import Rendering
import Testing

@Test func progressOfATerminalRedrawsOneLine() {
  let style = ProgressStyle.terminal(width: 60, colour: false)
  #expect(
    renderProgress(line(.started), style: style)
      == "\r\u{1B}[Kinstance/orders step 2 of 7: restart the server …")
  let waiting = renderProgress(
    line(.waiting(seconds: 30, what: "max_connections to be in force")), style: style)
  #expect(waiting == "\r\u{1B}[Kinstance/orders step 2 of 7: restart the server: still wai…")
  #expect(
    renderProgress(line(.done(seconds: 12)), style: style)
      == "\r\u{1B}[Kinstance/orders step 2 of 7: restart the server: done in 12 s\n")
}

@Test(
  arguments: [
    (.started, " …"), (.waiting(seconds: 30, what: nil), ": still waiting, 30 s"),
    (.waiting(seconds: 185, what: "the backup"), ": still waiting for the backup, 3 min 5 s"),
    (
      .retrying(attempt: 2, because: "tuple concurrently updated"),
      ": attempt 2, because tuple concurrently updated"
    ),
    (.done(seconds: 0.42), ": done in 0.4 s"), (.skipped, ": already so"),
    (.failed(seconds: 9.96, message: "no\u{1B}[2J\nroom"), ": FAILED after 10 s: no\\u{1B}[2J\\u{A}room"),
  ] as [(ProgressLine.State, String)])
func progressOfALogIsWholeLines(state: ProgressLine.State, text: String) {
  #expect(
    renderProgress(line(state), style: .log) == "instance/orders step 2 of 7: restart the server\(text)\n")
}

private func line(_ state: ProgressLine.State) -> ProgressLine {
  ProgressLine(instance: "orders", step: 2, of: 7, title: "restart the server", state: state)
}

private let stopped = RunSummary(
  run: "20261122-140311-a1b2", seconds: 72.4, exitStatus: 6,
  instances: [
    ReportLine(instance: "audit", outcome: .done, done: ["write parameters"]),
    ReportLine(
      instance: "billing", outcome: .stale(["parameter/work_mem: value is 8MB, the plan was made at 4MB"]),
      done: [],
      left: ["write parameters"]),
    ReportLine(
      instance: "hr", outcome: .locked(message: "run 20261122-135900-ffff of alice@ci-7 holds the lock"),
      done: []),
    ReportLine(
      instance: "orders",
      outcome: .failed(
        step: 2, message: "pg_ctl: server did not start in time (exit code 1)",
        hint: "see /srv/pg/orders/log", leftNothing: false),
      done: ["write parameters"], left: ["restart the server", "roles and memberships"],
      newSincePlan: ["role eve is there, and should not be"]),
    ReportLine(
      instance: "sales",
      outcome: .refused(message: "env SALES_PASSWORD is not set", hint: "export it and run again"), done: [],
      left: ["roles and memberships"]),
    ReportLine(
      instance: "stock", outcome: .notAchieved(["parameter/work_mem: value in force is 4MB, planned 64MB"]),
      done: ["a"]),
    ReportLine(instance: "tax", outcome: .interrupted, done: ["a"], left: ["b"]),
  ],
  next: "holdfast apply plan.json --allow restart=instance/orders", journal: "/var/lib/holdfast/journal")

@Test func aRunThatStoppedSaysWhatIsDoneAndHowToGoOn() throws {
  try expectGolden("run-stopped.txt", renderRunReport(stopped, style: TextStyle()))
  try expectGolden("run-stopped.json", renderRunReportJSON(stopped))
}

@Test func aGoodRunIsTwoLines() {
  let good = RunSummary(
    run: "r1", seconds: 4.2, exitStatus: 0,
    instances: [ReportLine(instance: "a", outcome: .done, done: ["x", "y"])], journal: "/j")
  #expect(
    renderRunReport(good, style: TextStyle()) == "Journal: /j, run r1\nDone: 2 steps in 1 instance, 4.2 s.\n")
}

@Test func aRunThatFoundAllDoneSaysSo() {
  let again = RunSummary(
    run: "r2", seconds: 1, exitStatus: 0, instances: [ReportLine(instance: "a", outcome: .done, done: ["x"])],
    journal: "/j", appliedBefore: "at noon by run r1")
  #expect(
    renderRunReport(again, style: TextStyle())
      == "Journal: /j, run r2\nAlready applied at noon by run r1; nothing was done.\n")
}

@Test func runsAreATable() throws {
  let runs = [
    RunListing(
      id: "20261122-140311-a1b2", started: Timestamp(seconds: 1_795_352_591),
      finished: Timestamp(seconds: 1_795_352_663),
      user: "alice", host: "ci-7", outcome: "done", instances: ["orders", "billing", "hr", "audit", "tax"],
      stepsDone: 7, steps: 7,
      commit: "4f2a1b9c0d3e55aa"),
    RunListing(
      id: "20261122-150000-c3d4", started: Timestamp(seconds: 1_795_356_000), finished: nil,
      user: "bob\u{1B}[2J", host: "laptop",
      outcome: "interrupted", instances: ["orders"], stepsDone: 1, steps: 3, reverts: "20261122-140311-a1b2"),
  ]
  try expectGolden("runs.txt", renderRuns(runs, style: TextStyle(width: 120)))
  try expectGolden("runs.json", renderRunsJSON(runs))
  #expect(renderRuns([], style: TextStyle()) == "No runs yet.\n")
}

@Test func diagnosticsAndExplanationsAreJSON() throws {
  let location = SourceLocation(file: "specs/orders.yaml", line: 14, column: 5)
  let found = [
    Diagnostic(
      .duplicateKey, message: "`port` stands twice", at: location,
      related: [.init("first here", at: SourceLocation(file: "specs/orders.yaml", line: 9, column: 5))]),
    Diagnostic(.unknownKey, .warning, message: "`retian`", hint: "did you mean `retain`?"),
  ]
  try expectGolden("diagnostics.json", diagnosticsJSON(found, documents: 14, exitStatus: 1))
  #expect(diagnosticsSummary(found, documents: 14) == "1 error, 1 warning in 14 documents.")
  #expect(diagnosticsSummary([], documents: 1) == "No mistakes in 1 document.")
  let explanation = Explanation(
    address: "instance/orders/parameter/work_mem",
    fields: [
      .init(name: "value", value: "64MB", location: location, origin: "parameters/oltp"),
      .init(name: "backup", value: nil),
    ])
  try expectGolden("explanation.json", renderExplanationJSON(explanation))
  try expectGolden("explanation.txt", renderExplanation(explanation, style: TextStyle()))
}
