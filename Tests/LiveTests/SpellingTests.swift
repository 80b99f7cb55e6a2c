import TestServers
import Testing

/// Names that differ in the spelling of their characters alone (`é`, or `e` and an accent): one to Swift and to a reader, two to
/// PostgreSQL. The built program against real servers.
@Suite struct SpellingTests {
  /// One character, and two.
  private static let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
  private static let majors = [15, 16, 18].filter { PostgresBinaries.directory(major: $0) != nil }

  private struct Shop {
    let cluster: TestCluster
    let repository: ServerRepository

    init(major: Int, _ sql: String) async throws {
      (cluster, repository) = (try await TestCluster.start(major: major), try ServerRepository())
      try _ = cluster.psql("CREATE DATABASE shop")
      try _ = cluster.psql("CREATE SCHEMA app; CREATE TABLE app.t (id int); " + sql, database: "shop")
    }

    func write(_ access: String) throws { try repository.write(cluster.shop(access: access)) }

    func grant(to role: String, table: String = "t", schema: String = "app") throws {
      try write(
        """
        roles: { "\(role)": { login: true } }
        grants:
          - { to: "\(role)", in: "shop.\(schema)", schema: usage, table: { "\(table)": [select] } }
        """)
    }

    /// Nothing is planned, listed or written, and both names are told by their characters.
    func expectRefused(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) throws {
      for command in [["plan"], ["drift"], ["access"], ["apply", "--yes"]] {
        let outcome = try repository.run(command, sourceLocation: sourceLocation)
        #expect(outcome.status == 1, "\(command): \(outcome)", sourceLocation: sourceLocation)
        #expect(!outcome.stdout.contains("GRANT"), "\(outcome)", sourceLocation: sourceLocation)
        let text = unwrapped(outcome.stdout + outcome.stderr)
        for word in words { #expect(text.contains(word), "\(command): \(text)", sourceLocation: sourceLocation) }
      }
    }
  }

  /// What the server has twice, by kind. No spec names any of it.
  private static let twins: [(kind: String, sql: String)] = [
    ("roles", "CREATE ROLE \"\(composed)\"; CREATE ROLE \"\(decomposed)\" SUPERUSER"),
    ("schemas", "CREATE SCHEMA \"\(composed)\"; CREATE SCHEMA \"\(decomposed)\""),
    ("tables", "CREATE TABLE app.\"\(composed)\" (id int); CREATE TABLE app.\"\(decomposed)\" (id int)"),
    (
      "columns",
      "ALTER TABLE app.t ADD \"\(composed)\" int, ADD \"\(decomposed)\" int; "
        + "GRANT SELECT (\"\(composed)\"), UPDATE (\"\(decomposed)\") ON app.t TO PUBLIC"
    ),
    (
      "functions",
      "CREATE FUNCTION app.\"\(composed)\"() RETURNS int LANGUAGE sql RETURN 1; "
        + "CREATE FUNCTION app.\"\(decomposed)\"() RETURNS int LANGUAGE sql RETURN 1"
    ),
    (
      "policies",
      "CREATE POLICY \"\(composed)\" ON app.t USING (true); CREATE POLICY \"\(decomposed)\" ON app.t USING (false)"
    ),
  ]

  /// The server keeps a role's name as bytes, which a database in LATIN1 takes for other characters than one in UTF-8.
  @Test(arguments: majors) func aRoleThatAnotherDatabaseReadsOtherwiseIsNotCompared(major: Int) async throws {
    let shop = try await Shop(major: major, "")
    try _ = shop.cluster.psql(
      "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    try _ = shop.cluster.psql("CREATE ROLE \"\(Self.composed)\"")
    try _ = shop.cluster.psql("CREATE TABLE t (); GRANT SELECT ON t TO \"\(Self.composed)\"", database: "latin")
    try shop.repository.write(
      shop.cluster.shop(access: "roles: { \"\(Self.composed)\": {} }").replacing(
        "shop: {}", with: "shop: {}, latin: {}"
      )
      .replacing("[shop]", with: "[shop, latin]"))
    try shop.expectRefused("caf\\u{00C3}\\u{00A9}", "none of the server's", "another encoding")
  }

