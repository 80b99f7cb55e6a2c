import Model
import Planner
import Testing

@testable import PostgresCatalog

@Suite struct CatalogTextTests {
  @Test(
    arguments: [
      ("{}", []), ("{a,b}", ["a", "b"]), (#"{"a,b","c\"d\\",""}"#, ["a,b", "c\"d\\", ""]),
      ("{NULL,\"NULL\"}", ["NULL"]),
      ("{\"new\nline\"}", ["new\nline"]),
    ] as [(String, [String])])
  func arrays(text: String, elements: [String]) {
    #expect(arrayElements(text) == elements)
  }

  @Test(arguments: ["", "{", "a", "{\"a}", "{a"])
  func brokenArrays(text: String) {
    #expect(arrayElements(text) == nil)
  }

  @Test func listsOfHostileNames() throws {
    let text = #"{"\"we\"\"ird=/, name\"=r*w/\"O'wner\"",=U/postgres,"\"PUBLIC\"=C/postgres"}"#
    var reader = ACLReader(version: ServerVersion(major: 15))
    let acl = reader.read(text, kind: .table, owner: "o")
    let entry = try #require(acl.entry(.role("we\"ird=/, name"), grantor: "O'wner"))
    #expect(entry.privileges == [.select, .update])
    #expect(entry.grantable == .select)
    #expect(acl.privileges(of: .everybody) == .usage)
    #expect(acl.privileges(of: .role("PUBLIC")) == .create)
  }

  @Test func noListIsTheInitialOne() {
    var reader = ACLReader(version: ServerVersion(major: 17))
    let acl = reader.read(nil, kind: .function, owner: "o")
    #expect(acl.privileges(of: .everybody) == .execute)
  }

  @Test(arguments: [
    ("$user,  public", #""$user", public"#), (#""$user", public"#, #""$user", public"#), ("App", #""App""#),
    ("", ""),
    (#""a""b""#, #""a""b""#),
  ])
  func listSettings(value: String, canonical: String) {
    #expect(ListSetting.canonical(value, of: "search_path") == canonical)
    #expect(ListSetting.canonical(value, of: "work_mem") == value)
  }

  @Test func anElementOfAListIsAName() {
    let value = DesiredParameter.Value.list(["$user", "Odd, one", "app"])
    #expect(ListSetting.canonical(value, of: "search_path") == #""$user", "Odd, one", app"#)
    #expect(ListSetting.canonical(value, of: "log_destination") == "$user, Odd, one, app")
  }
}
