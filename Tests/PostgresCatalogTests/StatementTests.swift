import Model
import Planner
import PostgresCatalog
import SQL
import Testing

/// What each edit becomes. A rule a row; the server is asked in the live tests.
@Suite struct StatementTests {
  static let hostile = "we\"ird\n\u{1b}[31m Ñame"

  @Test(
    arguments: [
      (.createRole(name: "orders_ro", attributes: RoleAttributes()), "CREATE ROLE orders_ro"),
      (
        .createRole(name: hostile, attributes: RoleAttributes()), "CREATE ROLE \"we\"\"ird\n\u{1b}[31m Ñame\""
      ),
      (.createRole(name: "App", attributes: app), #"CREATE ROLE "App" LOGIN NOINHERIT CONNECTION LIMIT 50"#),
      (
        .alterRole(name: "user", attributes: app, fields: [.passwordValidUntil, .login]),
        #"ALTER ROLE "user" LOGIN VALID UNTIL 'infinity'"#
      ),
      (.renameRole(from: "a", to: "B"), #"ALTER ROLE a RENAME TO "B""#),
      (.dropRole(name: "PUBLIC"), #"DROP ROLE "PUBLIC""#),
      (.comment(role: "a", text: "it's\\"), #"COMMENT ON ROLE a IS E'it''s\\'"#),
      (.comment(role: "a", text: nil), "COMMENT ON ROLE a IS NULL"),
      (.createDatabase(name: "orders", owner: "o"), "CREATE DATABASE orders OWNER o"),
      (.createSchema(database: "d", name: "app", owner: nil), "CREATE SCHEMA app"),
      (.createExtension(database: "d", name: "uuid-ossp"), #"CREATE EXTENSION "uuid-ossp""#),
      (
        .setSetting(scope: SettingScope(role: "a"), name: "search_path", value: #""$user", public"#),
        "ALTER ROLE a SET search_path TO '$user', 'public'"
      ),
      (
        .setSetting(scope: SettingScope(role: "a", database: "d"), name: "my.key", value: "x"),
        "ALTER ROLE a IN DATABASE d SET my.key TO 'x'"
      ),
      (
        .setSetting(scope: SettingScope(database: "d"), name: "work_mem", value: nil),
        "ALTER DATABASE d RESET work_mem"
      ),
      (.setParameter(name: "DateStyle", value: "ISO, MDY"), #"ALTER SYSTEM SET "DateStyle" TO 'ISO, MDY'"#),
      (
        .setParameter(name: "shared_preload_libraries", value: "pg_stat_statements, auto_explain"),
        "ALTER SYSTEM SET shared_preload_libraries TO 'pg_stat_statements', 'auto_explain'"
      ),
      (
        .grantDefault(
          database: "d", of: DefaultPrivileges(owner: "o", schema: "s", kind: .function), to: .everybody,
          privileges: .execute),
        "ALTER DEFAULT PRIVILEGES FOR ROLE o IN SCHEMA s GRANT EXECUTE ON ROUTINES TO PUBLIC"
      ),
      (.reassignOwned(database: "d", from: "a", to: "b"), "REASSIGN OWNED BY a TO b"),
    ] as [(Edit, String)])
  func oneEdit(edit: Edit, text: String) {
    #expect(render([edit]) == [text])
  }

  static var app: RoleAttributes {
    var attributes = RoleAttributes()
    (attributes.login, attributes.inherit, attributes.connectionLimit) = (true, false, 50)
    return attributes
  }

  @Test(
    arguments: [
      (15, Membership(role: "r", member: "m", grantor: "g"), "GRANT r TO m"),
      (15, Membership(role: "r", member: "m", grantor: "g", admin: true), "GRANT r TO m WITH ADMIN OPTION"),
      (
        16, Membership(role: "r", member: "m", grantor: "applier", admin: true),
        "GRANT r TO m WITH ADMIN TRUE"
      ),
      (
        17, Membership(role: "r", member: "m", grantor: "g", inherit: true, set: false),
        "GRANT r TO m WITH INHERIT TRUE, SET FALSE GRANTED BY g"
      ),
    ] as [(Int, Membership, String)])
  func memberships(major: Int, edge: Membership, text: String) {
    #expect(render([.grantMembership(edge)], major: major) == [text])
  }

  @Test func aMembershipIsTakenFromTheGrantorWhoGaveIt() {
    let edge = Membership(role: "r", member: "m", grantor: "g")
    #expect(render([.revokeMembership(edge)], major: 16) == ["REVOKE r FROM m GRANTED BY g"])
    #expect(render([.revokeMembership(edge)], major: 15) == ["REVOKE r FROM m"])
  }

  @Test func equalGrantsShareAStatement() {
    let edits: [Edit] = [
      grant(["a", "b"], to: "x"), grant(["a", "b"], to: "y"), grant(["c"], schema: "t", to: "x"),
      grant(["c"], schema: "t", to: "y"), grant(["d"], to: "z", privileges: [.select, .insert]),
    ]
    #expect(
      render(edits) == [
        "GRANT SELECT ON TABLE s.a, s.b, t.c TO x, y", "GRANT SELECT, INSERT ON TABLE s.d TO z",
      ])
  }

  @Test func aStatementTakesAHundredObjects() {
    let names = (0..<250).map { "t\($0)" }
    let texts = render([grant(names, to: "x")])
    #expect(texts.map { $0.split(separator: ",").count } == [100, 100, 50])
  }

  @Test func aGrantWaitsForTheOptionThatItNeeds() {
    let edits: [Edit] = [
      grant(["a"], to: "x", grantor: "g"), grant(["b"], to: "g", grantable: true),
      grant(["b"], to: "x", grantor: "g"),
    ]
    #expect(
      render(edits, tables: ["a", "b"]) == [
        "SET LOCAL ROLE g", "GRANT SELECT ON TABLE s.a TO x", "RESET ROLE",
        "GRANT SELECT ON TABLE s.b TO g WITH GRANT OPTION", "SET LOCAL ROLE g",
        "GRANT SELECT ON TABLE s.b TO x",
        "RESET ROLE",
      ])
  }

  @Test func whatAnotherGrantedIsRevokedAsThatOther() {
    #expect(
      render([revoke("a", from: .everybody)], tables: ["a"], list: ["g=r*/o", "=r/g"]) == [
        "SET LOCAL ROLE g", "REVOKE SELECT ON TABLE s.a FROM PUBLIC", "RESET ROLE",
      ])
  }

  /// As long as a grantor has USAGE of its own there is nothing to lend, and nothing to take away on which others hang.
  @Test func aGrantorIsLetIntoASchemaOnceItHasLostIt() {
    let edits = [
      revoke("a", from: .role("x")), revoke(of: .schema, "s", from: .role("x"), privileges: .usage),
      revoke(of: .schema, "s", from: .role("g"), grantor: "o", privileges: .usage), revoke("b", from: .role("x")),
    ]
    let usage = ["o=UC/o", "g=U*/o", "x=U/g"].compactMap(ACLEntry.init(aclItem:))
    var before = observed(tables: ["a", "b"], list: ["o=r/o", "g=r*/o", "x=r/g"])
    before.databases["d"]?.schemas["s"] = Schema(owner: "o", acl: ACL(usage))
    var after = before
    after.databases["d"]?.schemas["s"] = Schema(owner: "o", acl: ACL(Array(usage.prefix(1))))
    #expect(
      render(edits, context(before, after)) == [
        "SET LOCAL ROLE g", "REVOKE SELECT ON TABLE s.a FROM x", "RESET ROLE",
        "SET LOCAL ROLE g", "REVOKE USAGE ON SCHEMA s FROM x", "RESET ROLE",
        "REVOKE USAGE ON SCHEMA s FROM g",
        "GRANT USAGE ON SCHEMA s TO g", "SET LOCAL ROLE g", "REVOKE SELECT ON TABLE s.b FROM x", "RESET ROLE",
        "REVOKE USAGE ON SCHEMA s FROM g",
      ])
  }

  /// Without its option the server would take another for the grantor, and revoke nothing.
  @Test func whoLostItsOptionIsLentIt() {
    #expect(
      render([revoke("a", from: .everybody)], tables: ["a"], list: ["g=rw/o", "=r/g"]) == [
        "GRANT SELECT ON TABLE s.a TO g WITH GRANT OPTION", "SET LOCAL ROLE g",
        "REVOKE SELECT ON TABLE s.a FROM PUBLIC", "RESET ROLE",
        "REVOKE GRANT OPTION FOR SELECT ON TABLE s.a FROM g CASCADE",
      ])
  }

  /// What the option on the table takes along when it goes comes back as it was: with the right to grant on, and without.
  @Test func whatWasLentOnATableLeavesItsColumnsAsTheyWere() {
    var observed = observed(tables: ["a"], list: ["g=w/o"])
    for (column, items) in [("i", ["x=r/g"]), ("j", ["g=r*w/o"]), ("k", ["g=r/o"])] {
      observed.databases["d"]?.objects.states[.column(column, of: "a", schema: "s")] = ObjectState(
        owner: "o", acl: ACL(items.compactMap(ACLEntry.init(aclItem:))))
    }
    observed.databases["d"]?.objects.indexColumns()
    #expect(
      render([revoke(of: .column, "a.i", from: .role("x"))], context(observed, observed)) == [
        "GRANT SELECT ON TABLE s.a TO g WITH GRANT OPTION", "SET LOCAL ROLE g",
        "REVOKE SELECT (i) ON TABLE s.a FROM x", "RESET ROLE", "REVOKE SELECT ON TABLE s.a FROM g",
        "GRANT SELECT (j) ON TABLE s.a TO g WITH GRANT OPTION", "GRANT SELECT (k) ON TABLE s.a TO g",
      ])
    // What the same step takes from the columns doesn't come back.
    var after = observed
    for column in ["i", "j"] {
      after.databases["d"]?.objects.states[.column(column, of: "a", schema: "s")]?.acl = ACL()
    }
    #expect(
      render([revoke(of: .column, "a.i", from: .role("x"))], context(observed, after)).suffix(2) == [
        "REVOKE SELECT ON TABLE s.a FROM g", "GRANT SELECT (k) ON TABLE s.a TO g",
      ])
  }

