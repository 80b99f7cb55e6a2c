import TestServers
import Testing

/// Row security as its user meets it: the built program against real servers.
@Suite struct RowSecurityTests {
  private struct Shop {
    let cluster: TestCluster
    let repository: ServerRepository
    let major: Int

    init(major: Int) async throws {
      (self.major, cluster, repository) = (major, try await TestCluster.start(major: major), try ServerRepository())
      try _ = cluster.psql("CREATE DATABASE shop")
      try _ = cluster.psql(
        """
        CREATE ROLE keeper; CREATE ROLE reader LOGIN; CREATE ROLE auditor LOGIN;
        CREATE SCHEMA app; CREATE TABLE app.orders (id int, tenant int, owner text);
        ALTER TABLE app.orders OWNER TO keeper; ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY;
        GRANT USAGE ON SCHEMA app TO reader; GRANT SELECT ON app.orders TO reader;
        INSERT INTO app.orders VALUES (1, 1, 'reader'), (2, 2, 'reader'), (3, 2, 'keeper');
        CREATE POLICY tenant ON app.orders TO reader USING (tenant = current_setting('app.tenant')::int);
        CREATE POLICY own ON app.orders AS RESTRICTIVE FOR SELECT USING (owner = current_user);
        """, database: "shop")
    }

    static let policies = """
      tenant: { to: reader, using: "tenant = current_setting('app.tenant')::int" }
            own: { command: select, permissive: false, using: owner = current_user }
      """

    func write(
      _ policies: String = Self.policies, enforcement: String = "enabled", user: String = "postgres",
      applyUser: String = "postgres"
    ) throws {
      try repository.write(
        cluster.shop(
          access: """
            policies:
              - table: shop.app.orders
                row_security: \(enforcement)
                policies:
                  \(policies)
            """, user: "user: \(user), apply_user: \(applyUser)"))
    }

    /// A session that has done this and stays in its transaction until it is killed.
    func holder(_ statement: String) throws -> ChildProcess {
      let psql = try #require(PostgresBinaries.directory(major: major)) + "/psql"
      let process = try ChildProcess(
        [
          psql, "-Xqd", "shop", "-h", cluster.socketDirectory, "-p", "\(cluster.port)", "-U", "postgres",
          "-c", "BEGIN", "-c", statement, "-c", "SELECT 1", "-c", "SELECT pg_sleep(300)",
        ], in: repository.path, environment: ChildProcess.environment)
      try process.waitForOutput("1 row")
      return process
    }

    func psql(_ sql: String) throws -> String { try cluster.psql(sql, database: "shop") }

    /// What the reader sees as tenant 2.
    var seen: String {
      get throws {
        try psql("SET app.tenant = 2; SET ROLE reader; SELECT string_agg(id::text, ' ' ORDER BY id) FROM app.orders")
      }
    }

    var catalog: String {
      get throws {
        try psql(
          """
          SELECT relrowsecurity, relforcerowsecurity, polname, polpermissive, polcmd, polroles::regrole[],
            pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
          FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE c.oid = 'app.orders'::regclass ORDER BY polname
          """)
      }
    }
  }

  @Test(arguments: [15, 16, 18]) func policiesConvergeDriftAndComeBack(major: Int) async throws {
    let shop = try await Shop(major: major)
    try shop.write()
    try shop.repository.expectConverged()
    let before = try shop.catalog
    #expect(try shop.seen == "2")

    // Dropped by hand: drift, which names the line; healed it holds again.
    try _ = shop.psql("DROP POLICY own ON app.orders")
    #expect(try shop.seen == "2 3")
    let drift = try shop.repository.run("drift")
    #expect(
      drift.status == 2 && unwrapped(drift.stdout).contains("policy own of shop.app.orders is missing"), "\(drift)")
    _ = try shop.repository.heal(allowing: ["access-loss", "lock"])
    #expect(try shop.catalog == before)

    // Everything at once, and back, while the specs already say something else, and that in other words.
    try shop.write(
      "tenant: { to: [reader, keeper], using: \"tenant in (1,2)\" }\n      new: { command: insert, check: \"true\" }",
      enforcement: "forced")
    _ = try shop.repository.heal(allowing: ["access-loss", "access-widening", "lock"])
    #expect(try shop.seen == "1 2 3")
    let run = try shop.repository.newestRun()
    try shop.write(Shop.policies.replacing("tenant = current_setting", with: "(tenant) = current_setting"))
    let reverted = try shop.repository.run(
      "revert", run, "--yes", "--allow", "access-loss", "--allow", "access-widening", "--allow", "lock")
    #expect(reverted.status == 0, "\(reverted)")
    #expect(try shop.catalog == before)
    try shop.repository.expectConverged()
  }

  @Test(arguments: [15, 16, 18]) func mistakesAndBlindSpotsChangeNothing(major: Int) async throws {
    let shop = try await Shop(major: major)
    try shop.write(Shop.policies.replacing("tenant = current", with: "tenent = current"))
    let mistaken = try shop.repository.run("plan")
    #expect(mistaken.status == 1, "\(mistaken)")
    #expect(mistaken.stderr.contains("error[PLAN011]") && mistaken.stderr.contains("all.yaml:21:"), "\(mistaken)")

    // Who may not look into the schema can't tell; the table itself need not be readable.
    try shop.write(user: "auditor")
    let blind = try shop.repository.run("plan", "--detailed-exitcode")
    #expect(blind.status == 2 && unwrapped(blind.stdout).contains("can't be compared with the specs"), "\(blind)")
    #expect(!blind.stdout.contains("To apply this plan"), "\(blind)")
    try _ = shop.psql("GRANT USAGE ON SCHEMA app TO auditor")
    try shop.repository.expectConverged()

    // Who could not do it is told before anything is done.
    try shop.write("tenant: { to: reader, using: \"true\" }", applyUser: "auditor")
    let refused = try shop.repository.run("plan")
    #expect(unwrapped(refused.stdout).contains("may not change the row security of shop.app.orders"), "\(refused)")
  }

  @Test(arguments: [15, 16, 18]) func aPlanWaitsForNobodyAndAnApplyNotForEver(major: Int) async throws {
    let shop = try await Shop(major: major)
    try shop.write()
    // All locks but ACCESS SHARE are refused to others meanwhile.
    let holder = try shop.holder("LOCK TABLE app.orders IN EXCLUSIVE MODE")
    try shop.repository.expectConverged()
    try shop.write("tenant: { to: reader, using: \"true\" }")
    let flags = ["--allow", "access-loss", "--allow", "access-widening", "--allow", "lock"]
    let waited = try shop.repository.run(["apply", "--yes"] + flags)
    #expect(waited.status == 1, "\(waited)")
    // The server notices only then that its client is gone.
    _ = try holder.killAndReap()
    try _ = shop.psql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sl%' AND pid <> pg_backend_pid()")
    #expect(try shop.repository.run(["apply", "--yes"] + flags).status == 0)
    try shop.repository.expectConverged()
  }
}
