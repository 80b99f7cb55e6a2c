import TestServers
import Testing

/// What extensions brought: left as their scripts left it, and compared beyond that.
@Suite struct ExtensionGrantsTests {
  private static let majors = [15, 16, 18].filter { PostgresBinaries.directory(major: $0) != nil }

  /// An object that is added to an extension is the extension's from then on, with the list that it has at that moment:
  /// that is the same as if the extension's script had made it, and needs no extension of our own on the server.
  private static let setUp = """
    CREATE ROLE reader LOGIN; CREATE ROLE writer LOGIN; CREATE ROLE guest LOGIN; CREATE ROLE leaver;
    CREATE SCHEMA ext; CREATE TABLE ext.mine (id int); CREATE TABLE ext.also_mine (id int);
    CREATE TABLE ext.spatial (id int, note text); CREATE SEQUENCE ext.numbers; CREATE TYPE ext.geo AS (x int);
    CREATE FUNCTION ext.reset() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION ext.look(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    REVOKE EXECUTE ON FUNCTION ext.reset() FROM PUBLIC;
    GRANT SELECT ON ext.spatial TO PUBLIC, writer; GRANT SELECT (note) ON ext.spatial TO writer;
    ALTER EXTENSION plpgsql ADD TABLE ext.spatial; ALTER EXTENSION plpgsql ADD SEQUENCE ext.numbers;
    ALTER EXTENSION plpgsql ADD TYPE ext.geo; ALTER EXTENSION plpgsql ADD FUNCTION ext.reset();
    ALTER EXTENSION plpgsql ADD FUNCTION ext.look(int);
    """

  private static let byHand = """
    GRANT INSERT ON ext.spatial TO reader; GRANT SELECT ON ext.spatial TO reader; GRANT UPDATE (note) ON ext.spatial TO writer;
    GRANT EXECUTE ON FUNCTION ext.reset() TO guest; GRANT USAGE ON TYPE ext.geo TO reader;
    GRANT USAGE ON SEQUENCE ext.numbers TO leaver; GRANT EXECUTE ON FUNCTION ext.reset() TO leaver;
    """

  private static let roles = "{ reader: { login: true }, writer: { login: true } }"
  private static let grants = """
      - { to: reader, in: shop.ext, schema: usage, tables: [select], functions: execute, sequences: usage }
      - { to: writer, in: shop.ext, function: { "reset()": execute }, sequence: { numbers: [usage] } }
      - { to: PUBLIC, state: absent, in: shop.ext, function: { "look(integer)": execute } }
    """

  private func specs(_ cluster: TestCluster, _ major: Int, roles: String = Self.roles, grants: String = Self.grants)
    -> String
  {
    """
    kind: Platform
    name: far
    type: server
    ---
    kind: Instance
    name: shop
    platform: far
    engine: postgres
    version: \(major)
    connect: { host: \(cluster.socketDirectory), port: \(cluster.port), user: postgres, tls: disable }
    databases: { shop: {} }
    access: [team]
    ---
    kind: Access
    name: team
    databases: [shop]
    roles: \(roles)
    grants:
    \(grants)
    """
  }

  private func server(major: Int) async throws -> TestCluster {
    let cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE DATABASE shop")
    try _ = cluster.psql(Self.setUp, database: "shop")
    return cluster
  }

  /// What others than the owners hold, by the server's own reading of its lists.
  private static let lists = """
    SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '') FROM (
      SELECT concat_ws(' ', o.name, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, a.privilege_type) FROM (
        SELECT relname::text, relowner, relacl FROM pg_class WHERE relnamespace = 'ext'::regnamespace
        UNION ALL SELECT relname || '.' || attname, relowner, attacl FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
          WHERE relnamespace = 'ext'::regnamespace
        UNION ALL SELECT proname, proowner, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc WHERE pronamespace = 'ext'::regnamespace
        UNION ALL SELECT typname, typowner, typacl FROM pg_type WHERE typnamespace = 'ext'::regnamespace
      ) o (name, owner, list), aclexplode(o.list) a WHERE a.grantee <> o.owner) l (line)
    """

  private func lists(_ cluster: TestCluster) throws -> [String] {
    try cluster.psql(Self.lists, database: "shop").split(separator: "\n").map(String.init)
  }

  @Test(arguments: majors) func grantsBeyondTheScriptAreComparedAndGoBack(major: Int) async throws {
    let cluster = try await server(major: major)
    try _ = cluster.psql(Self.byHand, database: "shop")
    let before = try lists(cluster)
    let repository = try ServerRepository(specs: specs(cluster, major))
    let drift = try repository.run("drift")
    #expect(drift.status == 2 && drift.stdout.contains("spatial"), "\(drift)")
    try _ = repository.heal(allowing: ["access-loss"])
    #expect(
      try lists(cluster) == [
        "also_mine reader SELECT", "geo PUBLIC USAGE",
        "mine reader SELECT", "numbers leaver USAGE", "numbers writer USAGE",
        "reset guest EXECUTE", "reset leaver EXECUTE", "reset writer EXECUTE",
        "spatial PUBLIC SELECT",
        // The entry for all tables asks for nothing on what an extension brought, and takes nothing away there.
        "spatial reader SELECT",
        "spatial writer SELECT", "spatial.note writer SELECT",
      ])
    let revert = try repository.run(
      "revert", try repository.newestRun(), "--yes", "--allow", "access-loss", "--allow", "access-widening")
    #expect(revert.status == 0, "\(revert)")
    // A list that is written out says no more than none.
    #expect(try lists(cluster).filter { $0 != "geo PUBLIC USAGE" } == before.filter { $0 != "geo PUBLIC USAGE" })
    try _ = repository.heal(allowing: ["access-loss"])

