import Model
import Planner
import PlatformKit
import PostgresCatalog
import SQL
import TestServers
import Testing

/// Edits done for real leave what the simulator foretold.
@Suite(.serialized) struct LiveEditTests {
  private static let hostile = "we\"ird\n\u{1b}[31m,=/(Ñ') "

  @Test(arguments: LiveObservationTests.majors) func whatIsAppliedIsWhatWasForetold(major: Int) async throws {
    let live = try await LiveCatalog.start(major: major)
    let shared = try await live.apply(Self.sharedEdits(major: major), to: live.instance())
    expectEqual(shared.found, shared.foretold)
    try _ = live.cluster.psql(Self.objects, database: "d")
    let inside = try await live.apply(Self.contentEdits(major: major), to: live.instance("d"))
    expectEqual(inside.found, inside.foretold)
    let back = try await live.apply(Self.backwards(major: major), to: live.instance("d"))
    expectEqual(back.found, back.foretold)
    #expect(back.found.databases["d"]?.countOwned(by: "owner") == 0)
    // Its own session changes the value at once, so only the layer is foretold exactly.
    let system = try await live.apply(
      [
        .setParameter(name: "work_mem", value: "64MB"),
        .setParameter(name: "search_path", value: #""$user", "Odd, one""#),
        .setParameter(name: "shared_preload_libraries", value: "auto_explain"), .reload,
      ], to: live.instance())
    #expect(
      system.found.layer == [
        "work_mem": "64MB", "search_path": #""$user", "Odd, one""#,
        "shared_preload_libraries": "auto_explain",
      ])
  }

  private func expectEqual(_ found: Observed, _ foretold: Observed) {
    #expect(found.memberships == foretold.memberships)
    #expect(found.settings == foretold.settings)
    #expect(found.roles.keys.sorted() == foretold.roles.keys.sorted())
    for (name, role) in found.roles where !name.hasPrefix("pg_") {
      #expect(role.attributes == foretold.roles[name]?.attributes)
      #expect(role.comment == foretold.roles[name]?.comment)
    }
    for (name, database) in found.databases {
      let other = foretold.databases[name]
      #expect(database.owner == other?.owner && database.acl == other?.acl, "\(name)")
      guard database.isRead else { continue }
      #expect(database.schemas == other?.schemas)
      #expect(database.objects.states == other?.objects.states)
      #expect(database.defaultPrivileges == other?.defaultPrivileges)
      #expect(database.extensions.keys.sorted() == other?.extensions.keys.sorted())
    }
  }

