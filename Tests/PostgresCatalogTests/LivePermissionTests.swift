import Model
import Planner
import PlatformKit
import PostgresCatalog
import SQL
import TestServers
import Testing

/// What planning foretells of a user's rights is what the server says.
@Suite(.serialized) struct LivePermissionTests {
  @Test(arguments: LiveObservationTests.majors) func theServerRefusesWhatWasForetold(major: Int) async throws {
    let live = try await LiveCatalog.start(major: major)
    try _ = live.cluster.psql(
      """
      CREATE ROLE maker LOGIN CREATEROLE; CREATE ROLE boss SUPERUSER; CREATE ROLE stranger; CREATE ROLE other;
      CREATE ROLE quiet NOINHERIT LOGIN CREATEROLE; GRANT stranger TO quiet; CREATE ROLE lent; GRANT lent TO maker WITH ADMIN OPTION; CREATE ROLE held; GRANT held TO maker;
      CREATE DATABASE d OWNER held; CREATE DATABASE foreign_one;
      SET ROLE maker; CREATE ROLE made;
      """)
    try _ = live.cluster.psql(
      """
      CREATE SCHEMA mine AUTHORIZATION held; CREATE SCHEMA theirs AUTHORIZATION stranger;
      CREATE TABLE theirs.t (i int); ALTER TABLE theirs.t OWNER TO stranger;
      """, database: "d")
    for user in ["maker", "quiet"] {
      let acting = live.acting(as: user)
      let observed = try await acting.observe(acting.instance("d"))
      for edit in Self.edits(major: major, user: user) {
        let foretold = obstacles(to: [edit], observed: observed).first?.message
        let refusal = try await refusal(of: edit, observed, acting)
        #expect(
          (foretold == nil) == (refusal == nil),
          "\(user): \(edit): \(foretold ?? "allowed"), \(refusal ?? "done")")
      }
    }
  }

  private static func edits(major: Int, user: String) -> [Edit] {
    var (database, replication, login) = (RoleAttributes(), RoleAttributes(), RoleAttributes())
    (database.createDatabase, replication.replication, login.login) = (true, true, true)
    return [
      .createRole(name: "r", attributes: login), .createRole(name: "r", attributes: database),
      .createRole(name: "r", attributes: replication),
      .alterRole(name: "made", attributes: login, fields: [.login]),
      .alterRole(name: "stranger", attributes: login, fields: [.login]),
      .alterRole(name: "boss", attributes: login, fields: [.login]),
      .dropRole(name: "other"), .dropRole(name: "made"), .renameRole(from: "other", to: "another"),
      .comment(role: "made", text: "x"), .comment(role: "other", text: "x"),
      .grantMembership(edge("lent", "other", major, user)),
      .grantMembership(edge("stranger", "other", major, user)),
      .grantMembership(edge("boss", "other", major, user)),
      .grantMembership(edge("made", "other", major, user)),
      .setSetting(scope: SettingScope(role: "maker"), name: "work_mem", value: "8MB"),
      .setSetting(scope: SettingScope(role: "other"), name: "work_mem", value: "8MB"),
      .setSetting(scope: SettingScope(database: "d"), name: "work_mem", value: "8MB"),
      .setSetting(scope: SettingScope(database: "foreign_one"), name: "work_mem", value: "8MB"),
      .setDatabaseOwner(database: "foreign_one", owner: "maker"),
      .createSchema(database: "d", name: "new", owner: nil),
      .createSchema(database: "d", name: "new", owner: "stranger"),
      .createSchema(database: "d", name: "new", owner: "held"),
      .setSchemaOwner(database: "d", schema: "theirs", owner: "maker"),
      .dropSchema(database: "d", name: "mine"),
      .grant(on: schema("mine"), to: .role("other"), grantor: "held", privileges: .usage, grantable: false),
      .revoke(
        on: schema("mine"), from: .role("held"), grantor: "held", privileges: .usage, grantOptionOnly: false),
      .grant(
        on: schema("public"), to: .role("other"), grantor: "pg_database_owner", privileges: .create,
        grantable: false),
      .grant(
        on: schema("theirs"), to: .role("other"), grantor: "stranger", privileges: .usage, grantable: false),
      .setSchemaOwner(database: "d", schema: "public", owner: "maker"),
      .grantDefault(database: "d", of: defaults("held"), to: .role("other"), privileges: .select),
      .grantDefault(database: "d", of: defaults("stranger"), to: .role("other"), privileges: .select),
      .reassignOwned(database: "d", from: "stranger", to: "held"),
    ]
  }

  private static func edge(_ role: String, _ member: String, _ major: Int, _ user: String) -> Membership {
    let option = major >= 16 ? true : nil
    return Membership(role: role, member: member, grantor: user, inherit: option, set: option)
  }

  private static func schema(_ name: String) -> ObjectGroup {
    ObjectGroup(database: "d", kind: .schema, names: [name])
  }

  private static func defaults(_ owner: String) -> DefaultPrivileges {
    DefaultPrivileges(owner: owner, schema: nil, kind: .table)
  }

  /// Tries the edit and takes it back.
  private func refusal(of edit: Edit, _ observed: Observed, _ live: LiveCatalog) async throws -> String? {
    let context = StatementContext(
      version: try #require(observed.version), user: live.user, maintenanceDatabase: "postgres",
      before: observed,
      after: observed)
    guard case .sql(let batch)? = sqlOperations(for: [edit], context).first else { return nil }
    let connection = try await live.connect(batch.database)
    _ = try await connection.query("BEGIN")
    var refusal: String?
    for case .text(let text) in batch.statements where refusal == nil {
      do throws(SQLFailure) { _ = try await connection.query(text) } catch { refusal = error.message }
    }
    await connection.close()
    return refusal
  }
}
