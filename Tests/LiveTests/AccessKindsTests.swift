import TestServers
import Testing

/// Every kind of object that PostgreSQL grants on, in one document, by the built program against real servers.
@Suite struct AccessKindsTests {
  private static let setUp = """
    CREATE ROLE keeper; CREATE ROLE reader LOGIN; CREATE ROLE writer LOGIN; CREATE ROLE guest LOGIN;
    CREATE SCHEMA app AUTHORIZATION keeper; CREATE SCHEMA tenant_a AUTHORIZATION keeper; CREATE SCHEMA tenant_b AUTHORIZATION keeper;
    CREATE TABLE app.payments (id int, amount int, note text); CREATE TABLE app.orders_1 (id int); CREATE TABLE app.orders_2 (id int);
    CREATE TABLE app.other (id int); CREATE TABLE tenant_a.t (id int); CREATE TABLE tenant_b."T 2" (id int);
    CREATE FUNCTION app.total(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE app.clean() LANGUAGE sql AS 'SELECT 1';
    CREATE TYPE app.mood AS ENUM ('a'); CREATE DOMAIN app.pos AS int;
    REVOKE USAGE ON TYPE app.mood FROM PUBLIC;
    CREATE FOREIGN DATA WRAPPER fake; CREATE SERVER far FOREIGN DATA WRAPPER fake;
    SELECT lo_create(4711);
    SET allow_in_place_tablespaces = on; CREATE TABLESPACE fast LOCATION '';
    GRANT SELECT ON app.payments TO reader; GRANT SELECT (note), UPDATE (id) ON app.payments TO reader;
    GRANT USAGE ON FOREIGN SERVER far TO writer; GRANT SET ON PARAMETER statement_timeout TO writer;
    GRANT INSERT ON app.other TO guest;
    """

  private static let grants = """
    - { to: reader, privileges: [connect] }
    - to: reader
      in: shop.app
      schema: [usage]
      tables: { "orders_*": [select] }
      table: { payments: ["select (id, amount)"] }
      type: { mood: usage }
      function: { "total(integer)": execute, "clean()": execute }
    - { to: reader, in: "shop.tenant_*", schema: usage, tables: [select], default_privileges_of: keeper }
    - { to: writer, grant_option: true, in: shop.app, schema: usage, table: { other: [insert] } }
    - to: reader
      language: { plpgsql: usage }
      foreign_data_wrapper: { fake: usage }
      foreign_server: { far: usage }
      large_object: { 4711: [select] }
      tablespace: { fast: create }
      parameter: { work_mem: [set] }
    - { to: PUBLIC, state: absent, database: shop, functions: execute, default_privileges_of: keeper }
    - { to: guest, expires: 2020-01-01, in: shop.app, table: { other: [insert] } }
    """

  private func specs(_ cluster: TestCluster) -> String {
    cluster.shop(
      access: """
        roles: { reader: { login: true }, writer: { login: true } }
        grants:
        \(Self.grants)
        """)
  }

  private static let held = """
    SELECT concat_ws(' ',
      has_column_privilege('reader', 'app.payments', 'id', 'SELECT'), has_column_privilege('reader', 'app.payments', 'amount', 'SELECT'),
      NOT has_column_privilege('reader', 'app.payments', 'note', 'SELECT'), NOT has_column_privilege('reader', 'app.payments', 'id', 'UPDATE'),
      NOT has_table_privilege('reader', 'app.payments', 'SELECT'), has_table_privilege('reader', 'app.orders_2', 'SELECT'),
      NOT has_table_privilege('reader', 'app.other', 'SELECT'), has_table_privilege('reader', 'tenant_b."T 2"', 'SELECT'),
      has_table_privilege('writer', 'app.other', 'INSERT WITH GRANT OPTION'), NOT has_table_privilege('guest', 'app.other', 'INSERT'),
      has_type_privilege('reader', 'app.mood', 'USAGE'), has_function_privilege('reader', 'app.clean()', 'EXECUTE'),
      NOT has_function_privilege('guest', 'app.clean()', 'EXECUTE'), has_language_privilege('reader', 'plpgsql', 'USAGE'),
      has_foreign_data_wrapper_privilege('reader', 'fake', 'USAGE'), has_server_privilege('reader', 'far', 'USAGE'),
      NOT has_server_privilege('writer', 'far', 'USAGE'), has_tablespace_privilege('reader', 'fast', 'CREATE'),
      has_parameter_privilege('reader', 'work_mem', 'SET'), NOT has_parameter_privilege('writer', 'statement_timeout', 'SET'),
      EXISTS (SELECT FROM pg_largeobject_metadata WHERE lomacl::text LIKE '%reader=r/%'))
    """

