import TestServers
import Testing

/// Settings of all four scopes: a role, a database, a role in a database, everybody everywhere.
@Suite struct SettingScopesTests {
  @Test(arguments: [15, 16, 18].filter { PostgresBinaries.directory(major: $0) != nil })
  func eachIsComparedWrittenTakenBackAndImported(major: Int) async throws {
    let cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE ROLE old; CREATE DATABASE shop; ALTER ROLE ALL SET idle_session_timeout = '1h'")
    let roles = """
      roles:
        ro:
          settings: { work_mem: 8MB }
          settings_in: { shop: { work_mem: 16MB, search_path: "app, public" } }
      """
    let specs = cluster.shop(access: roles).replacing(
      "databases: { shop: {} }",
      with:
        "databases: { shop: { settings: { lock_timeout: 4s } } }\nsettings: { idle_session_timeout: 2h, lock_timeout: 3s }"
    )
    let repository = try ServerRepository(specs: specs)
    let healed = try repository.heal(allowing: [])
    for words in [
      "~ setting/idle_session_timeout: 1h → 2h", "+ setting/lock_timeout: 3s",
      "+ database/shop/setting/lock_timeout: 4s",
      "+ access/role/ro/database/shop/setting/work_mem: 16MB", "+ access/role/ro/setting/work_mem: 8MB",
    ] {
      #expect(healed.plan.contains(words), "\(words)\n\(healed.plan)")
    }
    let lists = """
      SELECT string_agg(concat_ws(' ', coalesce(rolname, 'ALL'), coalesce(datname, 'ALL'), setconfig), E'\\n'
        ORDER BY rolname COLLATE "C" NULLS FIRST, datname COLLATE "C" NULLS FIRST)
      FROM pg_db_role_setting LEFT JOIN pg_roles r ON r.oid = setrole LEFT JOIN pg_database d ON d.oid = setdatabase
      """
    let written = try cluster.psql(lists)
    #expect(
      written == """
        ALL ALL {idle_session_timeout=2h,lock_timeout=3s}
        ALL shop {lock_timeout=4s}
        ro ALL {work_mem=8MB}
        ro shop {"search_path=app, public",work_mem=16MB}
        """)

    try _ = cluster.psql("ALTER ROLE ro IN DATABASE shop RESET work_mem; ALTER ROLE ALL SET lock_timeout = '9s'")
    let drift = try repository.run("drift")
    #expect(drift.status == 2 && drift.stdout.contains("lock_timeout") && drift.stdout.contains("work_mem"), "\(drift)")
    try _ = repository.heal(allowing: [])
    #expect(try cluster.psql(lists) == written)

    // What somebody else's server has is written down, and the plan of that is empty.
    let other = try ServerRepository()
    let imported = try other.run(
      "import", "--host", cluster.socketDirectory, "--port", "\(cluster.port)", "--user", "postgres")
    #expect(imported.status == 0 && imported.stdout.contains("The first plan is empty"), "\(imported)")
    let texts = try ChildProcess.check(["/bin/sh", "-c", "cat specs/*/*.yaml"], in: other.path)
    #expect(texts.contains("settings_in: { shop: {"), "\(texts)")
    #expect(texts.contains("\nsettings: { idle_session_timeout: 2h, lock_timeout: 3s }\n"), "\(texts)")
    #expect(!texts.contains("Not looked at"))
    try other.expectConverged()
  }

  @Test func whoMayNotIsToldBefore() async throws {
    let cluster = try await TestCluster.start(major: 16)
    try _ = cluster.psql("CREATE ROLE admin LOGIN CREATEROLE CREATEDB")
    try _ = cluster.psql("CREATE DATABASE shop OWNER admin")
    let specs = cluster.shop(access: "roles: {}", user: "user: admin").replacing(
      "databases: {", with: "settings: { lock_timeout: 3s }\ndatabases: {")
    let plan = try ServerRepository(specs: specs).run("plan")
    // The rest would be done; what may not be done is told with who could.
    #expect(plan.status == 0, "\(plan)")
    #expect(
      unwrapped(plan.stdout).contains(
        "ALARM not possible (setting/lock_timeout): admin may not set anything for all roles: it has to be a superuser"),
      "\(plan)")
    let missing = cluster.shop(access: "roles: { ro: { settings_in: { shpo: { work_mem: 8MB } } } }")
    let refused = try ServerRepository(specs: missing).run("plan")
    #expect(refused.status == 1 && refused.stderr.contains("there is no database `shpo`"), "\(refused)")
    #expect(refused.stderr.contains("did you mean `shop`?"), "\(refused)")
  }
}
