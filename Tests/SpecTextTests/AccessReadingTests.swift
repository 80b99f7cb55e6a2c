import Diagnostics
import Model
import SpecText
import Testing

/// More than a name may have.
private let longTypes = Array(repeating: "timestamp with time zone", count: 4).joined(separator: ", ")

@Suite struct AccessReadingTests {
  @Test func membershipsWithAllTheirKeys() throws {
    let (desired, diagnostics) = read(
      withSurroundings(
        access(
          """
          manages: ["app_*"]
          superusers: [postgres]
          roles:
            b: {}
            a:
              password: disabled
              member_of: [{ role: b, admin: true, inherit: false, set: true, expires: 2027-01-31 }, c]
          """, version: 16)))
    #expect(diagnostics == [])
    let access = try #require(desired.instances.first { $0.name == "i" }).access
    #expect(
      access.roles["a"]?.memberOf == [
        DesiredMembership(
          role: "b", admin: true, inherit: false, set: true, expires: Timestamp(seconds: 1_801_440_000)),
        DesiredMembership(role: "c"),
      ])
    #expect(access.roles["a"]?.password == .disabled)
    #expect(access.managedNames.map(\.pattern) == [NamePattern("app_*")])
    #expect(access.superusers?.names == ["postgres"])
    let place = desired.sources.location(of: Address(["access", "a", "role", "a", "member-of", "b", "inherit"]))
    #expect(place?.line == 19)
  }

  @Test func anEmptyListOfSuperusersAllowsNone() throws {
    let desired = read(withSurroundings(access("superusers: []"))).desired
    #expect(desired.instances.first { $0.name == "i" }?.access.superusers?.names == [])
    let silent = read(withSurroundings(access("roles: {}"))).desired
    #expect(silent.instances.first { $0.name == "i" }?.access.superusers == nil)
  }

  @Test(arguments: [
    ("roles:\n  b: {}\n  a: { member_of: [{ role: b, inherit: false }] }", 15, ["invalidValue 15:31"]),
    ("roles:\n  b: {}\n  a: { member_of: [{ role: b, set: true }] }", 15, ["invalidValue 15:31"]),
    ("roles:\n  b: {}\n  a: { member_of: [{ role: b, set: true }] }", 16, []),
    ("roles:\n  b: {}\n  a: { member_of: [b, { role: b, admin: true }] }", 16, ["conflict 15:23"]),
    ("roles:\n  b: {}\n  a: { member_of: [b, b] }", 16, ["conflict 15:23"]),
    ("roles:\n  a: { member_of: [{ role: b, expires: soon }] }", 16, ["invalidValue 14:40"]),
    // What stands in the place of a password is never shown.
    ("roles:\n  a: { password: disable }", 16, ["wrongType 0:0"]),
    ("roles:\n  a: { password: disabled }", 16, []),
    ("roles:\n  a: { password: { env: X }, rotate: { every: 90d } }", 16, []),
    ("roles:\n  a: { password: disabled, rotate: { every: 90d } }", 16, ["conflict 14:28"]),
    ("roles:\n  a: { password: { env: X }, rotate: {} }", 16, ["missingKey 14:38"]),
    (
      "roles: { r: {} }\ngrants: [{ to: r, in: d.s, tables: select, existing: false }]", 16,
      ["unreachableObjects 14:10", "missingKey 14:44"]
    ),
    (
      "roles: { r: {} }\ngrants: [{ to: r, in: d.s, schema: usage, tables: select, default_privileges_of: o, existing: false }]",
      16, ["conflict 14:28"]
    ),
    (
      "roles: { r: {} }\ngrants: [{ to: r, in: d.s, tables: { 'a*': select }, default_privileges_of: o, existing: false }]",
      16,
      ["unreachableObjects 14:10", "conflict 14:28", "conflict 14:54"]
    ),
    (
      "roles: { r: {} }\ngrants: [{ to: r, database: d, languages: usage, default_privileges_of: o }]", 16,
      ["conflict 14:50"]
    ),
    ("roles: { r: {} }\nowners: [{ role: r, in: d.s, tables: all, functions: [\"f(integer)\", \"f*\"] }]", 16, []),
    ("roles: { r: {} }\nowners: [{ role: r, in: d.s, functions: [\"f(\(longTypes))\"] }]", 16, []),
    ("roles: { r: {} }\nowners: [{ role: r, in: d.s, functions: [f] }]", 16, ["invalidValue 14:42"]),
    ("roles: { r: {} }\nowners: [{ role: r, in: d.s, tables: some }]", 16, ["invalidValue 14:38"]),
    ("roles: { r: {} }\nowners: [{ role: r, in: d.s }]", 16, ["missingKey 14:10"]),
    ("roles: { r: { state: absent } }\nowners: [{ role: r, in: d.s, tables: all }]", 16, ["conflict 14:18"]),
    // What follows from another mistake isn't told.
    (
      "roles: { r: {} }\ngrants: [{ to: r, in: d, tables: select, default_privileges_of: o }]", 16,
      ["invalidValue 14:23"]
    ),
    (
      "roles: { r: {} }\nprofiles: { p: { schema: usage, tables: { 'a*': select } } }\nbindings:\n"
        + "  - { profile: p, in: d.s, role: s_x, default_privileges_of: o }",
      16, ["conflict 16:39"]
    ),
  ])
  func mistakes(text: String, version: Int, expected: [String]) {
    let found = faults(withSurroundings(access(text, version: version)))
    #expect(found == expected)
  }

  @Test func rolesOfRDSAreNotDeclared() {
    let text = """
      kind: Platform
      name: cloud
      type: aws
      region: eu-west-1
      account: 123456789012
      ---
      kind: Instance
      name: i
      platform: cloud
      engine: postgres
      version: 16
      aws: { class: db.t3.micro, storage: 20GiB }
      databases: { d: {} }
      access: [a]
      ---
      kind: Access
      name: a
      databases: [d]
      roles:
        rds_superuser: {}
        alice: { member_of: [rds_superuser] }
      """
    let diagnostics = read(text).diagnostics.filter { $0.code == .reserved }
    #expect(diagnostics.map { $0.location?.line } == [20])
    #expect(diagnostics.first?.message.contains("belongs to Amazon RDS") == true)
  }
}
