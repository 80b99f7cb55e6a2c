import SQL
import Testing

struct SQLRowsTests {
  @Test func cellsKeepTheirPlaces() {
    let rows = SQLRows(columns: ["a", "b"], rows: [["1", nil], [nil, ""], ["é", "x"]])
    #expect(rows.count == 3)
    #expect(rows[0, 0] == "1")
    #expect(rows[0, 1] == nil)
    #expect(rows[1, 0] == nil)
    #expect(rows[1, 1] == "")
    #expect(rows.map { $0["a"] } == ["1", nil, "é"])
    #expect(rows.map { $0[1] } == [nil, "", "x"])
    #expect(rows.firstCell == "1")
    #expect(SQLRows(columns: ["a"], rows: []).firstCell == nil)
  }
}

struct SecretTests {
  @Test func neverShows() {
    let secret = Secret("hunter2")
    var dumped = ""
    dump([secret: secret], to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), "\([secret])", dumped] {
      #expect(!text.contains("hunter2"))
    }
    #expect(secret.reveal() == "hunter2")
  }
}

struct SQLFailureTests {
  @Test(arguments: [
    ("40001", true), ("40P01", true), ("55P03", true), ("57P01", true), ("57P04", false), ("53300", true),
    ("08006", true), ("42501", false), ("28P01", false), ("57014", false),
  ])
  func transience(state: String, isTransient: Bool) {
    let failure = SQLFailure(.server, sqlState: state, message: "m", endpoint: "e")
    #expect(failure.isTransient == isTransient)
  }

  @Test func concurrentUpdateOfACatalogIsTransient() {
    let failure = SQLFailure(.server, sqlState: "XX000", message: "tuple concurrently updated", endpoint: "e")
    #expect(failure.isTransient)
    #expect(
      !SQLFailure(.server, sqlState: "XX000", message: "cache lookup failed", endpoint: "e").isTransient)
  }

  @Test func descriptionShowsNoControlCharacters() {
    let statement: SQLText = "DROP ROLE \(identifier: "a\u{1B}[2J\nb")"
    let failure = SQLFailure(
      .server, sqlState: "42704", message: "role \"a\u{1B}[2J\nb\" does not exist", statement: statement,
      endpoint: "database d on h:1 as u")
    #expect(
      failure.description == """
        database d on h:1 as u refused a statement: role "a\\u{1B}[2J\\nb" does not exist (SQLSTATE 42704); \
        statement: DROP ROLE "a\\u{1B}[2J b"
        """)
  }
}
