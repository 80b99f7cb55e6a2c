import TestServers
import Testing

/// Names that the server keeps otherwise than people write them, and types that look like others.
@Suite struct AccessNamesTests {
  @Test(arguments: [15, 16, 18].filter { PostgresBinaries.directory(major: $0) != nil })
  func theyConverge(major: Int) async throws {
    let cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE DATABASE shop; CREATE ROLE reader")
    try _ = cluster.psql(
      "CREATE SCHEMA app; CREATE DOMAIN app.tags AS text[]; REVOKE USAGE ON TYPE app.tags FROM PUBLIC", database: "shop"
    )
    let repository = try ServerRepository(
      specs: cluster.shop(
        access: """
          roles: { reader: {} }
          grants:
            - { to: reader, in: shop.app, schema: usage, type: { tags: usage } }
            - { to: reader, parameter: { TimeZone: [set], datestyle: [set], IntervalStyle: [set], plpgsql.Extra_Errors: [set] } }
          """))
    try _ = repository.heal(allowing: [])
    #expect(
      try cluster.psql(
        """
        SELECT concat_ws(' ', has_type_privilege('reader', 'app.tags', 'USAGE'), has_parameter_privilege('reader', 'TimeZone', 'SET'),
          has_parameter_privilege('reader', 'DateStyle', 'SET'), has_parameter_privilege('reader', 'plpgsql.extra_errors', 'SET'))
        """, database: "shop") == "t t t t")
    try _ = cluster.psql("REVOKE SET ON PARAMETER \"TimeZone\" FROM reader")
    #expect(try repository.run("drift").status == 2)
    try _ = repository.heal(allowing: [])
  }
}
