import Model
import Planner
import PostgresCatalog
import SQL
import TestServers
import Testing

/// Row security on real servers: what is read, what expressions mean, and edits that leave what was foretold.
@Suite(.serialized) struct LiveRowSecurityTests {
  private static let table = ProtectedTable(database: "d", schema: "we\"ird", name: "Cust omers")

  private static let objects = """
    CREATE ROLE reader; CREATE ROLE "Odd, one";
    CREATE SCHEMA "we""ird";
    CREATE TABLE "we""ird"."Cust omers" (id int, tenant int, owner text, at timestamptz, note varchar(20), key uuid);
    CREATE TABLE "we""ird".members (tenant int, key uuid, name text);
    CREATE VIEW "we""ird".seen AS SELECT * FROM "we""ird"."Cust omers";
    CREATE TABLE "we""ird".plain (id int);
    """

  private static func start(_ major: Int) async throws -> LiveCatalog {
    let live = try await LiveCatalog.start(major: major)
    try _ = live.cluster.psql("CREATE DATABASE d")
    try _ = live.cluster.psql(objects, database: "d")
    return live
  }

  private static func instance(_ live: LiveCatalog, asking texts: Set<String>) -> DesiredInstance {
    var instance = live.instance("d")
    instance.access.otherExpressions = [table: texts]
    return instance
  }

  @Test(arguments: LiveObservationTests.majors) func editsLeaveWhatWasForetold(major: Int) async throws {
    let live = try await Self.start(major)
    let (table, instance) = (Self.table, Self.instance(live, asking: ["true"]))
    let start = try await live.observe(instance)
    #expect(start.rowSecurity(of: table) == RowSecurity())
    #expect(start.databases["d"]?.rowSecurity.tables.count == 1)
    let own = Policy(roles: [.role("Odd, one"), .role("reader")], using: "(tenant = 1)", check: "(tenant = 2)")
    let hold = Policy(isPermissive: false, command: .insert, check: "(id > 0)")
    let made = try await live.apply(
      [
        .createPolicy(on: table, name: "o\"wn", policy: own), .createPolicy(on: table, name: "hold", policy: hold),
        .createPolicy(on: table, name: "gone", policy: Policy(command: .delete, using: "true")),
        .setRowSecurity(on: table, to: .forced),
      ], to: instance)
    #expect(made.found.rowSecurity(of: table) == made.foretold.rowSecurity(of: table))
    var wider = own
    (wider.roles, wider.check) = ([.everybody], "(tenant = 3)")
    let changed = try await live.apply(
      [
        .alterPolicy(on: table, name: "o\"wn", policy: wider, fields: [.roles, .check]),
        .dropPolicy(on: table, name: "gone"), .setRowSecurity(on: table, to: .forcedOnceEnabled),
      ], to: instance)
    #expect(changed.found.rowSecurity(of: table) == changed.foretold.rowSecurity(of: table))
    #expect(changed.found.rowSecurity(of: table)?.policies.count == 2)
    let off = try await live.apply([.setRowSecurity(on: table, to: .disabled)], to: instance)
    #expect(off.found.rowSecurity(of: table) == off.foretold.rowSecurity(of: table))
  }

  /// By pairs: as an author writes it, and something that means another thing.
  private static let spellings: [(text: String, other: String)] = [
    ("tenant = current_setting('app.tenant')::int", "tenant = current_setting('app.tenant2')::int"),
    ("owner = current_user", "owner = session_user"),
    ("id in (1, 2,3)", "id in (1, 2, 4)"),
    ("note like 'a%' and id between 1 and 3", "note like 'a%' and id between 1 and 4"),
    ("note = 'x'", "note = 'X'"),
    ("at > now() - interval '1 day'", "at > now() - interval '2 days'"),
    ("key = nullif(current_setting('app.key', true), '')::uuid", "key = current_setting('app.key', true)::uuid"),
    (
      "exists (select 1 from \"we\"\"ird\".members m where m.tenant = \"Cust omers\".tenant and m.name = current_user)",
      "exists (select 1 from \"we\"\"ird\".members m where m.tenant = \"Cust omers\".tenant)"
    ),
    (
      "exists (select from \"we\"\"ird\".members m where m.tenant = current_setting('app.tenant')::int)",
      "exists (select from \"we\"\"ird\".members m where m.tenant = current_setting('app.other')::int)"
    ),
    (
      "tenant in (select m.tenant from \"we\"\"ird\".members m where m.key = current_setting('app.key')::uuid)",
      "tenant in (select m.tenant from \"we\"\"ird\".members m where m.key <> current_setting('app.key')::uuid)"
    ),
    ("tableoid = 'pg_class'::regclass or ctid is null", "tableoid = 'pg_class'::regclass"),
    ("case id when 1 then true else note is distinct from owner end", "case id when 1 then true else false end"),
    ("E'a\\'b' || owner = $q$it's$q$ /* why ) */ and not false", "E'a\\'b' || owner = $q$its$q$"),
    ("coalesce(tenant, 0) <> 1 or (id, tenant) = (1, 2)", "coalesce(tenant, 1) <> 1 or (id, tenant) = (1, 2)"),
    ("1 = 1", "1 = 2"),
  ]

