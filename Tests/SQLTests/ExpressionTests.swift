import SQL
import Testing

/// An expression of somebody else's can't leave the parentheses that it is put between.
@Suite struct ExpressionTests {
  @Test(arguments: [
    "true", "tenant_id = current_setting('app.tenant')::int", "(a, b) IN (SELECT x, y FROM app.t)",
    "name = 'O''Brien; --'", #"name = E'O\'Brien; )'"#, #""odd; "" name)" = 1"#, "note = $$it's ;) $$",
    "note = $tag$ $$ ); $tag$", "a$1 = b$", "tags[1] = 'x' AND (tags)[2:3] = ARRAY['y']", "a - -1 > b / 2",
    "a /* not ); /* nested */ here */ = 1", "a -- the tenant's );\n = 1", "U&'d\\0061t' = e", #"note = 'a\b'"#,
    "größe > 3", "now() < expires", "é'x'::text = 'y'",
  ])
  func isTakenWhole(text: String) {
    #expect(SQLExpression.fault(in: text) == nil)
    #expect(SQLExpression(text).map { "USING (\(expression: $0))" as SQLText }?.text == "USING (\(text))")
  }

  @Test(
    arguments: [
      ("", "holds no expression"), (" \n\t", "holds no expression"), ("/* nothing */", "holds no expression"),
      ("true) WITH CHECK (true", "doesn't open"), ("true); DROP TABLE t; --", "doesn't open"), ("(true", "open"),
      ("a[1)", "doesn't open"), ("a[1", "open"), ("true; DROP TABLE t", "ends a statement"),
      ("name = 'x", "string open"), ("name = 'x\\'); DROP TABLE t; --'", "in two ways"),
      ("name = 'x\\\\'", "in two ways"), (#"name = E'x\'"#, "string open"), ("\"x", "quoted name open"),
      ("$$ x", "dollar-quoted string open"), ("$a$ x $b$", "dollar-quoted string open"), ("a = $1", "parameter"),
      ("a = $ b", "lone `$`"), ("true -- and no more", "ends in a comment"), ("true /* /* */", "comment open"),
      ("true\u{0}", "NUL"),
    ])
  func isRefused(text: String, reason: String) {
    #expect(SQLExpression.fault(in: text)?.contains(reason) == true, "\(SQLExpression.fault(in: text) ?? "none")")
    #expect(SQLExpression(text) == nil)
  }

  @Test(arguments: [
    (#"(a = 'x'::text)"#, #"(a = 'x'::text)"#), (#"(a ~~ '%\\%'::text)"#, #"(a ~~ E'%\\\\%'::text)"#),
    (#"f('\'::text, 'it''s \'::text)"#, #"f(E'\\'::text, E'it''s \\'::text)"#),
    (#"("o\d""d'" = '')"#, #"("o\d""d'" = '')"#),
  ])
  func whatTheServerWritesIsReadByAllServers(written: String, expected: String) {
    #expect(SQLExpression.unambiguous(written) == expected)
    #expect(SQLExpression(expected) != nil)
  }
}
