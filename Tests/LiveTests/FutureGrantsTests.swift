import TestServers
import Testing

/// Default privileges by themselves: what is there stays as it is, what comes is granted, and neither is drift.
@Suite struct FutureGrantsTests {
  @Test(arguments: [15, 16, 18].filter { PostgresBinaries.directory(major: $0) != nil })
  func onlyWhatComesIsGranted(major: Int) async throws {
    let cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE ROLE keeper; CREATE ROLE reader; CREATE DATABASE shop")
    try _ = cluster.psql(
      "CREATE SCHEMA app AUTHORIZATION keeper; SET ROLE keeper; CREATE TABLE app.old (id int)", database: "shop")
    let access = { (grants: String) in
      cluster.shop(
        access: """
          roles: { reader: {}, keeper: {} }
          grants:
            - { to: reader, in: shop.app, schema: usage }
          \(grants)
          """)
    }
    let future = "  - { to: reader, in: shop.app, tables: [select], default_privileges_of: keeper, existing: false }"
    let repository = try ServerRepository(specs: access(future))
    try _ = repository.heal(allowing: [])
    try _ = cluster.psql("SET ROLE keeper; CREATE TABLE app.new (id int)", database: "shop")
    try repository.expectConverged()
    let held = """
      SELECT concat_ws(' ', has_table_privilege('reader', 'app.old', 'SELECT'), has_table_privilege('reader', 'app.new', 'SELECT'),
        has_table_privilege('reader', 'app.new', 'INSERT'))
      """
    #expect(try cluster.psql(held, database: "shop") == "f t f")
    // More than the defaults give is drift as ever.
    try _ = cluster.psql("GRANT INSERT ON app.new TO reader", database: "shop")
    #expect(try repository.run("drift").status == 2)
    try _ = repository.heal(allowing: ["access-loss"])
    #expect(try cluster.psql(held, database: "shop") == "f t f")

    // Another tool's server, imported: the same is said, and nothing more.
    let other = try ServerRepository()
    let imported = try other.run(
      "import", "--host", cluster.socketDirectory, "--port", "\(cluster.port)", "--user", "postgres")
    #expect(imported.status == 0 && imported.stdout.contains("The first plan is empty"), "\(imported)")
    let text = try ChildProcess.check(["/bin/sh", "-c", "cat specs/access/*.yaml"], in: other.path)
    #expect(text.contains("default_privileges_of: keeper, existing: false }") && !text.contains("additive"), "\(text)")

    // Without the entry both the promise and what came of it go.
    try repository.write(access(""))
    try _ = repository.heal(allowing: ["access-loss"])
    #expect(try cluster.psql(held, database: "shop") == "f f f")
    let revert = try repository.run(
      "revert", try repository.newestRun(), "--yes", "--allow", "access-widening")
    #expect(revert.status == 0, "\(revert)")
    #expect(try cluster.psql(held, database: "shop") == "f t f")
  }
}