  /// On the table the option couldn't be taken back, for what its holder granted there.
  @Test func anOptionIsLentOnTheColumnWhereTheTableWouldHoldIt() {
    var observed = observed(tables: ["a"], list: ["g=w/o", "o=r/g"])
    observed.databases["d"]?.objects.states[.column("i", of: "a", schema: "s")] = ObjectState(
      owner: "o", acl: ACL(["x=r/g"].compactMap(ACLEntry.init(aclItem:))))
    observed.databases["d"]?.objects.indexColumns()
    #expect(
      render([revoke(of: .column, "a.i", from: .role("x"))], context(observed, observed)) == [
        "GRANT SELECT (i) ON TABLE s.a TO g WITH GRANT OPTION", "SET LOCAL ROLE g",
        "REVOKE SELECT (i) ON TABLE s.a FROM x", "RESET ROLE", "REVOKE SELECT (i) ON TABLE s.a FROM g",
      ])
  }

  /// Nor on the column, as long as another grant by it stays there.
  @Test func anOptionIsLentOnceForAllThatGoesOnAColumn() {
    var observed = observed(tables: ["a"], list: ["o=rw/g"])
    observed.databases["d"]?.objects.states[.column("i", of: "a", schema: "s")] = ObjectState(
      owner: "o", acl: ACL(["x=rw/g", "y=r/g"].compactMap(ACLEntry.init(aclItem:))))
    observed.databases["d"]?.objects.indexColumns()
    let column = ObjectGroup(database: "d", kind: .column, schema: "s", names: ["a.i"])
    let update = Edit.revoke(
      on: column, from: .role("x"), grantor: "g", privileges: [.select, .update], grantOptionOnly: false)
    #expect(
      render([update, revoke(of: .column, "a.i", from: .role("y"))], context(observed, observed)) == [
        "GRANT SELECT (i), UPDATE (i) ON TABLE s.a TO g WITH GRANT OPTION", "SET LOCAL ROLE g",
        "REVOKE SELECT (i), UPDATE (i) ON TABLE s.a FROM x", "REVOKE SELECT (i) ON TABLE s.a FROM y", "RESET ROLE",
        "REVOKE SELECT (i), UPDATE (i) ON TABLE s.a FROM g",
      ])
  }

  @Test(arguments: [
    ("f()", "s.f()"), ("f(integer, text[])", "s.f(integer, text[])"),
    (
      "F(x(timestamp with time zone, app.\"Mo,o\"\"d(\")",
      "s.\"F(x\"(timestamp with time zone, app.\"Mo,o\"\"d(\")"
    ),
    ("f(\"char\", \"any\")", "s.f(\"char\", \"any\")"),
  ])
  func routinesAreNamedBySignature(name: String, reference: String) {
    let group = ObjectGroup(database: "d", kind: .function, schema: "s", names: [name])
    let edit = Edit.grant(on: group, to: .role("x"), grantor: "o", privileges: .execute, grantable: false)
    #expect(render([edit]) == ["GRANT EXECUTE ON ROUTINE \(reference) TO x"])
  }

  @Test func aRevokeThatWouldDoNothingIsLeftOut() {
    let list = DefaultPrivileges(owner: "o", schema: "s", kind: .function)
    #expect(render([.revokeDefault(database: "d", of: list, from: .everybody, privileges: .execute)]) == [])
    let global = DefaultPrivileges(owner: "o", schema: nil, kind: .function)
    #expect(
      render([.revokeDefault(database: "d", of: global, from: .everybody, privileges: .execute)])
        == ["ALTER DEFAULT PRIVILEGES FOR ROLE o REVOKE EXECUTE ON ROUTINES FROM PUBLIC"])
  }

  @Test func batchesFollowDatabasesAndTransactions() {
    let edits: [Edit] = [
      .setParameter(name: "work_mem", value: "64MB"), .reload,
      .createRole(name: "a", attributes: RoleAttributes()),
      .setPassword(role: "a", reference: .environment(variable: "P")),
    ]
    let batches = sqlOperations(for: edits, context(observed(), observed())).compactMap {
      if case .sql(let batch) = $0 { batch } else { nil }
    }
    #expect(batches.map(\.isTransaction) == [false, true])
    #expect(batches.map(\.statements.count) == [2, 2])
    #expect(batches.map(\.database) == ["postgres", "postgres"])
  }

  @Test func whatBelongsToADatabaseSharesItsTransaction() {
    let edits: [Edit] = [
      .createSchema(database: "d", name: "s", owner: nil),
      .grant(on: .database("d"), to: .role("x"), grantor: "o", privileges: .connect, grantable: false),
    ]
    let batches = sqlOperations(for: edits, context(observed(), observed())).compactMap {
      if case .sql(let batch) = $0 { batch } else { nil }
    }
    #expect(batches.map(\.database) == ["d"])
  }
}

