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

  /// Its grantor gets the option back for as long as it takes, on the table, so that what others hold of it stays.
  @Test(arguments: majors) func whatOutlivedItsOptionIsTakenBackAndComesAgain(major: Int) async throws {
    let cluster = try await start(major)
    try _ = cluster.psql(
      """
      GRANT SELECT (note) ON app.t TO lender; SET ROLE lender; GRANT SELECT (id) ON app.t TO other; SET ROLE keeper;
      REVOKE SELECT ON app.t FROM lender; GRANT SELECT (note) ON app.t TO lender;
      GRANT SELECT ON app.u TO lender; REVOKE GRANT OPTION FOR SELECT ON app.u FROM lender;
      """, database: "shop")
    let before = try cluster.psql(Self.lists, database: "shop")
    let repository = try ServerRepository(specs: specs(cluster, roles: "{ guest: {} }"))
    try _ = repository.heal(allowing: ["access-loss"])
    let after = try cluster.psql(Self.lists, database: "shop")
    #expect(!after.contains("guest") && after.contains("other=r/lender"), "\(after)")
    #expect(after.contains("note {lender=r/keeper}"), "\(after)")
    #expect(!after.contains("lender=r*"), "\(after)")
    let revert = try repository.run("revert", try repository.newestRun(), "--yes")
    #expect(revert.status == 0, "\(revert)")
    // The same entries; the server appends what comes again.
    let sorted = { (text: String) in text.split(whereSeparator: "{},\n ".contains).map(String.init).sorted() }
    #expect(sorted(try cluster.psql(Self.lists, database: "shop")) == sorted(before))
  }

  /// Who may become the grantor and doesn't act as the owner can't lend it anything.
  @Test(arguments: majors) func whoIsNotTheOwnerIsToldWhoCould(major: Int) async throws {
    let cluster = try await start(major)
    try _ = cluster.psql(
      """
      CREATE ROLE manager LOGIN; GRANT lender TO manager; CREATE ROLE boss LOGIN; GRANT keeper TO boss;
      SET ROLE keeper; REVOKE SELECT ON app.t FROM lender;
      """, database: "shop")
    let text = specs(cluster, roles: "{ guest: {} }", grants: Self.guestOfTheRest)
    let repository = try ServerRepository(
      specs: text.replacing("user: postgres", with: "user: postgres, apply_user: manager"))
    let plan = try repository.run("plan", "--detailed-exitcode")
    let words = unwrapped(plan.stdout)
    #expect(plan.status == 2 && words.contains("ALARM not possible"), "\(plan)")
    #expect(
      words.contains("lender may no longer grant SELECT there, and only keeper can let it; boss and postgres could"))
  }

  private static let guestOfTheRest =
    "[{ to: guest, in: shop.app, table: { u: [select (id)], v: [select (id)] } }]"
}
