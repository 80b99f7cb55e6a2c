/// A set of PostgreSQL privileges.
///
/// - Source: PostgreSQL documentation, "Privileges", table "ACL Privilege Abbreviations".
package struct PrivilegeSet: OptionSet, Hashable, Sendable, Codable, CustomStringConvertible {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static let select = Self(rawValue: 1 << 0)
  package static let insert = Self(rawValue: 1 << 1)
  package static let update = Self(rawValue: 1 << 2)
  package static let delete = Self(rawValue: 1 << 3)
  package static let truncate = Self(rawValue: 1 << 4)
  package static let references = Self(rawValue: 1 << 5)
  package static let trigger = Self(rawValue: 1 << 6)
  package static let maintain = Self(rawValue: 1 << 7)
  package static let usage = Self(rawValue: 1 << 8)
  package static let create = Self(rawValue: 1 << 9)
  package static let connect = Self(rawValue: 1 << 10)
  package static let temporary = Self(rawValue: 1 << 11)
  package static let execute = Self(rawValue: 1 << 12)
  package static let set = Self(rawValue: 1 << 13)
  package static let alterSystem = Self(rawValue: 1 << 14)

  /// In the order in which they are shown.
  package static let table: [(privilege: Self, keyword: String, letter: Character)] = [
    (.select, "SELECT", "r"), (.insert, "INSERT", "a"), (.update, "UPDATE", "w"), (.delete, "DELETE", "d"),
    (.truncate, "TRUNCATE", "D"), (.references, "REFERENCES", "x"), (.trigger, "TRIGGER", "t"),
    (.maintain, "MAINTAIN", "m"), (.usage, "USAGE", "U"), (.create, "CREATE", "C"), (.connect, "CONNECT", "c"),
    (.temporary, "TEMPORARY", "T"), (.execute, "EXECUTE", "X"), (.set, "SET", "s"), (.alterSystem, "ALTER SYSTEM", "A"),
  ]

  /// Reads one privilege by its keyword in any case, with an underscore or a blank between its words; `temp` is
  /// PostgreSQL's short form of `temporary`.
  package init?(keyword: String) {
    let upper = String(keyword.uppercased().map { $0 == "_" ? " " : $0 })
    guard let row = Self.table.first(where: { $0.keyword == upper || (upper == "TEMP" && $0.keyword == "TEMPORARY") })
    else { return nil }
    self = row.privilege
  }

  package init(from decoder: any Decoder) throws {
    let text = try String(from: decoder)
    self = []
    for word in text.split(separator: ",") {
      guard let one = Self(keyword: word.drop { $0 == " " }.description) else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "`\(word)` is not a privilege"))
      }
      formUnion(one)
    }
  }

  package func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }

  package var keywords: [String] { Self.table.filter { contains($0.privilege) }.map(\.keyword) }

  /// `SELECT, INSERT`
  package var description: String { keywords.joined(separator: ", ") }
}
