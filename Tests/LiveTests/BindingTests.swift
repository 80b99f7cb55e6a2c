import TestServers
import Testing

/// A profile bound to many schemas, by list and by pattern, each with a role named after its schema, against real servers.
@Suite struct BindingTests {
  private static let setUp = """
    CREATE ROLE app_owner; CREATE ROLE tenant_a_owner; CREATE ROLE "tenant B_owner"; CREATE ROLE tenant_c_owner;
    CREATE ROLE job LOGIN; CREATE ROLE guest LOGIN;
    CREATE SCHEMA app AUTHORIZATION app_owner; CREATE SCHEMA tenant_a AUTHORIZATION tenant_a_owner;
    CREATE SCHEMA "tenant B" AUTHORIZATION "tenant B_owner"; CREATE SCHEMA other AUTHORIZATION app_owner;
    CREATE TABLE app.t (id int); CREATE TABLE tenant_a.t (id int); CREATE TABLE "tenant B"."T 2" (id int);
    CREATE TABLE other.t (id int); CREATE SEQUENCE tenant_a.s; GRANT SELECT ON tenant_a.t TO guest;
    """

  private static let access = """
    roles:
      app_owner: {}
      tenant_a_owner: {}
      tenant B_owner: {}
      tenant_c_owner: {}
      job: { login: true }
      guest: { login: true }
    profiles:
      readwrite: { schema: [usage], tables: [select, insert], sequences: [usage] }
      read: { schema: [usage], tables: [select] }
    bindings:
      - profile: readwrite
        in: [shop.app, "shop.tenant*"]
        role: "{schema}_rw"
        members: job
        default_privileges_of: ["{schema}_owner"]
      - profile: read
        in: "shop.tenant?*"
        role: "{database}_{schema}_ro"
        members: guest
    """

  /// Each role with what it may do where, as the server says: `usage/select/insert` on the schema and the table.
  private static let matrix = """
    SELECT string_agg(concat_ws(' ', r.rolname, n.nspname,
        concat(has_schema_privilege(r.oid, n.oid, 'USAGE'), has_table_privilege(r.oid, c.oid, 'SELECT'),
          has_table_privilege(r.oid, c.oid, 'INSERT'), has_table_privilege(r.oid, c.oid, 'DELETE'))), E'\\n'
      ORDER BY r.rolname COLLATE "C", n.nspname COLLATE "C")
    FROM pg_roles r, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.oid > 16000 AND (r.rolname ~ '_r[wo]$' OR r.rolname IN ('job', 'guest'))
      AND has_schema_privilege(r.oid, n.oid, 'USAGE')
    """

  private static let lists = """
    SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
      SELECT concat_ws(' ', nspname, (SELECT array_agg(i::text ORDER BY i::text) FROM unnest(coalesce(nspacl, acldefault('n', nspowner))) i))
      FROM pg_namespace WHERE nspname !~ '^pg_'
      UNION ALL SELECT concat_ws(' ', relnamespace::regnamespace, relname, (SELECT array_agg(i::text ORDER BY i::text)
        FROM unnest(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) i))
      FROM pg_class WHERE oid > 16000 AND relkind IN ('r', 'S')
      UNION ALL SELECT concat_ws(' ', 'new', defaclrole::regrole, defaclacl) FROM pg_default_acl
      UNION ALL SELECT concat_ws(' ', 'member', roleid::regrole, member::regrole) FROM pg_auth_members WHERE roleid > 16000
      UNION ALL SELECT concat_ws(' ', 'role', rolname) FROM pg_roles WHERE oid > 16000) l (line)
    """

  @Test(arguments: [15, 16, 18].filter { PostgresBinaries.directory(major: $0) != nil })
  func eachSchemaGetsItsRoleAndANewOneIsDrift(major: Int) async throws {
    let cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE DATABASE shop")
    try _ = cluster.psql(Self.setUp, database: "shop")
    let before = try cluster.psql(Self.lists, database: "shop")
    let repository = try ServerRepository(specs: cluster.shop(access: Self.access))

    let (plan, _) = try repository.heal(allowing: ["access-loss"])
    let first = try repository.newestRun()
    #expect(
      plan.contains("make job a member of app_rw") && plan.contains("make guest a member of shop_tenant_a_ro"),
      "\(plan)")
    #expect(!plan.contains("other"), "\(plan)")
    #expect(
      try cluster.psql(Self.matrix, database: "shop") == """
        app_rw app tttf
        guest tenant B ttff
        guest tenant_a ttff
        job app tttf
        job tenant B tttf
        job tenant_a tttf
        shop_tenant B_ro tenant B ttff
        shop_tenant_a_ro tenant_a ttff
        tenant B_rw tenant B tttf
        tenant_a_rw tenant_a tttf
        """)
    // What the owners make later is covered, each in its own schema alone.
    try _ = cluster.psql("SET ROLE tenant_a_owner; CREATE TABLE tenant_a.later (id int)", database: "shop")
    #expect(
      try cluster.psql(
        """
        SELECT concat_ws(' ', has_table_privilege('tenant_a_rw', 'tenant_a.later', 'INSERT'),
          has_table_privilege('tenant B_rw', 'tenant_a.later', 'INSERT'))
        """, database: "shop") == "t f")
    try _ = cluster.psql("DROP TABLE tenant_a.later", database: "shop")
    let bound = try cluster.psql(Self.lists, database: "shop")

    // A schema that fits a pattern is drift from the moment it is there, and one that fits none is nobody's.
    try _ = cluster.psql(
      """
      CREATE SCHEMA tenant_c AUTHORIZATION tenant_c_owner; CREATE SCHEMA ten_d; CREATE TABLE tenant_c.t (id int);
      ALTER TABLE tenant_c.t OWNER TO tenant_c_owner
      """, database: "shop")
    let grown = try cluster.psql(Self.lists, database: "shop")
    let drift = try repository.run("drift")
    #expect(drift.status == 2 && drift.stdout.contains("tenant_c_rw"), "\(drift)")
    #expect(!drift.stdout.contains("ten_d"), "\(drift)")
    try _ = repository.heal(allowing: [])
    let ofThird = try cluster.psql(Self.matrix, database: "shop").split(separator: "\n").filter {
      $0.contains(" tenant_c ")
    }
    #expect(
      ofThird == [
        "guest tenant_c ttff", "job tenant_c tttf", "shop_tenant_c_ro tenant_c ttff", "tenant_c_rw tenant_c tttf",
      ])

    // Each run is undone by itself, the last one first.
    try revert(try repository.newestRun(), repository)
    #expect(try cluster.psql(Self.lists, database: "shop") == grown)
    try _ = cluster.psql("DROP SCHEMA tenant_c, ten_d CASCADE", database: "shop")
    #expect(try cluster.psql(Self.lists, database: "shop") == bound)
    try repository.expectConverged()
    try revert(first, repository)
    #expect(try cluster.psql(Self.lists, database: "shop") == before)
  }

  private func revert(_ run: String, _ repository: ServerRepository) throws {
    let revert = try repository.run("revert", run, "--yes", "--allow", "access-loss")
    #expect(revert.status == 0, "\(revert)")
  }
}
