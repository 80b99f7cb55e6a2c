import Diagnostics
import Model
import SpecText
import Testing

/// One access document; its profile `p` is on line 18, the rest begins on line 20.
private func bound(_ rest: String) -> String {
  access(
    """
    roles:
      m: {}
      gone: { state: absent }
      s_ro: {}
    profiles:
      p: { database: [connect], schema: [usage], tables: [select] }
    bindings:
    \(rest)
    """, version: 16)
}

@Suite struct BindingReadingTests {
  @Test func aBindingIsRead() throws {
    let text = bound(
      """
        - profile: p
          in: ["d.t_*", { database: d, schema: "x.y" }]
          role: "{schema}_rw"
          members: [m]
          default_privileges_of: "{schema}_owner"
      """)
    let (desired, diagnostics) = read(withSurroundings(text))
    #expect(diagnostics == [])
    let access = try #require(desired.instances.first { $0.name == "i" }).access
    let binding = try #require(access.bindings.first)
    #expect(
      binding.places == [
        .init(database: "d", schema: NamePattern("t_*")), .init(database: "d", schema: NamePattern("x.y")),
      ])
    #expect(binding.role == "{schema}_rw" && binding.members == ["m"] && binding.items.count == 3)
    #expect(desired.sources.location(of: binding.address)?.line == 20)
    let made = BoundAccess(access, schemas: ["d": ["t_1", "t_2", "pg_t_", "other"]])
    #expect(made.mistakes == [] && made.unfit == [])
    #expect(Set(made.access.roles.keys) == ["m", "gone", "s_ro", "t_1_rw", "t_2_rw", "x.y_rw"])
    #expect(made.access.roles["m"]?.memberOf.map(\.role) == ["t_1_rw", "t_2_rw", "x.y_rw"])
    #expect(made.access.rules.map(\.defaultPrivilegesOf) == [["t_1_owner"], ["t_2_owner"], ["x.y_owner"]])
  }

  @Test(arguments: [
    // The role is declared; two schemas make one; a role for several schemas; a variable that isn't.
    ("  - { profile: p, in: d.s, role: \"{schema}_ro\" }", ["conflict"]),
    ("  - { profile: p, in: d.x, role: r }\n  - { profile: p, in: d.y, role: r }", ["conflict"]),
    ("  - { profile: p, in: d.x_*, role: r }", ["conflict"]),
    ("  - { profile: p, in: d.x, role: \"{shema}_rw\" }", ["invalidValue"]),
    ("  - { profile: q, in: d.x, role: r }", ["danglingName"]),
    ("  - { profile: p, in: e.x, role: r }", ["danglingName"]),
    ("  - { profile: p, in: d.x, role: r, members: [n] }", ["danglingName"]),
    ("  - { profile: p, in: d.x, role: r, members: [gone] }", ["conflict"]),
    ("  - { profile: p, in: d.x, role: \"pg_{schema}\" }", ["conflict"]),
    ("  - { profile: p, in: d.x }", ["missingKey"]),
  ])
  func mistakesAreTold(text: String, codes: [String]) {
    let diagnostics = read(withSurroundings(bound(text))).diagnostics
    #expect(diagnostics.map { "\($0.code)" } == codes)
    #expect(diagnostics.allSatisfy { $0.location.map { $0.line >= 20 } ?? false })
  }
}