  /// Made where the server takes bytes for what they are. Such roles would be one to a program that reads UTF-8, and the
  /// names of such a database's own tables the server itself doesn't give out.
  @Test(arguments: majors, [true, false]) func namesThatAreNoTextAreNotCompared(major: Int, ofRoles: Bool) async throws
  {
    let shop = try await Shop(major: major, "")
    try _ = shop.cluster.psql(
      "CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    let what = ofRoles ? "ROLE \"caf' || chr(n) || '\"" : "TABLE \"caf' || chr(n) || '\" ()"
    try _ = shop.cluster.psql(
      "DO $$ DECLARE n int; BEGIN FOREACH n IN ARRAY '{232,233}'::int[] LOOP EXECUTE 'CREATE \(what)'; END LOOP; END $$",
      database: "bytes")
    try shop.grant(to: "reader")
    if ofRoles {
      try shop.expectRefused("caf\\u{FFFD}", "is not in UTF-8", "rename it on the server")
    } else {
      #expect(try shop.repository.run("plan").status == 0)
      try shop.repository.write(
        shop.cluster.shop(access: "roles: { reader: {} }").replacing("shop: {}", with: "shop: {}, bytes: {}")
          .replacing("[shop]", with: "[shop, bytes]"))
      try shop.expectRefused("invalid byte sequence for encoding")
    }
  }

  @Test(arguments: majors, twins.map(\.kind)) func twoOnTheServerAreNotCompared(major: Int, kind: String) async throws {
    let sql = try #require(Self.twins.first { $0.kind == kind }).sql
    let shop = try await Shop(major: major, sql)
    try shop.grant(to: "reader")
    try shop.expectRefused("caf\\u{00E9}", "cafe\\u{0301}", "rename one")
  }

  @Test(arguments: majors) func twoDatabasesAreNotCompared(major: Int) async throws {
    let shop = try await Shop(major: major, "")
    try _ = shop.cluster.psql("CREATE DATABASE \"\(Self.composed)\"")
    try _ = shop.cluster.psql("CREATE DATABASE \"\(Self.decomposed)\"")
    try shop.grant(to: "reader")
    try shop.expectRefused("caf\\u{00E9}", "cafe\\u{0301}")
  }

  @Test(arguments: majors, [true, false])
  func oneOnTheServerIsNotTheOtherOfTheSpecs(major: Int, specsAreComposed: Bool) async throws {
    let (ours, theirs) =
      specsAreComposed ? (Self.composed, Self.decomposed) : (Self.decomposed, Self.composed)
    let role = try await Shop(major: major, "CREATE ROLE \"\(theirs)\" LOGIN")
    try role.grant(to: ours)
    try role.expectRefused("in the specs", "caf\\u{00E9}", "cafe\\u{0301}")
    #expect(try role.cluster.psql("SELECT count(*) FROM pg_roles WHERE rolname = '\(ours)'") == "0")
    let table = try await Shop(major: major, "CREATE TABLE app.\"\(theirs)\" (id int)")
    try table.grant(to: "reader", table: ours)
    try table.expectRefused("in the specs", "caf\\u{00E9}", "cafe\\u{0301}")
    let column = try await Shop(major: major, "ALTER TABLE app.t ADD \"\(theirs)\" int")
    try column.write(
      """
      roles: { reader: {} }
      grants:
        - { to: reader, in: shop.app, schema: usage, table: { t: ["select (\(ours))"] } }
      """)
    let plan = try column.repository.run("plan")
    #expect(plan.status == 1 && plan.stdout.contains("caf\\u{00E9}"), "\(plan)")
    // A review reads no column on which nothing is granted.
    try _ = column.cluster.psql("GRANT UPDATE (\"\(theirs)\") ON app.t TO PUBLIC", database: "shop")
    try column.expectRefused("in the specs", "caf\\u{00E9}", "cafe\\u{0301}")
  }

  @Test(arguments: majors, [composed, decomposed])
  func aNameThatIsSpelledAlikeIsManaged(major: Int, name: String) async throws {
    let shop = try await Shop(
      major: major, "CREATE ROLE \"\(name)\"; CREATE SCHEMA \"\(name)\"; CREATE TABLE \"\(name)\".\"\(name)\" (id int)")
    try shop.grant(to: name, table: name, schema: name)
    try _ = shop.repository.heal(allowing: [])
    #expect(
      try shop.cluster.psql(
        """
        SELECT concat_ws(' ', rolcanlogin, has_table_privilege(oid, '"\(name)"."\(name)"', 'SELECT'))
        FROM pg_roles WHERE rolname = '\(name)'
        """, database: "shop") == "t t")
  }

  @Test(arguments: majors) func othersAlreadyThereDisturbNobody(major: Int) async throws {
    let shop = try await Shop(
      major: major, "CREATE ROLE \"\(Self.decomposed)\"; CREATE TABLE app.\"gru\u{308}n\" (id int)")
    try shop.write(
      """
      roles: { reader: {}, "\u{DF}": {} }
      grants:
        - { to: reader, in: shop.app, schema: usage, tables: [select] }
      """)
    try _ = shop.repository.heal(allowing: [])
    #expect(
      try shop.cluster.psql("SELECT has_table_privilege('reader', 'app.\"gru\u{308}n\"', 'SELECT')", database: "shop")
        == "t")
  }

  @Test(arguments: majors) func aRoleMadeOfASchemasNameIsNotAnotherOne(major: Int) async throws {
    let shop = try await Shop(
      major: major, "CREATE SCHEMA \"t_\(Self.decomposed)\"; CREATE ROLE \"t_\(Self.composed)_rw\"")
    try shop.write(
      """
      profiles: { read: { schema: [usage] } }
      bindings: [{ profile: read, in: "shop.t_*", role: "{schema}_rw" }]
      """)
    let plan = try shop.repository.run("plan")
    #expect(plan.status == 1, "\(plan)")
    let text = unwrapped(plan.stdout + plan.stderr)
    #expect(text.contains("t_cafe\\u{0301}_rw") && text.contains("t_caf\\u{00E9}_rw"), "\(text)")
  }

  @Test(arguments: majors) func aTextInAPolicyIsNotAnotherOne(major: Int) async throws {
    let shop = try await Shop(
      major: major,
      "ALTER TABLE app.t ADD n text; ALTER TABLE app.t ENABLE ROW LEVEL SECURITY; "
        + "CREATE POLICY p ON app.t USING (n = '\(Self.decomposed)')")
    for text in ["n = '\(Self.composed)'", "(n = '\(Self.composed)'::text)"] {
      try shop.write(
        """
        policies:
          - table: shop.app.t
            row_security: enabled
            policies: { p: { using: "\(text)" } }
        """)
      let plan = try shop.repository.run("plan", "--detailed-exitcode")
      #expect(plan.status != 0, "\(plan)")
    }
  }
}
