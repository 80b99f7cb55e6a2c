/// Names one thing of a repository or a platform: `instance/orders/database/app/schema/public`. Segments are
/// percent-encoded where they hold `/`, `%`, spaces or control characters.
package struct Address: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
  package let segments: [String]

  package init(_ segments: [String]) { self.segments = segments }

  package static func instance(_ name: String) -> Address { Address(["instance", name]) }

  package func appending(_ more: String...) -> Address { Address(segments + more) }

  package func appending(_ more: [String]) -> Address { Address(segments + more) }

  package static func < (left: Self, right: Self) -> Bool { left.segments.lexicographicallyPrecedes(right.segments) }

  package var description: String { segments.map(Self.encode).joined(separator: "/") }

  /// Reads the text form; `nil` where a segment is empty or an escape is broken.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(Self.decode)
    guard parts.allSatisfy({ $0?.isEmpty == false }) else { return nil }
    segments = parts.compactMap { $0 }
  }

  package init(from decoder: any Decoder) throws {
    let text = try String(from: decoder)
    guard let address = Self(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is not an address"))
    }
    self = address
  }

  package func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }

  /// Whether this address is `other` or stands above it.
  package func contains(_ other: Address) -> Bool { other.segments.starts(with: segments) }

  /// `NAME` of `instance/NAME/…`.
  package var instanceName: String? { segments.count > 1 && segments[0] == "instance" ? segments[1] : nil }

  private static func encode(_ segment: String) -> String {
    // Nearly every name is safe as it is, and a reading of specs makes many addresses.
    let isSafe = segment.utf8.allSatisfy {
      $0 > 0x20 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "%") && $0 != 0x7f
    }
    if isSafe { return segment }
    var text = ""
    for scalar in segment.unicodeScalars {
      if scalar == "/" || scalar == "%" || scalar.value <= 0x20 || scalar.value == 0x7f {
        text += "%" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16, uppercase: true)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func decode(_ part: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = part.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
        let value = UInt8(Substring(digits), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
