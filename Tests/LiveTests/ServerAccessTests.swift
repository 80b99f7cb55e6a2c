import TestServers
import Testing

/// Who connects, what they may do, and the ways in which documents manage access.
@Suite struct ServerAccessTests {
  @Test(arguments: [15, 18]) func aPlanUserNeedsOnlyToRead(major: Int) async throws {
    let server = try await AccessServer(major: major)
    try _ = server.psql(
      "CREATE ROLE planner LOGIN; GRANT pg_read_all_settings, pg_monitor TO planner; CREATE ROLE manager LOGIN SUPERUSER"
    )
    let specs = server.instance(users: "user: planner, apply_user: manager", parameters: "{ work_mem: 9MB }")
    try server.repository.write(specs + server.access("r1: {}\n  r2: { member_of: [r1] }"))
    let applied = try server.repository.run("apply", "--yes")
    #expect(applied.status == 0, "\(applied)")
    try server.repository.expectConverged()
    #expect(try server.psql("SHOW work_mem") == "9MB")
    // Its run can be taken back too, though its user reads `9216`.
    let reverted = try server.repository.run(
      "revert", try server.repository.newestRun(), "--yes", "--allow", "access-loss", "--allow",
      "parameter-reset")
    #expect(reverted.status == 0, "\(reverted)")
    #expect(try server.psql("SHOW work_mem") == "4MB")

    let restart = server.instance(
      users: "user: planner, apply_user: manager", parameters: "{ max_connections: 77 }")
    try server.repository.write(restart + server.access("r1: {}"))
    let unseen = try server.repository.run("plan")
    #expect(unseen.status == 1, "\(unseen)")
    #expect(unwrapped(unseen.stdout).contains("GRANT SELECT ON pg_file_settings TO planner"), "\(unseen)")
    try _ = server.psql(
      "GRANT SELECT ON pg_file_settings TO planner; GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO planner"
    )
    #expect(try server.repository.run("apply", "--yes", "--allow", "parameter-reset").status == 0)
    try server.repository.expectConverged()
  }

  @Test(arguments: [15, 18]) func whatTheApplyUserMayNotDoIsFoundByPlanning(major: Int) async throws {
    let server = try await AccessServer(major: major)
    try _ = server.psql("CREATE ROLE manager LOGIN CREATEROLE; CREATE TABLE t (id int)")
    try server.repository.write(
      server.instance(users: "user: postgres, apply_user: manager", parameters: "{ work_mem: 9MB }")
        + server.access(
          "r1: {}\n  r2: { create_database: true }",
          grants: "  - { to: r1, in: postgres.public, table: { t: [select] }, schema: [usage] }"))
    let words = [
      "ALARM not possible", "manager may not ALTER SYSTEM (work_mem): it needs SUPERUSER",
      "manager may not grant as postgres on table public.t",
    ]
    let plan = try server.repository.run("plan", "--detailed-exitcode")
    #expect(plan.status == 2 && words.allSatisfy(unwrapped(plan.stdout).contains), "\(plan)")
    // What is possible is done, and the exit code says that it isn't all.
    let applied = try server.repository.run("apply", "--yes")
    #expect(applied.status == 2 && applied.stderr.contains("left out as not possible"), "\(applied)")
    // From 16 on only who has CREATEDB may give it.
    let made = try server.psql("SELECT string_agg(rolname, ' ' ORDER BY 1) FROM pg_roles WHERE rolname IN ('r1', 'r2')")
    #expect(made == (major < 16 ? "r1 r2" : "r1"))
    #expect(try server.psql("SHOW work_mem") == "4MB")
    let second = try server.repository.run("plan", "--detailed-exitcode")
    #expect(second.status == 2 && words.allSatisfy(unwrapped(second.stdout).contains), "\(second)")
    #expect(second.stdout.contains("Nothing to apply, but"), "\(second)")
    let again = try server.repository.run("apply", "--yes")
    #expect(again.status == 2, "\(again)")
    #expect(try server.repository.run("drift").status == 2)
    // Somebody who may does the rest.
    try server.repository.write(
      server.instance(parameters: "{ work_mem: 9MB }")
        + server.access(
          "r1: {}\n  r2: { create_database: true }",
          grants: "  - { to: r1, in: postgres.public, table: { t: [select] }, schema: [usage] }"))
    try _ = server.repository.heal(allowing: [])
  }

