import TestServers
import Testing

/// Specs of servers that were there before Holdfast.
@Suite struct ServerImportTests {
  @Test(arguments: [15, 16, 18])
  func aServerIsWrittenDownAndTheFirstPlanIsEmpty(major: Int) async throws {
    let (cluster, repository) = try await server(major: major)
    let imported = try repository.run(importing(cluster))
    #expect(imported.status == 0, "\(imported)")
    #expect(imported.stdout.contains("The first plan is empty."), "\(imported.stdout)")
    let plan = try repository.run("plan", "--detailed-exitcode")
    #expect(plan.status == 0 && plan.stdout.contains("No changes. 1 instance"), "\(plan)")
    let access = try text("access/db.yaml", repository)
    #expect(access.contains("\n  orders_rw: {}\n") && access.contains("\n  no: {}\n"), "\(access)")
    #expect(!access.contains("postgres: {"), "the bootstrap superuser is not declared: \(access)")
    #expect(!access.contains(" password:"), "\(access)")
    #expect(
      access.contains("- { to: orders_ro, in: orders.app, profile: readonly, default_privileges_of: orders_owner }"))
    #expect(access.contains("- table: orders.reports.y\n    row_security: forced\n"), "\(access)")
    let again = try repository.run(importing(cluster))
    #expect(again.status == 0 && again.stdout.contains("Nothing to import"), "\(again)")
    // What comes later is drift: the specs are authoritative.
    _ = try cluster.psql("GRANT DELETE ON app.a TO orders_ro; ALTER ROLE no LOGIN", database: "orders")
    let drift = try repository.run("plan", "--detailed-exitcode")
    #expect(drift.status == 2 && drift.stdout.contains("DELETE") && drift.stdout.contains("login"), "\(drift)")
  }

  @Test(arguments: [15, 18])
  func aDryRunWritesNothingAndANormalUserSeesWhatItMay(major: Int) async throws {
    let (cluster, repository) = try await server(major: major)
    _ = try cluster.psql("CREATE ROLE reader LOGIN")
    var arguments = importing(cluster)
    arguments[arguments.firstIndex(of: "postgres")!] = "reader"  // It stands there.
    let outcome = try repository.run(arguments + ["--dry-run"])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(
      outcome.stdout.contains("kind: Access") && outcome.stderr.contains("The first plan is empty."), "\(outcome)")
    #expect(outcome.stderr.contains("reader may not see which parameters"), "\(outcome.stderr)")
    #expect(outcome.stderr.contains("not this user: orders"), "\(outcome.stderr)")
    #expect(try ChildProcess.check(["/usr/bin/find", repository.path, "-name", "*.yaml"]).contains("specs") == false)
  }

  @Test func mistakesAreToldBeforeAnythingIsWritten() async throws {
    let (cluster, repository) = try await server(major: 15)
    let refused: [([String], Int32, String)] = [
      (["import"], 64, "name a `Platform` of the specs, or a server"),
      (["import", "--host", cluster.socketDirectory], 64, "add --user"),
      (["import", "--port", "1"], 64, "add --host HOST"),
      (["import", "nowhere"], 64, "there is no `Platform` named `nowhere`"),
      (["import", "--data-directory", "/nowhere"], 64, "there is no `Platform` named `servers`"),
      (["import", "--host", "/nowhere", "--user", "postgres"], 1, "can't be imported"),
    ]
    for (arguments, status, message) in refused {
      let outcome = try repository.run(arguments)
      #expect(outcome.status == status && outcome.stderr.contains(message), "\(arguments): \(outcome)")
    }
    try repository.directory.write("# mine\n", to: "specs/access/db.yaml")
    let outcome = try repository.run(importing(cluster))
    #expect(outcome.status == 3 && outcome.stderr.contains("specs/access/db.yaml exists already"), "\(outcome)")
  }

  @Test func aClusterOfThisHostIsTakenOverAsItIs() async throws {
    let (cluster, repository) = try await server(major: 15)
    try repository.write("kind: Platform\nname: here\ntype: local\nhostname: localhost\nrun_as: postgres\n")
    let arguments = ["import", "here", "--data-directory", cluster.dataDirectory, "--name", "db"]
    let imported = try repository.run(arguments)
    #expect(imported.status == 0 && imported.stdout.contains("changes nothing"), "\(imported)")
    let applied = try repository.run("apply", "--yes")
    #expect(applied.status == 0 && applied.stdout.contains("Done: 1 step"), "\(applied)")
    try repository.expectConverged()
    let again = try repository.run(arguments)
    #expect(again.status == 0 && again.stdout.contains("Nothing to import"), "\(again)")
  }

  private func importing(_ cluster: TestCluster) -> [String] {
    ["import", "--host", cluster.socketDirectory, "--port", "\(cluster.port)", "--user", "postgres", "--name", "db"]
  }

  private func text(_ name: String, _ repository: ServerRepository) throws -> String {
    try ChildProcess.check(["/bin/cat", "\(repository.path)/specs/\(name)"])
  }

  private func server(major: Int) async throws -> (TestCluster, ServerRepository) {
    let cluster = try await TestCluster.start(major: major)
    _ = try cluster.psql(Self.shared)
    _ = try cluster.psql(Self.orders, database: "orders")
    _ = try cluster.psql(
      "CREATE SCHEMA \"S.x\"; CREATE TABLE \"S.x\".t (); GRANT SELECT ON \"S.x\".t TO \"null\"", database: "we.ird \"db"
    )
    return (cluster, try ServerRepository())
  }

  private static let shared = #"""
    CREATE ROLE orders_owner; CREATE ROLE orders_rw; CREATE ROLE orders_ro; CREATE ROLE "no"; CREATE ROLE "010";
    CREATE ROLE "Upper Case"; CREATE ROLE "quo""te"; CREATE ROLE "PUBLIC"; CREATE ROLE "null"; CREATE ROLE "default";
    CREATE ROLE U&"line\000Abreak";
    CREATE ROLE "d.ot" LOGIN CONNECTION LIMIT 3 VALID UNTIL '2031-01-01 00:00:00Z';
    CREATE ROLE alice LOGIN PASSWORD 'x' IN ROLE orders_ro; CREATE ROLE bob LOGIN NOINHERIT CREATEDB CREATEROLE;
    GRANT orders_rw TO bob WITH ADMIN OPTION; GRANT "default" TO postgres;
    CREATE ROLE monitor LOGIN IN ROLE pg_monitor; COMMENT ON ROLE monitor IS E'looks: at #things\n- twice';
    ALTER ROLE bob SET search_path = 'a b', public; ALTER ROLE bob SET statement_timeout = '90s';
    ALTER ROLE bob SET my.var = 'x';
    CREATE ROLE second LOGIN SUPERUSER REPLICATION BYPASSRLS;
    CREATE DATABASE orders OWNER orders_owner; CREATE DATABASE "we.ird ""db"; CREATE DATABASE shut ALLOW_CONNECTIONS false;
    REVOKE CONNECT ON DATABASE orders FROM PUBLIC; GRANT CONNECT ON DATABASE orders TO orders_rw, orders_ro;
    ALTER DATABASE orders SET work_mem = '8MB'; ALTER ROLE bob IN DATABASE orders SET work_mem = '9MB';
    ALTER SYSTEM SET work_mem = '12MB'; ALTER SYSTEM SET log_min_duration_statement = '500ms';
    SELECT pg_reload_conf(); SELECT pg_sleep(0.2);
    """#

  private static let orders = #"""
    CREATE SCHEMA app AUTHORIZATION orders_owner; CREATE SCHEMA "Sch ema.x"; CREATE SCHEMA reports;
    SET ROLE orders_owner;
    CREATE TABLE app.a (id serial, v int); CREATE TABLE app.b (id serial); CREATE VIEW app.v AS SELECT 1 AS x;
    CREATE TABLE app."no" (); CREATE TABLE app."A.b""c" (); CREATE TABLE app.parts (id int) PARTITION BY RANGE (id);
    CREATE FUNCTION app.f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE EXECUTE ON FUNCTION app.f FROM PUBLIC;
    CREATE PROCEDURE app.p() LANGUAGE sql AS 'SELECT 1';
    GRANT USAGE ON SCHEMA app TO orders_rw, orders_ro, "no", "010";
    GRANT SELECT ON ALL TABLES IN SCHEMA app TO orders_ro, orders_rw;
    GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA app TO orders_rw;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA app TO orders_rw; GRANT EXECUTE ON FUNCTION app.f TO orders_rw;
    ALTER DEFAULT PRIVILEGES FOR ROLE orders_owner IN SCHEMA app GRANT SELECT ON TABLES TO orders_ro;
    ALTER DEFAULT PRIVILEGES FOR ROLE orders_owner IN SCHEMA app GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO orders_rw;
    ALTER DEFAULT PRIVILEGES FOR ROLE orders_owner IN SCHEMA app GRANT USAGE ON SEQUENCES TO orders_rw;
    GRANT SELECT ON app."A.b""c" TO PUBLIC; GRANT SELECT ON app.a TO pg_monitor, "PUBLIC", U&"line\000Abreak";
    GRANT TRUNCATE ON app.a TO "010" WITH GRANT OPTION;
    SET ROLE "010"; GRANT TRUNCATE ON app.a TO "quo""te"; RESET ROLE;
    CREATE TABLE "Sch ema.x".t (); GRANT USAGE ON SCHEMA "Sch ema.x" TO "Upper Case", "null", "default";
    GRANT SELECT ON ALL TABLES IN SCHEMA "Sch ema.x" TO "Upper Case", "null", "default";
    CREATE TABLE reports.x(); CREATE TABLE reports.y(tenant int, "By Whom" text); GRANT USAGE ON SCHEMA reports TO orders_ro;
    GRANT SELECT ON ALL TABLES IN SCHEMA reports TO orders_ro; GRANT CREATE ON SCHEMA public TO bob;
    ALTER DEFAULT PRIVILEGES FOR ROLE bob GRANT SELECT ON TABLES TO alice;
    ALTER TABLE reports.y ENABLE ROW LEVEL SECURITY; ALTER TABLE reports.y FORCE ROW LEVEL SECURITY;
    CREATE POLICY "my p" ON reports.y TO orders_ro, bob USING (tenant = current_setting('app.tenant')::int);
    CREATE POLICY q ON reports.y AS RESTRICTIVE FOR INSERT WITH CHECK ("By Whom" = (SELECT rolname FROM pg_roles LIMIT 1));
    """#
}
