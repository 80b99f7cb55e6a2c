import Model
import Planner
import Rendering
import Testing

@Suite("What an import tells") struct ImportRenderingTests {
  @Test func whatWasWrittenAndSkippedAndThatTheFirstPlanIsEmpty() {
    var report = report()
    report.skipped = [
      .init(identifier: "b\u{1B}[2J", reason: "its engine is mysql"),
      .init(identifier: "a", reason: "its engine is mysql"),
    ]
    report.declared = 2
    #expect(
      renderImport(report, style: TextStyle(width: 100)) == """
        wrote specs/instances/orders.yaml
        wrote specs/parameters/oltp.yaml

        ! skipped a, b\\u{1B}[2J: its engine is mysql

        1 instance of aws-prod in 2 files; 2 were declared already.
        The first plan is empty.

        """)
  }

  @Test func nothingToImport() {
    var report = report()
    (report.instances, report.files, report.declared) = (0, [], 1)
    #expect(renderImport(report, style: TextStyle()) == "Nothing to import from aws-prod; 1 was declared already.\n")
    #expect(report.isFirstPlanEmpty)
  }

  @Test func aFirstPlanThatIsNotEmptyIsShown() {
    let address = Address.instance("orders")
    var report = report()
    let restart = Change(address: address, action: .run, facts: [], source: nil)
    var plan = InstancePlan(instance: "orders", summary: "PostgreSQL 16.4", systemIdentifier: nil, changes: [restart])
    report.plan.instances = [plan]
    #expect(report.isFirstPlanEmpty)
    #expect(
      renderImport(report, style: TextStyle(width: 200)).contains("restart that parameters wait for already: orders."))
    plan.changes.append(
      Change(
        address: ManagedField.multiAZ.address(in: "orders"), action: .change,
        facts: [FactChange(.managed(member: nil, field: .multiAZ), from: "false", to: "true")], source: nil))
    report.plan.instances = [plan]
    #expect(!report.isFirstPlanEmpty)
    #expect(renderImport(report, style: TextStyle(width: 200)).contains("The first plan is not empty:"))
  }

  private func report() -> ImportReport {
    ImportReport(
      platform: "aws-prod", files: ["specs/instances/orders.yaml", "specs/parameters/oltp.yaml"], instances: 1,
      declared: 0,
      skipped: [],
      plan: Plan(
        toolVersion: "1", createdAt: Timestamp(seconds: 0), origin: .specs, specs: SpecsIdentity(digest: ""),
        instances: []),
      isDryRun: false)
  }
}
