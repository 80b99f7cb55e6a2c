import Foundation
import Model
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
