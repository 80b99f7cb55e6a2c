import Diagnostics
import Model
import Planner
import Rendering
import Testing

@Test func fiveHundredAlikeInstancesAreReadOnce() throws {
  let plans = (0..<500).map { fleetMember($0) }
  let text = renderPlan(plan(plans), style: TextStyle())
  try expectGolden("fleet.txt", text)
  #expect(text.split(separator: "\n").count < 40)
  try expectGolden("fleet.md", renderMarkdown(plan(plans), frame: MarkdownFrame(title: "Fleet")))
  try expectGolden("fleet.drift.txt", renderDrift(plan(plans), style: TextStyle()))
}

@Test func fiveThousandTablesAreCounted() throws {
  let schemas = (0..<100).map { "s\($0)" }
  let tables = (0..<50).map { "t\($0)" }
  let changes = schemas.flatMap { schema in
    [
      privileges(tables, schema: schema, to: "orders_ro", from: nil, to: "SELECT"),
      privileges(
        ["log"], schema: schema, to: "orders_rw", from: "DELETE", to: nil, line: nil,
        reason: "no document grants it"),
    ]
  }
  let hazards = schemas.map { schema in
    let address = orders.appending("access", "role", "orders_rw", "database", "orders", "schema", schema)
    return Hazard(.accessLoss, address, "orders_rw loses DELETE")
  }
  let one = step(1, .grants, "privileges in database orders", makes: Array(changes.indices), hazards: hazards)
  let effects = schemas.map { schema in
    let group = ObjectGroup(database: "orders", kind: .table, schema: schema, names: tables)
    return Effect(role: "carol", gains: true, privileges: .select, on: group, through: "orders_ro")
  }
  let text = renderPlan(
    plan([instance(changes: changes, steps: [one], effects: effects)]), style: TextStyle())
  try expectGolden("many-tables.txt", text)
  #expect(text.split(separator: "\n").count < 40)
}

@Test func manyRolesOfOneKindAreListedTogether() throws {
  let names = (0..<30).map { "app_\($0)" }
  let changes = names.enumerated().map { index, name in
    change(
      ["access", "role", name], .add,
      [
        FactChange(.role(name: name), from: nil, to: "present"),
        FactChange(.roleAttribute(role: name, field: .login), from: nil, to: "yes"),
      ], line: 10 + index)
  }
  let one = step(1, .roles, "roles and memberships", makes: Array(changes.indices))
  try expectGolden(
    "many-roles.txt", renderPlan(plan([instance(changes: changes, steps: [one])]), style: TextStyle()))
}

@Test func grantorsAreToldOnlyWhereOneObjectHasSeveral() {
  let render = { (names: [[String]]) in
    let changes = zip(names, ["amy", "ben"]).map { names, grantor in
      privileges(names, to: "x", from: "SELECT", to: nil, line: nil, grantor: grantor)
    }
    return renderPlan(
      plan([instance(changes: changes, steps: [step(1, .grants, "g", makes: [0, 1])])]), style: TextStyle())
  }
  #expect(
    render([["t"], ["t"]]).contains("- revoke SELECT on table orders.app.t from x, granted by amy and ben\n"))
  #expect(render([["t"], ["u"]]).contains("- revoke SELECT on tables t, u of orders.app from x\n"))
}

@Test func markdownStopsBelowTheLimitOfAComment() {
  let different = (0..<2_000).map { number in
    var member = fleetMember(number)
    member.changes[0].facts = [FactChange(.layerParameter(name: "work_mem"), from: "4MB", to: "\(number)MB")]
    return member
  }
  let text = renderMarkdown(plan(different), frame: MarkdownFrame(title: "Fleet", digest: "sha256:4f2a"))
  #expect(text.unicodeScalars.count <= 60_000)
  #expect(text.contains("more instances: run `holdfast plan`"))
  #expect(text.hasSuffix("<sub>Plan `sha256:4f2a`</sub>\n"))
  #expect(text.split(separator: "<details>").count == text.split(separator: "</details>").count)
}

@Test func oneInstanceTooLargeForACommentSaysHowMuchIsLeftOut() {
  let changes = (0..<5_000).map { (number: Int) in
    privileges(["table_number_\(number)"], to: "role_\(number)", from: nil, to: "SELECT", line: number)
  }
  let large = instance(
    changes: changes, steps: [step(1, .grants, "privileges", makes: Array(changes.indices))])
  let text = renderMarkdown(plan([large]), frame: MarkdownFrame(title: "Large"))
  #expect(text.unicodeScalars.count <= 60_000)
  #expect(text.contains("| … | truncated, "))
  #expect(text.contains("</details>"))
}

@Test(arguments: [80, 120])
func noLineIsWiderThanTheTerminal(width: Int) {
  let text = renderPlan(plan([createPlan(), removalPlan()]), style: TextStyle(width: width))
  let wrapped = text.split(separator: "\n").filter { !$0.contains("--allow") && !$0.hasPrefix("Plan:") }
  #expect(wrapped.allSatisfy { $0.count <= width })
}

private func fleetMember(_ number: Int) -> InstancePlan {
  let name = "shard-\(number)"
  let hazard = Hazard(
    .parameterReset, Address.instance(name).appending("parameter", "log_statement"), "log_statement is reset")
  return instance(
    name,
    changes: [
      parameter("work_mem", from: "4MB", to: "64MB", in: name),
      parameter(
        "log_statement", from: "ddl", to: nil, line: nil, reason: "no document declares it", in: name),
    ], steps: [step(1, .parameters, "write parameters", makes: [0, 1], hazards: [hazard])])
}