  /// What others than the owners hold, by the server's own reading of its lists.
  private static let lists = """
    SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
      SELECT concat_ws(' ', o.name, a.grantee::regrole, a.grantor::regrole, a.privilege_type, a.is_grantable) FROM (
        SELECT relname::text, relowner, relacl FROM pg_class
        UNION ALL SELECT relname || '.' || attname, relowner, attacl FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
        UNION ALL SELECT nspname, nspowner, nspacl FROM pg_namespace
        UNION ALL SELECT proname, proowner, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc WHERE pronamespace > 16000
        UNION ALL SELECT typname, typowner, coalesce(typacl, acldefault('T', typowner)) FROM pg_type WHERE typnamespace > 16000
        UNION ALL SELECT lanname, lanowner, lanacl FROM pg_language WHERE NOT lanpltrusted
        UNION ALL SELECT srvname, srvowner, srvacl FROM pg_foreign_server
        UNION ALL SELECT fdwname, fdwowner, fdwacl FROM pg_foreign_data_wrapper
        UNION ALL SELECT spcname, spcowner, spcacl FROM pg_tablespace
        UNION ALL SELECT parname, 10, paracl FROM pg_parameter_acl
        UNION ALL SELECT 'object ' || oid, lomowner, lomacl FROM pg_largeobject_metadata
        UNION ALL SELECT 'new ' || defaclobjtype::text, defaclrole, defaclacl FROM pg_default_acl
      ) o (name, owner, list), aclexplode(o.list) a WHERE a.grantee <> o.owner) l (line)
    """

  @Test(arguments: [15, 16, 18].filter { PostgresBinaries.directory(major: $0) != nil })
  func allKindsConvergeAndGoBack(major: Int) async throws {
    let cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE DATABASE shop")
    try _ = cluster.psql(Self.setUp, database: "shop")
    let before = try cluster.psql(Self.lists, database: "shop")
    let repository = try ServerRepository(specs: specs(cluster))
    let (plan, _) = try repository.heal(allowing: ["access-loss"])
    #expect(plan.contains("column"), "\(plan)")
    let held = try cluster.psql(Self.held, database: "shop")
    #expect(!held.contains("f") && held.contains("t"), "\(held)\n\(plan)")
    // The way back, and forth again.
    let revert = try repository.run(
      "revert", try repository.newestRun(), "--yes", "--allow", "access-loss", "--allow", "access-widening")
    #expect(revert.status == 0, "\(revert)")
    #expect(try cluster.psql(Self.lists, database: "shop") == before)
    try _ = repository.heal(allowing: ["access-loss"])
    // Everybody's EXECUTE is gone from what keeper will make.
    try _ = cluster.psql(
      "SET ROLE keeper; CREATE FUNCTION app.later() RETURNS int LANGUAGE sql AS 'SELECT 1'", database: "shop")
    #expect(
      try cluster.psql("SELECT has_function_privilege('guest', 'app.later()', 'EXECUTE')", database: "shop") == "f")
    try repository.expectConverged()

    // From outside: each is drift.
    try _ = cluster.psql(
      """
      GRANT UPDATE (note) ON app.payments TO reader; GRANT USAGE ON TYPE app.mood TO writer; GRANT UPDATE ON LARGE OBJECT 4711 TO writer;
      CREATE TABLE app.orders_3 (id int); REVOKE SET ON PARAMETER work_mem FROM reader; REVOKE CREATE ON TABLESPACE fast FROM reader;
      """, database: "shop")
    let drift = try repository.run("drift")
    #expect(drift.status == 2, "\(drift)")
    try _ = repository.heal(allowing: ["access-loss"])
    #expect(!(try cluster.psql(Self.held, database: "shop")).contains("f"))
  }
}
