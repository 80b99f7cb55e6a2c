import SQL
import Testing

struct QuotingTests {
  @Test(arguments: [
    ("orders", "orders"), ("_a1", "_a1"), ("Orders", #""Orders""#), ("user", #""user""#), ("name", "name"),
    ("1a", #""1a""#), ("", #""""#), ("a b", #""a b""#), (#"a"b"#, #""a""b""#),
    ("a\"\u{301}", "\"a\"\"\u{301}\""),
    ("pg_$x", #""pg_$x""#), ("é", #""é""#), ("x; drop table y", #""x; drop table y""#),
    ("system_user", #""system_user""#), ("json_table", #""json_table""#), ("merge", "merge"),
    ("a\nb", "\"a\nb\""), (#"a\"#, #""a\""#),
  ])
  func identifier(name: String, quoted: String) {
    let sql: SQLText = "\(identifier: name)"
    #expect(sql.text == quoted)
  }

  @Test(arguments: [
    ("", "''"), ("a", "'a'"), ("it's", "'it''s'"), (#"a\b"#, #"E'a\\b'"#), (#"\'"#, #"E'\\'''"#),
    ("'\u{301}", "'''\u{301}'"), ("'; drop table x --", "'''; drop table x --'"), ("a\nb", "'a\nb'"),
  ])
  func literal(value: String, quoted: String) {
    let sql: SQLText = "\(literal: value)"
    #expect(sql.text == quoted)
  }

  @Test func interpolationsTogether() {
    let table: SQLText = "\(qualified: ["app", "Order"])"
    let sql: SQLText = """
      GRANT select (\(identifiers: ["id", "user"])) ON \(sql: table) TO \(identifier: "r") \
      /* \(number: -3) \(literals: ["a", "b'"]) */
      """
    #expect(sql.text == #"GRANT select (id, "user") ON app."Order" TO r /* -3 'a', 'b''' */"#)
    #expect(SQLText.joined(["a", "b"], separator: ", ") == "a, b")
  }
}
