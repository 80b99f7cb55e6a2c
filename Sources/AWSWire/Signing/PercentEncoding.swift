/// Percent-encodes all but letters, digits, `-`, `_`, `.`, `~` and what else is to stay.
func percentEncoded(_ bytes: some Sequence<UInt8>, keeping others: [UInt8] = []) -> String {
  var encoded: [UInt8] = []
  for byte in bytes {
    if isUnreserved(byte) || others.contains(byte) {
      encoded.append(byte)
    } else {
      encoded += [UInt8(ascii: "%"), upperDigits[Int(byte >> 4)], upperDigits[Int(byte & 15)]]
    }
  }
  return String(decoding: encoded, as: UTF8.self)
}

/// As forms are written: a space is `+`.
func formEncoded(_ text: String) -> String {
  percentEncoded(text.utf8, keeping: [UInt8(ascii: " ")]).split(separator: " ", omittingEmptySubsequences: false)
    .joined(separator: "+")
}

/// The bytes behind percent-encoded text. A `%` that no two digits follow is one.
func percentDecoded(_ text: some StringProtocol) -> [UInt8] {
  let bytes = Array(text.utf8)
  var decoded: [UInt8] = []
  var index = 0
  while index < bytes.count {
    if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = hexDigit(bytes[index + 1]),
      let low = hexDigit(bytes[index + 2])
    {
      decoded.append(high << 4 | low)
      index += 3
    } else {
      decoded.append(bytes[index])
      index += 1
    }
  }
  return decoded
}

func lowercaseHexadecimal(_ bytes: [UInt8]) -> String {
  String(decoding: bytes.flatMap { [lowerDigits[Int($0 >> 4)], lowerDigits[Int($0 & 15)]] }, as: UTF8.self)
}

private let upperDigits = Array("0123456789ABCDEF".utf8)
private let lowerDigits = Array("0123456789abcdef".utf8)

private func isUnreserved(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"): true
  default: false
  }
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x41 + 10
  case 0x61...0x66: byte - 0x61 + 10
  default: nil
  }
}
