import Model
import PlatformKit
import PostgresCatalog
import SQL
import TestServers
import Testing

/// What a messy cluster looks like, on each version that there is a server of.
@Suite(.serialized) struct LiveObservationTests {
  static let majors = [15, 16, 18].filter { PostgresBinaries.directory(major: $0) != nil }
  static let hostile = "we\"ird\n\u{1b}[31m,=/(Ñ') "

  @Test(arguments: majors) func aMessyCluster(major: Int) async throws {
    let live = try await LiveCatalog.start(major: major)
    try makeMess(live)
    var instance = live.instance("mess")
    instance.access.roles["app"] = DesiredRole(document: Address(["access", "a"]))
    instance.access.roles["app"]?.password = .kept(.environment(variable: "P"))
    instance.access.roles["owner_of_things"] = DesiredRole(document: Address(["access", "a"]))
    instance.access.roles["owner_of_things"]?.state = .absent(reassignTo: nil)
    let observed = try await live.observe(instance)
    checkRoles(observed)
    checkContents(try #require(observed.databases["mess"]))
    // A role that goes may have left something in any database.
    #expect(observed.databases["postgres"]?.isRead == true)
    #expect(observed.databases["postgres"]?.owned == ["owner_of_things": 0])
    #expect(observed.databases["closed"]?.isRead == false)
    #expect(observed.version?.major == major)
    #expect(observed.systemIdentifier?.isEmpty == false)
    #expect(observed.capabilities.isSuperuser && observed.capabilities.mayAlterSystem)
    #expect(observed.host?.availableExtensions?.contains("plpgsql") == true)
    #expect(observed.host?.libraries?.contains("plpgsql") == true)
    // The user's own setting is not the server's.
    #expect(observed.parameters["work_mem"]?.running == "4096")
    #expect(observed.layer == ["log_min_duration_statement": "1s", "max_connections": "77"])
    #expect(observed.parameters["max_connections"]?.pendingRestart == true)
    #expect(observed.parameters["wal_level"]?.definition.choices?.contains("logical") == true)
    try await compareWithServer(live, observed)
  }

  private func makeMess(_ live: LiveCatalog) throws {
    let hostile = "\"we\"\"ird\n\u{1b}[31m,=/(Ñ') \""
    try _ = live.cluster.psql(
      """
      CREATE ROLE app LOGIN CONNECTION LIMIT 7 VALID UNTIL '2030-01-01 00:00:00 UTC' PASSWORD 's3cret-in-tests';
      CREATE ROLE "PUBLIC" CREATEDB; CREATE ROLE owner_of_things NOINHERIT;
      CREATE ROLE \(hostile); COMMENT ON ROLE \(hostile) IS 'it''s = odd';
      GRANT owner_of_things TO app WITH ADMIN OPTION; GRANT pg_monitor TO "PUBLIC";
      ALTER ROLE app SET search_path TO "$user", 'Odd, path'; ALTER ROLE postgres SET work_mem = '99MB';
      ALTER SYSTEM SET log_min_duration_statement = '1s'; ALTER SYSTEM SET max_connections = 77;
      CREATE DATABASE closed ALLOW_CONNECTIONS false;
      CREATE DATABASE mess OWNER owner_of_things; REVOKE CONNECT ON DATABASE mess FROM PUBLIC;
      ALTER ROLE app IN DATABASE mess SET my.key TO 'a=b';
      ALTER DATABASE mess SET work_mem = '8MB'; SELECT pg_reload_conf();
      """)
    try _ = live.cluster.psql(
      """
      CREATE SCHEMA \(hostile) AUTHORIZATION \(hostile); SET search_path TO \(hostile);
      CREATE TABLE \(hostile) (id int); CREATE TABLE plain (id serial); CREATE VIEW v AS SELECT 1;
      CREATE TABLE parted (id int) PARTITION BY RANGE (id);
      GRANT SELECT ON \(hostile) TO \(hostile) WITH GRANT OPTION; GRANT INSERT ON \(hostile) TO PUBLIC, "PUBLIC";
      SET ROLE \(hostile); RESET ROLE;
      CREATE TYPE "T\(hostile.dropFirst()) AS ENUM ('a');
      CREATE FUNCTION \(hostile)(a "T\(hostile.dropFirst()), VARIADIC b text[]) RETURNS int LANGUAGE sql AS 'select 1';
      CREATE PROCEDURE p(a int, INOUT b text) LANGUAGE sql AS 'select b';
      REVOKE EXECUTE ON PROCEDURE p(int, text) FROM PUBLIC;
      ALTER DEFAULT PRIVILEGES FOR ROLE owner_of_things GRANT SELECT ON TABLES TO app;
      ALTER DEFAULT PRIVILEGES FOR ROLE owner_of_things IN SCHEMA \(hostile) GRANT EXECUTE ON FUNCTIONS TO app;
      ALTER DEFAULT PRIVILEGES FOR ROLE owner_of_things REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
      """, database: "mess")
  }

  private func checkRoles(_ observed: Observed) {
    #expect(observed.roles["app"]?.password == .matches(reference: .environment(variable: "P")))
    #expect(observed.roles["app"]?.attributes.connectionLimit == 7)
    #expect(observed.roles["app"]?.attributes.passwordValidUntil?.description == "2030-01-01 00:00:00 UTC")
    #expect(observed.roles["PUBLIC"]?.attributes.createDatabase == true)
    #expect(observed.roles["PUBLIC"]?.password == PasswordState.none)
    #expect(observed.roles[Self.hostile]?.comment == "it's = odd")
    #expect(observed.roles["pg_monitor"] != nil)
    let edges = observed.memberships.filter { $0.member == "app" }
    #expect(edges.map(\.role) == ["owner_of_things"] && edges.allSatisfy(\.admin))
    #expect(
      observed.settings.contains(
        ScopedSetting(scope: SettingScope(role: "app"), name: "search_path", value: #""$user", "Odd, path""#))
    )
    #expect(
      observed.settings.contains(
        ScopedSetting(scope: SettingScope(role: "app", database: "mess"), name: "my.key", value: "a=b")))
    #expect(observed.databases["mess"]?.owned["owner_of_things"] == 1)
  }

  private func checkContents(_ database: Database) {
    let hostile = Self.hostile
    #expect(database.owner == "owner_of_things")
    #expect(database.acl.privileges(of: .everybody) == .temporary)
    #expect(database.schemas[hostile]?.owner == hostile)
    let table = database.objects.states[ObjectID(kind: .table, schema: hostile, name: hostile)]
    #expect(table?.acl.privileges(of: .role("PUBLIC")) == .insert)
    #expect(table?.acl.privileges(of: .everybody) == .insert)
    #expect(table?.acl.entry(.role(hostile), grantor: "postgres")?.grantable == .select)
    let names = database.objects.states.keys.filter { $0.kind == .function }.map(\.name).sorted()
    let schema = "\"we\"\"ird\n\u{1b}[31m,=/(Ñ') \""
    let type = "\"Twe\"\"ird\n\u{1b}[31m,=/(Ñ') \""
    #expect(names == ["p(integer, text)", "\(hostile)(\(schema).\(type), text[])"])
    #expect(database.objects.states[ObjectID(kind: .sequence, schema: hostile, name: "plain_id_seq")] != nil)
    #expect(database.objects.states[ObjectID(kind: .table, schema: hostile, name: "parted")] != nil)
    #expect(database.defaultPrivileges.count == 3)
    #expect(database.extensions.keys.contains("plpgsql"))
  }

  /// The server's own reading of its lists is the oracle: as many single privileges as it counts.
  private func compareWithServer(_ live: LiveCatalog, _ observed: Observed) async throws {
    let count = try live.cluster.psql(
      """
      SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace,
        aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)))
      WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
      """, database: "mess")
    let states = observed.databases["mess"]?.objects.states.filter { [.table, .sequence].contains($0.key.kind) } ?? [:]
    let ours = states.values.flatMap(\.acl.entries).map { $0.privileges.keywords.count }.reduce(0, +)
    #expect(count == "\(ours)")
  }

  @Test(arguments: majors) func anAuditorSeesWhatItMay(major: Int) async throws {
    let live = try await LiveCatalog.start(major: major)
    try _ = live.cluster.psql("CREATE ROLE auditor LOGIN; CREATE ROLE app PASSWORD 'x'; CREATE DATABASE d")
    try _ = live.cluster.psql(
      "REVOKE CONNECT ON DATABASE postgres FROM PUBLIC; GRANT CONNECT ON DATABASE postgres TO auditor")
    let auditor = live.acting(as: "auditor")
    let observed = try await auditor.observe(auditor.instance("d"))
    #expect(observed.roles["app"]?.password == .unknown(because: "auditor may not read pg_authid"))
    #expect(observed.databases["d"]?.isRead == true)
    #expect(observed.capabilities.actsAs == ["auditor"])
    var managed = auditor.instance()
    managed.parameters.values = [:]
    await #expect(throws: SQLFailure.self) { _ = try await auditor.observe(managed) }
    try _ = live.cluster.psql(
      "GRANT pg_read_all_settings TO auditor; ALTER SYSTEM SET work_mem = '5MB'; SELECT pg_reload_conf()")
    #expect(try await auditor.observe(managed).layer["work_mem"] == "5120")
  }

  /// What an earlier look tells is not read again; all else is, and what the server says of that database from outside.
  @Test func aSecondLookReadsWhatMayHaveChanged() async throws {
    let live = try await LiveCatalog.start(major: 15)
    try _ = live.cluster.psql("CREATE ROLE app; CREATE DATABASE a; CREATE DATABASE b")
    let instance = live.instance("a", "b")
    let first = try await live.observe(instance)
    try _ = live.cluster.psql("ALTER DATABASE a OWNER TO app")
    for database in ["a", "b"] { _ = try live.cluster.psql("CREATE SCHEMA s", database: database) }
    let second = try await live.observe(instance, since: EarlierLook(first, changed: ["b"]), openOnly: ["b"])
    #expect(second.databases["b"]?.schemas["s"] != nil)
    #expect(second.databases["a"]?.owner == "app")
    #expect(second.databases["a"]?.schemas == first.databases["a"]?.schemas)
    #expect(second.databases["a"]?.isRead == true && second.databases["a"]?.objects == first.databases["a"]?.objects)
  }

  @Test func aCreatorsOwnEdgeIsTakenForWhatItIs() async throws {
    guard let major = Self.majors.first(where: { $0 >= 16 }) else { return }
    let live = try await LiveCatalog.start(major: major)
    try _ = live.cluster.psql("CREATE ROLE maker LOGIN CREATEROLE; SET ROLE maker; CREATE ROLE made")
    let maker = live.acting(as: "maker")
    let observed = try await maker.observe(maker.instance())
    let edges = observed.memberships.filter { $0.role == "made" }
    #expect(edges.map(\.member) == ["maker"] && edges.allSatisfy { $0.isAutomatic(for: observed) })
    #expect(observed.capabilities.administers == ["made"])
  }
}
