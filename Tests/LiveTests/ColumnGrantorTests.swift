import TestServers
import Testing

/// Who may grant on a table may grant on its columns, and the column's list doesn't say by what right.
@Suite struct ColumnGrantorTests {
  static let majors = [15, 16, 18].filter { PostgresBinaries.directory(major: $0) != nil }

  private static let setUp = """
    CREATE ROLE keeper; CREATE ROLE reader; CREATE ROLE lender; CREATE ROLE guest; CREATE ROLE other;
    CREATE SCHEMA app AUTHORIZATION keeper; GRANT USAGE ON SCHEMA app TO PUBLIC;
    SET ROLE keeper; CREATE TABLE app.t (id int, note text); CREATE TABLE app.u (id int); CREATE TABLE app.v (id int);
    GRANT SELECT ON app.t, app.u TO lender WITH GRANT OPTION; GRANT SELECT ON app.v TO other WITH GRANT OPTION;
    SET ROLE lender; GRANT SELECT (id) ON app.t, app.u TO guest;
    SET ROLE other; GRANT SELECT (id) ON app.v TO guest;
    """

  private static let lists = """
    SELECT string_agg(concat_ws(' ', relname, relacl, attname, attacl), E'\\n' ORDER BY relname, attname)
    FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 WHERE relnamespace = 'app'::regnamespace
    """

  private func specs(_ cluster: TestCluster, roles: String, grants: String = "[]") -> String {
    cluster.shop(access: "roles: \(roles)\ngrants: \(grants)")
  }

  private func start(_ major: Int) async throws -> TestCluster {
    let cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE DATABASE shop")
    try _ = cluster.psql(Self.setUp, database: "shop")
    return cluster
  }

  @Test(arguments: majors) func aGrantByAnOptionOnTheTableHolds(major: Int) async throws {
    let cluster = try await start(major)
    // None of those whom it concerns is declared.
    let repository = try ServerRepository(specs: specs(cluster, roles: "{ reader: {} }"))
    try repository.expectConverged()
    // The grantee is declared, and has what it is to have by whomever.
    let select = "[{ to: guest, in: shop.app, table: { t: [select (id)], u: [select (id)], v: [select (id)] } }]"
    try repository.write(specs(cluster, roles: "{ guest: {} }", grants: select))
    try repository.expectConverged()
  }

  @Test(arguments: majors) func itGoesBeforeTheOptionAndComesBackAsItWas(major: Int) async throws {
    let cluster = try await start(major)
    let before = try cluster.psql(Self.lists, database: "shop")
    let repository = try ServerRepository(specs: specs(cluster, roles: "{ lender: {} }"))
    let (plan, _) = try repository.heal(allowing: ["access-loss"])
    #expect(!plan.contains("shop.app.v"), "\(plan)")
    let after = try cluster.psql(Self.lists, database: "shop")
    #expect(!after.contains("lender") && after.contains("guest=r/other"), "\(after)")
    let revert = try repository.run("revert", try repository.newestRun(), "--yes")
    #expect(revert.status == 0, "\(revert)")
    #expect(try cluster.psql(Self.lists, database: "shop") == before)
  }

  @Test(arguments: majors) func aRemovedRoleTakesOnlyItsOwnAlong(major: Int) async throws {
    let cluster = try await start(major)
    let repository = try ServerRepository(specs: specs(cluster, roles: "{ lender: { state: absent } }"))
    try _ = repository.heal(allowing: ["access-loss"])
    let after = try cluster.psql(Self.lists, database: "shop")
    #expect(!after.contains("lender") && after.contains("guest=r/other"), "\(after)")
    #expect(try cluster.psql("SELECT count(*) FROM pg_roles WHERE rolname = 'lender'") == "0")
  }

  /// The server leaves a column's grant behind when its grantor's option on the table goes: it holds on.
  @Test(arguments: majors) func whatOutlivedItsOptionIsLeftAlone(major: Int) async throws {
    let cluster = try await start(major)
    try _ = cluster.psql("SET ROLE keeper; REVOKE SELECT ON app.t FROM lender", database: "shop")
    #expect(try cluster.psql(Self.lists, database: "shop").contains("guest=r/lender"))
    #expect(try cluster.psql("SELECT has_column_privilege('guest', 'app.t', 'id', 'SELECT')", database: "shop") == "t")
    let repository = try ServerRepository(specs: specs(cluster, roles: "{ reader: {} }"))
    try repository.expectConverged()
  }
}