    // From outside: what the script didn't grant is drift.
    try _ = cluster.psql("GRANT DELETE ON ext.spatial TO writer", database: "shop")
    let plan = try repository.heal(allowing: ["access-loss"]).plan
    #expect(plan.contains("DELETE") && plan.contains("spatial"), "\(plan)")
  }

  @Test(arguments: majors) func aRoleThatHoldsSomethingOfAnExtensionIsRemoved(major: Int) async throws {
    let cluster = try await server(major: major)
    try _ = cluster.psql(Self.byHand, database: "shop")
    let repository = try ServerRepository(
      specs: specs(cluster, major, roles: "{ leaver: { state: absent } }", grants: "  []"))
    try _ = repository.heal(allowing: ["access-loss"])
    #expect(try cluster.psql("SELECT count(*) FROM pg_roles WHERE rolname = 'leaver'") == "0")
    #expect(!(try lists(cluster)).contains { $0.contains("leaver") })
  }

  /// The script itself granted something to it: the server remembers that beside the list.
  @Test(arguments: majors) func aRoleThatAScriptNamedIsRemovedOnlyWithAWarning(major: Int) async throws {
    let cluster = try await server(major: major)
    let repository = try ServerRepository(
      specs: specs(cluster, major, roles: "{ writer: { state: absent } }", grants: "  []"))
    if major < 17 {
      let plan = try repository.heal(allowing: ["access-loss", "irreversible"]).plan
      #expect(unwrapped(plan).contains("initial privileges of extensions' objects (2 in shop) name writer"), "\(plan)")
    } else {
      let plan = try repository.run("plan")
      #expect(plan.status != 0 && plan.stderr.contains("initial privileges"), "\(plan)")
    }
  }

  @Test(arguments: majors) func anImportWritesWhatTheScriptDidNotGrant(major: Int) async throws {
    let cluster = try await server(major: major)
    try _ = cluster.psql(
      Self.byHand
        + "REVOKE EXECUTE ON FUNCTION ext.look(int) FROM PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA ext TO guest;",
      database: "shop")
    let repository = try ServerRepository()
    let imported = try repository.run(
      "import", "--host", cluster.socketDirectory, "--port", "\(cluster.port)", "--user", "postgres", "--name", "db")
    #expect(imported.status == 0 && imported.stdout.contains("The first plan is empty."), "\(imported)")
    let access = try ChildProcess.check(["/bin/cat", "\(repository.path)/specs/access/db.yaml"])
    #expect(access.contains("reset()") && access.contains("insert") && access.contains("update (note)"), "\(access)")
    #expect(access.contains("look(integer)") && access.contains("state: absent"), "\(access)")
    // Said by the entry for all tables.
    #expect(access.contains("- { to: guest, in: shop.ext, tables: [select], function"), "\(access)")
    try repository.expectConverged()
    try _ = cluster.psql("GRANT DELETE ON ext.spatial TO reader", database: "shop")
    let plan = try repository.run("plan", "--detailed-exitcode")
    #expect(plan.status == 2 && plan.stdout.contains("DELETE"), "\(plan)")
  }

  /// Nobody can say what an extension brings before it is there: the second plan grants on it.
  @Test(arguments: [15, 18].filter { PostgresBinaries.directory(major: $0) != nil })
  func grantsOnAnExtensionToComeWaitForIt(major: Int) async throws {
    let cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE DATABASE shop")
    let grants = #"  - { to: reader, in: shop.public, function: { "dblink_connect_u(text)": execute } }"#
    let text = specs(cluster, major, grants: grants)
      .replacing("databases: { shop: {} }", with: "databases: { shop: { extensions: [dblink] } }")
    let repository = try ServerRepository(specs: text)
    let (plan, run) = try repository.apply(allowing: [])
    #expect(unwrapped(plan).contains("may come with the extension dblink"), "\(plan)")
    #expect(run.status == 0)
    try _ = repository.heal(allowing: [])
    let held = "SELECT has_function_privilege('reader', 'dblink_connect_u(text)', 'EXECUTE')"
    #expect(try cluster.psql(held, database: "shop") == "t")
    // What is misspelt is told once the extension is there.
    try repository.write(text.replacing("connect_u(text)", with: "connect_u(txt)"))
    let misspelt = try repository.run("plan")
    #expect(misspelt.status != 0 && misspelt.stderr.contains("dblink_connect_u(text)"), "\(misspelt)")
  }
}
