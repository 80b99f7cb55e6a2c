import Diagnostics
import Model
import Testing

@Test func policiesAreReadWithTheirDefaults() {
  let specs = read(
    withSurroundings(
      access(
        """
        policies:
          - table: d.app.customers
            row_security: forced
            policies:
              tenant: { command: select, to: [ro, rw], using: "tenant = 1" }
              hold: { permissive: false, check: true, using: 'x' }
          - { table: { database: d, schema: "a.b", table: t }, row_security: disabled }
        """)))
  #expect(specs.diagnostics == [])
  let access = specs.desired.instances.first { $0.name == "i" }?.access
  let address = Address(["access", "a", "policies"])
  #expect(
    access?.rowSecurity == [
      DesiredRowSecurity(
        table: ProtectedTable(database: "d", schema: "app", name: "customers"), enforcement: .forced,
        policies: [
          "tenant": Policy(command: .select, roles: [.role("ro"), .role("rw")], using: "tenant = 1"),
          "hold": Policy(isPermissive: false, using: "x", check: "true"),
        ], address: address.appending("1")),
      DesiredRowSecurity(
        table: ProtectedTable(database: "d", schema: "a.b", name: "t"), enforcement: .disabled,
        address: address.appending("2")),
    ])
  #expect(specs.desired.sources[address.appending("1", "policy", "tenant", "using")]?.line == 17)
}

@Test(arguments: [
  ("policies: [{ row_security: enabled }]", ["missingKey 13:12"]),
  ("policies: [{ table: d.app.t }]", ["missingKey 13:12"]),
  ("policies: [{ table: app.t, row_security: enabled }]", ["invalidValue 13:21"]),
  ("policies: [{ table: e.app.t, row_security: enabled }]", ["danglingName 13:21"]),
  ("policies: [{ table: d.app.t, row_security: on, policies: {} }]", ["invalidValue 13:44"]),
  (
    "policies: [{ table: d.app.t, row_security: enabled }, { table: d.app.t, policies: {} }]",
    ["conflict 13:55"]
  ),
  ("policies: [{ table: d.app.t, policies: { p: { using: \"true) OR (true\" } } }]", ["invalidValue 13:54"]),
  ("policies: [{ table: d.app.t, policies: { p: { using: \"a; b\" } } }]", ["invalidValue 13:54"]),
  ("policies: [{ table: d.app.t, policies: { p: { using: \"a = ${instance}\" } } }]", ["invalidValue 13:54"]),
  ("policies: [{ table: d.app.t, policies: { p: { command: insert, using: a } } }]", ["conflict 13:64"]),
  (
    "policies: [{ table: d.app.t, policies: { p: { command: select, using: a, check: a } } }]",
    ["conflict 13:74"]
  ),
  ("policies: [{ table: d.app.t, policies: { p: } }]", ["missingKey 13:42"]),
  ("policies: [{ table: d.app.t, policies: { p: { using: a, to: [r, PUBLIC] } } }]", ["conflict 13:65"]),
  ("policies: [{ table: d.app.t, policies: { p: { using: a, to: public } } }]", ["reserved 13:61"]),
  (
    "roles: { r: { state: absent } }\npolicies: [{ table: d.app.t, policies: { p: { using: a, to: r } } }]",
    ["conflict 14:61"]
  ),
])
func policiesAreRefused(text: String, expected: [String]) {
  #expect(faults(withSurroundings(access(text))) == expected)
}