  /// As on a managed service, where parameters belong to a superuser that nobody may be.
  @Test(arguments: [15, 16, 18]) func aHolderOfTheGrantOptionGrantsParameters(major: Int) async throws {
    let server = try await AccessServer(major: major)
    try _ = server.psql(
      """
      CREATE ROLE stand_in; CREATE ROLE manager LOGIN CREATEROLE; GRANT stand_in TO manager; CREATE ROLE reader;
      GRANT SET ON PARAMETER work_mem TO stand_in WITH GRANT OPTION;
      """)
    let specs = { (grants: String) in
      server.instance(users: "user: postgres, apply_user: manager")
        + server.access("helper: { login: true }", grants: grants)
    }
    try server.repository.write(specs("  - { to: reader, parameter: { work_mem: [set] } }"))
    try _ = server.repository.heal(allowing: [])
    #expect(try server.psql("SELECT paracl::text LIKE '%reader=s/stand_in%' FROM pg_parameter_acl") == "t")
    try server.repository.write(specs("  - { to: reader, state: absent, parameter: { work_mem: [set] } }"))
    try _ = server.repository.heal(allowing: ["access-loss"])
    #expect(try server.psql("SELECT paracl::text LIKE '%reader=%' FROM pg_parameter_acl") == "f")
    // What it may not grant on itself stays the superuser's.
    try server.repository.write(specs("  - { to: reader, parameter: { maintenance_work_mem: [set] } }"))
    let plan = try server.repository.run("plan", "--detailed-exitcode")
    #expect(plan.status == 2 && plan.stdout.contains("ALARM not possible"), "\(plan)")
  }

