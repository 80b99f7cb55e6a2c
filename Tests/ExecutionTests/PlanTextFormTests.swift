import Diagnostics
import Foundation
import Model
import Planner
import SQL
import Testing

/// How a saved plan writes the objects that it is about.
@Suite struct ObjectGroupTexts {
  @Test(arguments: [
    ObjectGroup.database("orders"),
    ObjectGroup(database: "", kind: .tablespace, names: ["fast"]),
    ObjectGroup(database: "orders", kind: .schema, names: [""]),
    ObjectGroup(database: "orders", kind: .schema, names: []),
    ObjectGroup(database: "orders", kind: .table, schema: "app", names: ["customers", "payments"]),
    ObjectGroup(
      database: "a/b", kind: .function, schema: "%", names: ["f(integer, \"a/b\".t)", "100%", "%2F", "é\n\"%"]),
  ])
  func comesBack(_ group: ObjectGroup) throws {
    let text = try JSONEncoder().encode([group])
    #expect(try JSONDecoder().decode([ObjectGroup].self, from: text) == [group])
    let decoder = JSONDecoder()
    decoder.userInfo[.objectGroups] = ObjectGroupsRead()
    let often = try JSONEncoder().encode([group, .database("other"), group])
    #expect(try decoder.decode([ObjectGroup].self, from: often) == [group, .database("other"), group])
  }

  @Test func readsLikeAPath() throws {
    let group = ObjectGroup(database: "orders", kind: .table, schema: "a/b", names: ["customers", "50%"])
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    #expect(try String(decoding: encoder.encode([group]), as: UTF8.self) == #"["orders/table/a%2Fb/customers/50%25"]"#)
  }

  @Test(arguments: ["", "orders", "orders/table", "orders/tables/app/payments"])
  func whatNamesNoObjectsIsRefused(_ text: String) throws {
    let json = try JSONEncoder().encode([text])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([ObjectGroup].self, from: json) }
  }
}

/// How a saved plan writes what it says most often.
@Suite struct ShortTexts {
  @Test func granteesComeBack() throws {
    let grantees = [Grantee.everybody, .role("PUBLIC"), .role("amy"), .role("é \"%")]
    let text = try JSONEncoder().encode(grantees)
    #expect(String(decoding: text, as: UTF8.self).hasPrefix(#"["","PUBLIC","amy","#))
    #expect(try JSONDecoder().decode([Grantee].self, from: text) == grantees)
  }

  @Test func placesComeBack() throws {
    let places = [
      Diagnostics.SourceLocation(file: "specs/a.yaml", line: 3, column: 14),
      Diagnostics.SourceLocation(file: "C:/1:2:a", line: 1, column: 2),
      .wholeFile("x"), .wholeFile(""),
    ]
    let text = try JSONEncoder().encode(places)
    #expect(try JSONDecoder().decode([Diagnostics.SourceLocation].self, from: text) == places)
  }

  @Test(arguments: ["", "a.yaml", "1:a.yaml", "1:x:a.yaml"])
  func whatIsNoPlaceIsRefused(_ text: String) throws {
    let json = try JSONEncoder().encode([text])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Diagnostics.SourceLocation].self, from: json) }
  }

  @Test func statementsComeBack() throws {
    let statements = [
      SQLStatement.text("CREATE ROLE amy"), .password(role: "amy", reference: .environment(variable: "PGPASSWORD")),
    ]
    let text = try JSONEncoder().encode(statements)
    #expect(try JSONDecoder().decode([SQLStatement].self, from: text) == statements)
  }
}
