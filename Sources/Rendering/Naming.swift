import Diagnostics
import Model

/// A name among words: as it is, or in double quotes where it could be read as something else.
func named(_ name: String) -> String {
  let isPlain =
    !name.isEmpty
    && name.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil
        || "_-.$()@:+=".unicodeScalars.contains($0)
    }
  return isPlain ? name : name.inDoubleQuotes
}

func named(_ grantee: Grantee) -> String { grantee.role.map(named) ?? "PUBLIC" }

/// A value among words: quoted where its ends could not be seen, cut where nobody would read on.
func shown(_ value: String?) -> String {
  guard let value else { return "not set" }
  let count = value.unicodeScalars.count
  let cut =
    count > longestValue ? String(String.UnicodeScalarView(value.unicodeScalars.prefix(longestValue))) : value
  let needsQuotes = value.isEmpty || value.first == " " || value.last == " " || value == "not set"
  return (needsQuotes ? "\"\(cut)\"" : cut) + (count > longestValue ? "… (\(grouped(count)) characters)" : "")
}

private let longestValue = 200

/// `specs/orders.yaml:12`
func shown(_ location: SourceLocation) -> String {
  location.line == 0 ? location.file : "\(location.file):\(location.line)"
}

extension Address {
  /// The address under its instance, `parameter/work_mem`; empty for the instance itself.
  var short: String { Address(Array(segments.dropFirst(2))).description }

  /// The text form with everything a shell or a terminal would act on percent-encoded: it may be pasted
  /// unquoted.
  var pastable: String {
    let free = { (byte: UInt8) in
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "_./:@+-%".utf8.contains(byte)
    }
    return description.utf8.reduce(into: "") { text, byte in
      text +=
        free(byte)
        ? String(UnicodeScalar(byte))
        : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
  }
}
