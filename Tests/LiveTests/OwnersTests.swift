import TestServers
import Testing

/// Owners of tables, sequences, functions and types, by the built program against real servers.
@Suite struct OwnersTests {
  static let majors = [15, 16, 18].filter { PostgresBinaries.directory(major: $0) != nil }

  private static let setUp = """
    CREATE ROLE keeper; CREATE ROLE alice; CREATE ROLE reader;
    CREATE SCHEMA app AUTHORIZATION keeper; GRANT USAGE, CREATE ON SCHEMA app TO alice;
    SET ROLE alice;
    CREATE TABLE app.orders (id serial, n int GENERATED ALWAYS AS IDENTITY) ;
    CREATE TABLE app.parts (id int) PARTITION BY RANGE (id);
    CREATE TABLE app.parts_1 PARTITION OF app.parts FOR VALUES FROM (0) TO (10);
    CREATE VIEW app.all_orders AS SELECT * FROM app.orders; CREATE MATERIALIZED VIEW app.counted AS SELECT 1 AS one;
    CREATE SEQUENCE app.numbers; CREATE TYPE app.mood AS ENUM ('a'); CREATE DOMAIN app.positive AS int;
    CREATE FUNCTION app.total(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE PROCEDURE app.clean() LANGUAGE sql AS 'SELECT 1';
    CREATE AGGREGATE app.summed(int) (SFUNC = int4pl, STYPE = int);
    GRANT SELECT ON app.orders TO keeper WITH GRANT OPTION; GRANT USAGE ON app.orders_id_seq TO reader;
    GRANT SELECT (id) ON app.orders TO reader; GRANT USAGE ON TYPE app.orders TO reader;
    GRANT USAGE ON app.orders_id_seq TO keeper WITH GRANT OPTION;
    SET ROLE keeper; GRANT SELECT ON app.orders TO reader; GRANT USAGE ON app.orders_id_seq TO reader;
    """

  private static let everything = """
    SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
      SELECT concat_ws(' ', 'relation', relname, relowner::regrole, relacl) AS line FROM pg_class
        WHERE relnamespace = 'app'::regnamespace
      UNION ALL SELECT concat_ws(' ', 'column', attrelid::regclass, attname, attacl) FROM pg_attribute
        JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'app'::regnamespace AND attacl IS NOT NULL
      UNION ALL SELECT concat_ws(' ', 'routine', proname, proowner::regrole, proacl) FROM pg_proc
        WHERE pronamespace = 'app'::regnamespace
      UNION ALL SELECT concat_ws(' ', 'type', typname, typowner::regrole, typacl) FROM pg_type
        WHERE typnamespace = 'app'::regnamespace) lines
    """

  private func specs(_ cluster: TestCluster, _ owners: String) -> String {
    cluster.shop(access: "owners:\n\(owners)")
  }

  @Test(arguments: majors) func everythingGoesToItsOwnerAndBack(major: Int) async throws {
    let cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE DATABASE shop")
    try _ = cluster.psql(Self.setUp, database: "shop")
    let before = try cluster.psql(Self.everything, database: "shop")
    let all = "- { role: keeper, in: shop.app, tables: all, sequences: all, functions: all, types: all }"
    let repository = try ServerRepository(specs: specs(cluster, all))
    let (plan, _) = try repository.heal(allowing: ["access-loss", "lock"])
    #expect(plan.contains("alice no longer owns") && plan.contains("ACCESS EXCLUSIVE on app.orders"), "\(plan)")
    let after = try cluster.psql(Self.everything, database: "shop")
    #expect(!after.contains(" alice"), "\(after)")
    // What somebody else makes later is drift.
    try _ = cluster.psql("SET ROLE alice; CREATE TABLE app.later (id int)", database: "shop")
    #expect(try repository.run("drift").status == 2)
    try _ = cluster.psql("DROP TABLE app.later", database: "shop")
    // A revert knows what goes with a table, even when the specs don't ask any more.
    try repository.write(cluster.shop(access: "roles: {}"))
    let revert = try repository.run(
      "revert", try repository.newestRun(), "--yes", "--allow", "access-loss", "--allow", "lock")
    #expect(revert.status == 0, "\(revert)")
    #expect(try cluster.psql(Self.everything, database: "shop") == before)
  }

  /// Whoever applies has to be both owners, and the new one has to be able to make something in the schema.
  @Test(arguments: majors) func whoIsNoSuperuserIsToldWhatIsMissing(major: Int) async throws {
    let cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE DATABASE shop")
    try _ = cluster.psql(Self.setUp, database: "shop")
    try _ = cluster.psql("CREATE ROLE manager LOGIN CREATEROLE; GRANT alice, reader TO manager")
    func specs(_ owner: String) -> String {
      cluster.shop(
        access: "owners:\n- { role: \(owner), in: shop.app, tables: [counted] }",
        user: "user: postgres, apply_user: manager")
    }
    let repository = try ServerRepository(specs: specs("keeper"))
    #expect("\(try repository.run("plan"))".contains("manager may not give"))
    try repository.write(specs("reader"))
    #expect("\(try repository.run("plan"))".contains("reader has no CREATE on schema app"))
    try _ = cluster.psql("GRANT keeper TO manager")
    try repository.write(specs("keeper"))
    _ = try repository.heal(allowing: ["access-loss", "lock"])
    let owner = "SELECT relowner::regrole FROM pg_class WHERE oid = 'app.counted'::regclass"
    #expect(try cluster.psql(owner, database: "shop") == "keeper")
    let revert = try repository.run(
      "revert", try repository.newestRun(), "--yes", "--allow", "access-loss", "--allow", "lock")
    #expect(revert.status == 0, "\(revert)")
    #expect(try cluster.psql(owner, database: "shop") == "alice")
  }

  /// A partition belongs to whoever made it, whatever its parent; what came with an extension is nobody's to give.
  @Test(arguments: majors) func namesAndPatternsMeanNoMoreThanTheySay(major: Int) async throws {
    let cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE DATABASE shop")
    try _ = cluster.psql(Self.setUp, database: "shop")
    try _ = cluster.psql("ALTER EXTENSION plpgsql ADD TABLE app.parts_1", database: "shop")
    try _ = cluster.psql(
      "SET ROLE alice; CREATE TABLE app.parts_2 PARTITION OF app.parts FOR VALUES FROM (10) TO (20)", database: "shop")
    let repository = try ServerRepository(
      specs: specs(
        cluster, "- { role: keeper, in: shop.app, tables: [parts, \"parts_*\"], functions: [\"total(integer)\"] }"))
    try _ = repository.heal(allowing: ["access-loss", "lock"])
    let owners = """
      SELECT string_agg(relname || ' ' || relowner::regrole, ', ' ORDER BY relname) FROM pg_class
      WHERE relname IN ('orders', 'parts', 'parts_1', 'parts_2')
      """
    #expect(try cluster.psql(owners, database: "shop") == "orders alice, parts keeper, parts_1 alice, parts_2 keeper")
    try repository.write(specs(cluster, "- { role: keeper, in: shop.app, sequences: [orders_id_seq] }"))
    let refused = try repository.run("plan")
    #expect("\(refused)".contains("has the owner of its table `app.orders`"), "\(refused)")
  }
}
