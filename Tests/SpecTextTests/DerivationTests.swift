import Diagnostics
import Model
import SpecText
import Testing

private let template = """
  kind: Instance
  name: base
  template: true
  platform: db1
  engine: postgres
  version: 15
  local: { port: 1000, data_directory: /base, locale: C.UTF-8 }
  labels: { team: orders, tier: 1 }
  parameters: [oltp]
  protect: true
  ---

  """

@Test func mapsMergeOthersReplaceAndDefaultRemoves() throws {
  let text =
    template + """
      kind: Instance
      name: child
      extends: base
      local: { port: 1001, data_directory: /child, locale: default }
      labels: { team: billing, city: Paris }
      parameters: []
      protect: default
      """
  let (desired, diagnostics) = read(withSurroundings(text))
  #expect(diagnostics.isEmpty)
  #expect(desired.instances.map(\.name) == ["child", "orders"])
  let child = try #require(desired.instances.first)
  #expect(child.local == LocalSettings(port: 1001, dataDirectory: "/child"))
  #expect(child.labels == ["team": "billing", "tier": "1", "city": "Paris"])
  #expect(child.parameters.values == [:])
  #expect(!child.protect)
}

@Test func tellsACircleByItsPath() {
  let text = ["c", "a", "b"].map { name in
    "kind: BackupPolicy\nname: \(name)\nextends: \(name == "a" ? "b" : name == "b" ? "c" : "a")\n"
  }
  let messages = read(text.joined(separator: "---\n")).diagnostics.map(\.message)
  #expect(messages == ["`extends` goes in a circle: a → b → c → a"])
}

@Test func membershipCirclesAcrossDocumentsAreFound() {
  let text = """
    kind: Instance
    name: i
    platform: db1
    engine: postgres
    version: 15
    local: { port: 1, data_directory: /i }
    access: [one, two]
    ---
    kind: Access
    name: one
    roles: { a: { member_of: [b] }, x: {} }
    ---
    kind: Access
    name: two
    roles: { b: { member_of: [a] }, x: {} }
    """
  let diagnostics = read(withSurroundings(text)).diagnostics
  #expect(
    diagnostics.map(\.message) == [
      "memberships go in a circle: a → b → a", "the role `x` is declared in two documents of one instance",
    ])
}

@Test func longChainsAreRefused() {
  let chain = (0..<40).map { "kind: BackupPolicy\nname: p\($0)\n" + ($0 == 0 ? "" : "extends: p\($0 - 1)\n") }
  #expect(read(chain.joined(separator: "---\n")).diagnostics.allSatisfy { $0.code == .conflict })
}

@Test func aChainOfTenThousandRolesIsNoCircle() {
  let roles = (0..<10_000).map { "  r\($0): { member_of: [r\($0 + 1)] }\n" }.joined()
  let text = """
    kind: Instance
    name: i
    platform: db1
    engine: postgres
    version: 15
    local: { port: 1, data_directory: /i }
    access: [a]
    ---
    kind: Access
    name: a
    roles:
    \(roles)
    """
  #expect(faults(withSurroundings(text)).isEmpty)
}