  @Test(arguments: LiveObservationTests.majors) func expressionsAreComparedByMeaning(major: Int) async throws {
    let live = try await Self.start(major)
    for (number, pair) in Self.spellings.enumerated() {
      try _ = live.cluster.psql(
        "CREATE POLICY p\(number) ON \"we\"\"ird\".\"Cust omers\" USING (\(pair.text))", database: "d")
    }
    let texts = Set(Self.spellings.flatMap { [$0.text, $0.other] })
    let observed = try await live.observe(Self.instance(live, asking: texts))
    let readings = observed.readings(of: Self.table)
    #expect(readings.refused == [:] && readings.unknown == [:])
    for (number, pair) in Self.spellings.enumerated() {
      let form = observed.policy("p\(number)", on: Self.table)?.using
      #expect(readings.compare(pair.text, form) == .same, "\(pair.text) | \(form ?? "")")
      #expect(readings.compare(pair.other, form) == .different, "\(pair.other) | \(form ?? "")")
    }
  }

  /// What plans don't show: such texts are equal as texts or not known to be, and never taken for one another.
  @Test(arguments: LiveObservationTests.majors) func whatPlansHideIsNotTakenForEqual(major: Int) async throws {
    let live = try await Self.start(major)
    let texts = [
      "id in (select tenant from \"we\"\"ird\".members order by name limit 100)",
      "id in (select distinct on (tenant) tenant from \"we\"\"ird\".members order by tenant, name)",
      "id in (select sum(tenant) over (order by name rows 2 preceding) from \"we\"\"ird\".members)",
    ]
    let others = [
      texts[0].replacing("100", with: "10"), texts[1].replacing("on (tenant)", with: "on (tenant, name)"),
      texts[2].replacing("rows 2", with: "rows 3"),
    ]
    for (number, text) in texts.enumerated() {
      try _ = live.cluster.psql(
        "CREATE POLICY p\(number) ON \"we\"\"ird\".\"Cust omers\" USING (\(text))", database: "d")
    }
    let first = try await live.observe(Self.instance(live, asking: Set(others)))
    for (number, other) in others.enumerated() {
      let form = try #require(first.policy("p\(number)", on: Self.table)?.using)
      guard case .unknown(let reason) = first.readings(of: Self.table).compare(other, form) else {
        Issue.record("\(other) | \(form)")
        continue
      }
      #expect(reason.contains("LIMIT, DISTINCT ON or a window"))
      #expect(first.readings(of: Self.table).compare(" (\(form)) ", form) == .same)
    }
  }

