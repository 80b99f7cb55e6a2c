import Model
import NativeClients

/// Names a run: `20261122-140311-a1b2`. Sorts by time and is short enough to type.
package struct RunID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  package var text: String

  package init(_ text: String) { self.text = text }

  /// - Parameter salt: tells apart what began in the same second.
  package init(at moment: Timestamp, salt: [UInt8] = randomBytes(2)) {
    let digits = moment.description.filter(\.isNumber)
    text = "\(digits.prefix(8))-\(digits.dropFirst(8))-\(hexadecimal(salt))"
  }

  package init(from decoder: any Decoder) throws { text = try String(from: decoder) }

  package func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }

  package static func < (left: Self, right: Self) -> Bool { left.text < right.text }

  package var description: String { text }
}