  @Test(arguments: [15, 16]) func aRoleThatOwnsThingsInTwoDatabasesLeaves(major: Int) async throws {
    let server = try await AccessServer(major: major)
    try _ = server.psql("CREATE ROLE bob LOGIN; CREATE ROLE alice LOGIN; GRANT bob TO alice")
    try _ = server.psql("CREATE DATABASE second")
    for database in ["postgres", "second"] {
      try _ = server.psql(
        "CREATE TABLE bobs (id int); INSERT INTO bobs VALUES (7); ALTER TABLE bobs OWNER TO bob", in: database
      )
    }
    try server.repository.write(
      server.instance(databases: "{ postgres: {}, second: {} }")
        + server.access(
          "keeper: {}\n  bob: { state: absent, reassign_to: keeper }\n  ann: { login: true, renamed_from: alice }",
          databases: "[postgres, second]"))
    // Neither role has a password, so nothing of them is lost for good.
    let healed = try server.repository.heal(allowing: ["access-loss"])
    #expect(healed.plan.contains("objects owned in second: 1 → 0"), "\(healed.plan)")
    for database in ["postgres", "second"] {
      #expect(
        try server.psql(
          "SELECT id, (SELECT relowner::regrole FROM pg_class WHERE relname = 'bobs') FROM bobs", in: database
        ) == "7|keeper")
    }
    #expect(
      try server.psql(
        "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname IN ('bob', 'alice', 'ann')"
      ) == "ann")
  }

  @Test func additiveDocumentsNeverRevokeAndAuditsOnlyReport() async throws {
    let server = try await AccessServer(major: 16)
    try _ = server.psql(
      "CREATE ROLE r1 CREATEDB; CREATE ROLE other; GRANT r1 TO other; CREATE TABLE t (id int); GRANT DELETE ON t TO r1"
    )
    let roles = "r1: {}\n  r2: { member_of: [r1] }"
    let grants = "  - { to: r1, in: postgres.public, schema: [usage], table: { t: [select] } }"
    try server.repository.write(server.instance() + server.access(roles, grants: grants, mode: "audit"))
    #expect(
      unwrapped(try server.repository.run("drift").stdout).contains(
        "role/r2: audit only: "))
    let audited = try server.repository.run("apply", "--yes")
    #expect(try server.psql("SELECT count(*) FROM pg_roles WHERE rolname = 'r2'") == "0", "\(audited)")
    #expect(
      try server.psql(
        "SELECT has_table_privilege('r1', 't', 'SELECT'), has_table_privilege('r1', 't', 'DELETE')") == "f|t")

    try server.repository.write(server.instance() + server.access(roles, grants: grants, mode: "additive"))
    let added = try server.repository.run("apply", "--yes", "--allow", "access-loss")
    #expect(added.status == 0, "\(added)")
    #expect(
      try server.psql(
        "SELECT has_table_privilege('r1', 't', 'SELECT'), has_table_privilege('r1', 't', 'DELETE')") == "t|t")
    #expect(
      try server.psql("SELECT pg_has_role('other', 'r1', 'MEMBER'), pg_has_role('r2', 'r1', 'MEMBER')")
        == "t|t")
    try server.repository.expectConverged()

    try server.repository.write(server.instance() + server.access(roles, grants: grants))
    _ = try server.repository.heal(allowing: ["access-loss"])
    #expect(
      try server.psql("SELECT has_table_privilege('r1', 't', 'DELETE'), pg_has_role('other', 'r1', 'MEMBER')")
        == "f|f")
  }

  @Test func aServerIsKnownByItsCertificate() async throws {
    let server = try await AccessServer(major: 15)
    let directory = server.repository.directory.path
    for name in ["ours", "other"] {
      _ = try ChildProcess.check(
        [
          "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
          "-nodes",
          "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
          "\(directory)/\(name).key",
          "-out", "\(directory)/\(name).crt",
        ], in: directory)
    }
    let owner = OSUser.ofServers.map { ["-o", $0.name] } ?? []
    _ = try ChildProcess.check(
      ["/usr/bin/install", "-m", "600"] + owner + [
        "\(directory)/ours.key", "\(directory)/ours.crt", server.cluster.dataDirectory,
      ])
    try _ = server.psql(
      "CREATE ROLE app SUPERUSER LOGIN PASSWORD 'word'; ALTER SYSTEM SET ssl_cert_file = 'ours.crt'")
    try _ = server.psql("ALTER SYSTEM SET ssl_key_file = 'ours.key'")
    try _ = server.psql("ALTER SYSTEM SET ssl = on")
    try _ = server.psql("SELECT pg_reload_conf()")
    let connect = { (ca: String, host: String) in
      server.instance(
        users: "user: app, password: { env: APP }, tls: verify-full, ca: \(directory)/\(ca).crt", host: host)
        + server.access("r1: {}")
    }
    try server.repository.write(connect("ours", "localhost"))
    let trusted = try server.repository.run(["plan"], environment: ["APP": "word"])
    #expect(trusted.status == 0, "\(trusted)")
    try server.repository.write(connect("other", "localhost"))
    let stranger = try server.repository.run(["plan"], environment: ["APP": "word"])
    #expect(stranger.status == 1 && stranger.stdout.contains("certificate verify failed"), "\(stranger)")
    try server.repository.write(connect("ours", "127.0.0.1"))
    let misnamed = try server.repository.run(["plan"], environment: ["APP": "word"])
    #expect(
      misnamed.status == 1 && unwrapped(misnamed.stdout).contains("does not match host name"), "\(misnamed)")
  }
}

/// A server with a repository whose documents a test puts together.
private struct AccessServer {
  let cluster: TestCluster
  let repository: ServerRepository

  init(major: Int) async throws {
    cluster = try await TestCluster.start(major: major)
    repository = try ServerRepository()
  }

  func psql(_ sql: String, in database: String = "postgres") throws -> String {
    try cluster.psql(sql, database: database)
  }

  func instance(
    users: String = "user: postgres", databases: String = "{ postgres: {} }", parameters: String? = nil,
    host: String? = nil
  ) -> String {
    let values = parameters.map { "---\nkind: Parameters\nname: p\nengine: postgres\nvalues: \($0)\n" } ?? ""
    return """
      kind: Platform
      name: servers
      type: server
      ---
      kind: Instance
      name: orders
      platform: servers
      engine: postgres
      databases: \(databases)
      access: [a]
      \(parameters == nil ? "" : "parameters: [p]")
      connect: { host: \(host ?? cluster.socketDirectory), port: \(cluster.port), \(users) }
      \(values)
      """
  }

  func access(_ roles: String, grants: String = "", databases: String = "[postgres]", mode: String? = nil)
    -> String
  {
    """
    ---
    kind: Access
    name: a
    databases: \(databases)
    \(mode.map { "mode: \($0)" } ?? "")
    roles:
      \(roles)
    \(grants.isEmpty ? "" : "grants:\n" + grants)

    """
  }
}
