import Model
import Planner
import Rendering
import Testing

private let wide = TextStyle(width: 120)
private let verbose = TextStyle(width: 80, verbose: true)

/// A plan with its name among the goldens.
struct Sample: CustomTestStringConvertible, Sendable {
  let name: String
  let plan: Plan

  var testDescription: String { name }
}

private let samples: [Sample] = [
  Sample(name: "empty", plan: plan([instance("a"), instance("b"), instance("c")])),
  Sample(name: "create-an-instance", plan: plan([createPlan(), instance("billing")])),
  Sample(name: "parameter-with-restart", plan: plan([restartPlan()])),
  Sample(name: "grants-en-masse", plan: plan([grantsPlan()])),
  Sample(name: "role-removal", plan: plan([removalPlan()], origin: .revert(run: "20261122-140311-a1b2"))),
  Sample(name: "hostile-names", plan: plan([hostilePlan()])),
  Sample(
    name: "alarms",
    plan: plan(
      [alarmPlan(), instance("billing")],
      notPlanned: [
        NotPlanned(
          address: .instance("hr"), reason: .notObserved,
          message: "no answer from 10.0.0.7:5432 within 5 s (connection timed out)"),
        NotPlanned(address: .instance("legacy"), reason: .otherHost, message: "lives on db2.example.net"),
      ], released: ["instance/old", "instance/orders/access/role/gone"])),
]

@Test(arguments: samples)
func plansAreShownAsTheyWere(sample: Sample) throws {
  try expectGolden("\(sample.name).txt", renderPlan(sample.plan, style: TextStyle()))
  try expectGolden(
    "\(sample.name).wide.txt", renderPlan(sample.plan, style: wide, command: "holdfast apply plan.json"))
  try expectGolden("\(sample.name).verbose.txt", renderPlan(sample.plan, style: verbose))
  try expectGolden("\(sample.name).json", renderPlanJSON(sample.plan, digest: "sha256:4f2a", exitStatus: 2))
  let frame = MarkdownFrame(
    title: "Holdfast plan for production", digest: "sha256:4f2a", expires: "2026-11-23 14:03 UTC",
    command: "holdfast apply plan.json")
  try expectGolden("\(sample.name).md", renderMarkdown(sample.plan, frame: frame))
}

@Test(arguments: samples)
func driftIsShownAsItWas(sample: Sample) throws {
  try expectGolden("\(sample.name).drift.txt", renderDrift(sample.plan, style: TextStyle()))
  try expectGolden("\(sample.name).drift.md", renderDriftMarkdown(sample.plan, title: "Drift in production"))
  try expectGolden("\(sample.name).drift.json", renderDriftJSON(sample.plan, exitStatus: 2))
}

@Test func coloursAreSparing() throws {
  try expectGolden(
    "colour.txt", renderPlan(plan([restartPlan(), alarmPlan()]), style: TextStyle(colour: true)))
}