  /// The server writes `'\'`, which another setting would read otherwise.
  @Test(arguments: LiveObservationTests.majors) func backslashesAreReadAndWritten(major: Int) async throws {
    let live = try await Self.start(major)
    try _ = live.cluster.psql(
      #"""
      CREATE POLICY p ON "we""ird"."Cust omers" USING (note LIKE '%\\%' OR split_part(note, '\', 1) = 'it''s \ "x"');
      ALTER DATABASE d SET standard_conforming_strings = off;
      """#, database: "d")
    let text = #"note like E'%\\\\%' or split_part(note, E'\\', 1) = E'it''s \\ "x"'"#
    let observed = try await live.observe(Self.instance(live, asking: [text]))
    let old = try #require(observed.policy("p", on: Self.table))
    #expect(observed.readings(of: Self.table).compare(text, old.using) == .same, "\(old)")
    let dropped = try await live.apply(
      [.dropPolicy(on: Self.table, name: "p")], to: Self.instance(live, asking: [text]))
    #expect(dropped.found.policy("p", on: Self.table) == nil)
    let back = try await live.apply(
      [.createPolicy(on: Self.table, name: "p", policy: old)], to: Self.instance(live, asking: [text]))
    #expect(back.found.policy("p", on: Self.table) == old)
    #expect(
      try live.cluster.psql(
        "SET standard_conforming_strings = on; SELECT pg_get_expr(polqual, polrelid) FROM pg_policy", database: "d"
      )
      .contains(#"(note)::text ~~ '%\\%'::text) OR (split_part((note)::text, '\'::text, 1) = 'it''s \ "x"'::text"#))
  }

  @Test(arguments: LiveObservationTests.majors) func whatIsNoConditionIsRefusedWithTheReason(major: Int) async throws {
    let live = try await Self.start(major)
    try _ = live.cluster.psql("CREATE POLICY p ON \"we\"\"ird\".\"Cust omers\" USING (true)", database: "d")
    let mistakes = [
      "tenent = 1": "column \"tenent\" does not exist", "id": "must be type boolean", "a b": "syntax error",
      "count(*) > 1": "aggregate", "members.id = 1": "missing FROM-clause",
      "far.f(id)": "schema \"far\" does not exist",
      "id = 'x'": "invalid input syntax",
    ]
    let observed = try await live.observe(Self.instance(live, asking: Set(mistakes.keys).union(["id = 1"])))
    let readings = observed.readings(of: Self.table)
    for (text, words) in mistakes {
      #expect(readings.refused[text]?.contains(words) == true, "\(text): \(readings.refused[text] ?? "taken")")
    }
    #expect(readings.refused.count == mistakes.count && readings.unknown == [:])
  }

  /// Without any right on the table; with none on its schema nothing can be told, and nothing is called a mistake.
  @Test(arguments: LiveObservationTests.majors) func aReaderNeedsTheSchemaAndNotTheTable(major: Int) async throws {
    let live = try await Self.start(major)
    try _ = live.cluster.psql("CREATE ROLE auditor LOGIN")
    try _ = live.cluster.psql(
      """
      CREATE POLICY p ON "we""ird"."Cust omers" USING (tenant = current_setting('app.tenant')::int);
      CREATE POLICY q ON "we""ird"."Cust omers" USING (exists (select from "we""ird".members));
      ALTER TABLE "we""ird"."Cust omers" ENABLE ROW LEVEL SECURITY;
      """, database: "d")
    let text = "tenant = current_setting('app.tenant')::int"
    let auditor = live.acting(as: "auditor")
    let blind = try await auditor.observe(Self.instance(live, asking: [text]))
    let form = blind.policy("p", on: Self.table)?.using
    guard case .unknown(let reason) = blind.readings(of: Self.table).compare(text, form) else {
      Issue.record("it can't be known")
      return
    }
    #expect(reason.contains("permission denied for schema") && blind.readings(of: Self.table).refused == [:])
    try _ = live.cluster.psql("GRANT USAGE ON SCHEMA \"we\"\"ird\" TO auditor", database: "d")
    let seeing = try await auditor.observe(Self.instance(live, asking: [text]))
    #expect(seeing.readings(of: Self.table).compare(text, form) == .same)
    #expect(seeing.readings(of: Self.table).unknown.count == 1)
  }

  /// While the observer looks, nothing above ACCESS SHARE is held or waited for, and nothing is written.
  @Test(arguments: LiveObservationTests.majors) func observingLocksNobodyOut(major: Int) async throws {
    let live = try await Self.start(major)
    for (number, pair) in Self.spellings.enumerated() {
      try _ = live.cluster.psql(
        "CREATE POLICY p\(number) ON \"we\"\"ird\".\"Cust omers\" USING (\(pair.text))", database: "d")
    }
    // A holder of all but ACCESS EXCLUSIVE would stop whoever asks for more than ACCESS SHARE.
    let holder = try await live.connect("d")
    _ = try await holder.query("BEGIN")
    for name in ["\"Cust omers\"", "members"] {
      _ = try await holder.query(name == "members" ? Self.lockMembers : Self.lockCustomers)
    }
    let texts = Set(Self.spellings.flatMap { [$0.text, $0.other] })
    let observed = try await live.observe(Self.instance(live, asking: texts))
    #expect(observed.readings(of: Self.table).unknown == [:])
    await holder.close()
  }

  private static let lockCustomers: SQLText = "LOCK TABLE \"we\"\"ird\".\"Cust omers\" IN EXCLUSIVE MODE"
  private static let lockMembers: SQLText = "LOCK TABLE \"we\"\"ird\".members IN EXCLUSIVE MODE"
}