private func grant(
  _ names: [String], schema: String = "s", to grantee: String, privileges: PrivilegeSet = .select,
  grantor: String = "o", grantable: Bool = false
) -> Edit {
  .grant(
    on: ObjectGroup(database: "d", kind: .table, schema: schema, names: names), to: .role(grantee),
    grantor: grantor,
    privileges: privileges, grantable: grantable)
}

private func revoke(
  of kind: ObjectKind = .table, _ name: String, from grantee: Grantee, grantor: String = "g",
  privileges: PrivilegeSet = .select
) -> Edit {
  .revoke(
    on: ObjectGroup(database: "d", kind: kind, schema: kind == .schema ? "" : "s", names: [name]), from: grantee,
    grantor: grantor, privileges: privileges, grantOptionOnly: false)
}

private func observed(major: Int = 15, tables: [String] = [], list: [String] = []) -> Observed {
  var observed = Observed(presence: .running, version: ServerVersion(major: major))
  observed.capabilities.isSuperuser = true
  observed.databases["d"] = Database(owner: "o", acl: ACL())
  for name in tables {
    observed.databases["d"]?.objects.states[ObjectID(kind: .table, schema: "s", name: name)] =
      ObjectState(owner: "o", acl: ACL(list.compactMap(ACLEntry.init(aclItem:))))
  }
  return observed
}

private func context(_ before: Observed, _ after: Observed) -> StatementContext {
  StatementContext(
    version: before.version ?? ServerVersion(major: 15), user: "applier", maintenanceDatabase: "postgres",
    before: before, after: after)
}

private func render(_ edits: [Edit], _ context: StatementContext) -> [String] {
  statements(for: edits, context).map {
    if case .text(let text) = $0 { text.text } else { "password" }
  }
}

private func render(_ edits: [Edit], major: Int = 15, tables: [String] = [], list: [String] = []) -> [String] {
  let observed = observed(major: major, tables: tables, list: list)
  return render(edits, context(observed, observed))
}