  private static func sharedEdits(major: Int) -> [Edit] {
    var login = RoleAttributes()
    (login.login, login.connectionLimit, login.passwordValidUntil) = (
      true, 3, Timestamp(seconds: 1_900_000_000)
    )
    var nothing = RoleAttributes()
    nothing.inherit = false
    return [
      .createRole(name: "owner", attributes: RoleAttributes()),
      .createRole(name: "PUBLIC", attributes: login),
      .createRole(name: hostile, attributes: login), .createRole(name: "old", attributes: RoleAttributes()),
      .alterRole(name: hostile, attributes: nothing, fields: RoleAttributes.Field.allCases),
      .renameRole(from: "old", to: "New"), .comment(role: hostile, text: "it's\n\\odd"),
      .grantMembership(edge("owner", "PUBLIC", major)),
      .grantMembership(edge("owner", hostile, major, admin: true)),
      .grantMembership(edge("owner", hostile, major)), .grantMembership(edge("New", "PUBLIC", major)),
      .revokeMembership(edge("New", "PUBLIC", major)),
      .setSetting(
        scope: SettingScope(role: "PUBLIC"), name: "search_path", value: #""$user", "Odd, ""one""""#),
      .setSetting(scope: SettingScope(role: hostile), name: "my.key", value: "a'b\\c"),
      .setPassword(role: hostile, reference: .environment(variable: "P")),
      .createDatabase(name: "d", owner: "owner"), .createDatabase(name: "e", owner: nil),
      .renameDatabase(from: "e", to: hostile), .setDatabaseOwner(database: hostile, owner: "New"),
    ]
  }

  private static func edge(_ role: String, _ member: String, _ major: Int, admin: Bool = false) -> Membership {
    let option = major >= 16 ? true : nil
    return Membership(
      role: role, member: member, grantor: "postgres", admin: admin, inherit: option, set: option)
  }

  private static let objects = """
    CREATE SCHEMA s; CREATE TABLE s.a (i int); CREATE TABLE s."B" (i serial); CREATE VIEW s.v AS SELECT 1;
    CREATE FUNCTION s.f(a int, b text[]) RETURNS int LANGUAGE sql AS 'select 1';
    CREATE PROCEDURE s.p("A" "char", c timestamptz) LANGUAGE sql AS 'select 1';
    """

  private static func group(_ kind: ObjectKind, _ names: [String]) -> ObjectGroup {
    ObjectGroup(database: "d", kind: kind, schema: kind == .schema ? "" : "s", names: names)
  }

  private static func contentEdits(major: Int) -> [Edit] {
    let tables = group(.table, ["B", "a", "v"])
    return [
      .createSchema(database: "d", name: hostile, owner: "owner"),
      .setSchemaOwner(database: "d", schema: "s", owner: "owner"),
      .setSetting(scope: SettingScope(role: "PUBLIC", database: "d"), name: "work_mem", value: "8MB"),
      .setSetting(scope: SettingScope(database: "d"), name: "statement_timeout", value: "30s"),
      .revoke(
        on: .database("d"), from: .everybody, grantor: "owner", privileges: .connect, grantOptionOnly: false),
      .grant(
        on: .database("d"), to: .role("PUBLIC"), grantor: "owner", privileges: [.connect, .create],
        grantable: false),
      .grant(
        on: group(.schema, ["s"]), to: .role("PUBLIC"), grantor: "owner", privileges: .usage, grantable: false
      ),
      .grant(
        on: tables, to: .role("PUBLIC"), grantor: "postgres", privileges: [.select, .insert], grantable: true),
      .grant(on: tables, to: .role(hostile), grantor: "postgres", privileges: .select, grantable: false),
      .grant(
        on: group(.table, ["a"]), to: .everybody, grantor: "PUBLIC", privileges: .select, grantable: false),
      .grant(
        on: group(.sequence, ["B_i_seq"]), to: .role(hostile), grantor: "postgres",
        privileges: [.usage, .select],
        grantable: false),
      .revoke(
        on: group(.function, ["f(integer, text[])", "p(\"char\", timestamp with time zone)"]),
        from: .everybody,
        grantor: "postgres", privileges: .execute, grantOptionOnly: false),
      .grant(
        on: group(.function, ["f(integer, text[])"]), to: .role("New"), grantor: "postgres",
        privileges: .execute,
        grantable: false),
      .grantDefault(
        database: "d", of: DefaultPrivileges(owner: "owner", schema: "s", kind: .table), to: .role("New"),
        privileges: .select),
      .revokeDefault(
        database: "d", of: DefaultPrivileges(owner: "owner", schema: nil, kind: .function), from: .everybody,
        privileges: .execute),
    ]
  }

  private static func backwards(major: Int) -> [Edit] {
    [
      .revoke(
        on: group(.table, ["a"]), from: .everybody, grantor: "PUBLIC", privileges: .select,
        grantOptionOnly: false),
      .revoke(
        on: group(.table, ["B", "a", "v"]), from: .role("PUBLIC"), grantor: "postgres", privileges: .insert,
        grantOptionOnly: true),
      .grantDefault(
        database: "d", of: DefaultPrivileges(owner: "owner", schema: nil, kind: .function), to: .everybody,
        privileges: .execute),
      .setSetting(scope: SettingScope(role: "PUBLIC", database: "d"), name: "work_mem", value: nil),
      .dropSchema(database: "d", name: hostile),
      .reassignOwned(database: "d", from: "owner", to: "New"),
    ]
  }

  @Test func nothingStaysOfAFailedTransaction() async throws {
    let live = try await LiveCatalog.start(major: 15)
    let batch = SQLBatch(
      database: "postgres", isTransaction: true,
      statements: [.text("CREATE ROLE one"), .text("CREATE ROLE one"), .text("CREATE ROLE two")])
    let failure = await #expect(throws: ApplyFailure.self) { try await live.run(batch) }
    #expect(failure?.leftNothing == true && failure?.isTransient == false)
    #expect(try live.cluster.psql("SELECT count(*) FROM pg_roles WHERE rolname IN ('one', 'two')") == "0")
  }

  @Test func aMissingSecretIsFoundBeforeAnythingIsSent() async throws {
    let live = try await LiveCatalog.start(major: 15)
    let batch = SQLBatch(
      database: "postgres", isTransaction: true,
      statements: [
        .text("CREATE ROLE one"), .password(role: "one", reference: .environment(variable: "ABSENT")),
      ])
    let failure = await #expect(throws: ApplyFailure.self) { try await live.run(batch) }
    #expect(failure?.leftNothing == true)
    #expect(failure?.message.contains("env ABSENT") == true)
  }

  @Test func whoHoldsALockIsNamed() async throws {
    let live = try await LiveCatalog.start(major: 15)
    try _ = live.cluster.psql("CREATE TABLE t (i int); CREATE ROLE r")
    let holder = try await live.connect()
    _ = try await holder.script(["SET application_name TO 'night job'", "BEGIN", "LOCK TABLE t"])
    let batch = SQLBatch(
      database: "postgres", isTransaction: true, lockTimeoutMilliseconds: 100,
      statements: [.text("ALTER TABLE t ADD j int")])
    let failure = await #expect(throws: ApplyFailure.self) { try await live.run(batch) }
    #expect(failure?.isTransient == true && failure?.leftNothing == true)
    #expect(failure?.hint?.contains("night job") == true)
    await holder.close()
  }

  @Test func noPasswordGetsIntoTheLog() async throws {
    let live = try await LiveCatalog.start(
      major: 15, settings: ["log_statement": "all", "log_min_duration_statement": "0", "log_duration": "on"])
    let batch = SQLBatch(
      database: "postgres", isTransaction: true,
      statements: [
        .text("CREATE ROLE r LOGIN"), .password(role: "r", reference: .environment(variable: "P")),
        .password(role: "not there", reference: .environment(variable: "P")),
      ])
    await #expect(throws: ApplyFailure.self) { try await live.run(batch) }
    #expect(live.cluster.logText.contains("CREATE ROLE r LOGIN"))
    #expect(!live.cluster.logText.contains("SCRAM-SHA-256$"))
    #expect(!live.cluster.logText.contains(FixedSecrets.password))
  }
}
