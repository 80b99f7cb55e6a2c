import FoundationEssentials
import NativeClients

/// A record as a line of text: one JSON object whose first member is the SHA-256 of all that comes after it, so that no
/// byte of a line can change unnoticed, the last line included.
struct JournalLine {
  var record: JournalRecord
  var digest: String

  private static let start = #"{"digest":""#
  private static let separator = "\","

  /// The bytes of the line, with its newline.
  static func encode(_ record: JournalRecord) -> (bytes: [UInt8], digest: String) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Records hold only text, whole numbers and enums of ours, all of which JSON can say.
    let body = [UInt8](try! encoder.encode(record)).dropFirst()
    let digest = sha256Hex(Array(body))
    return (Array((start + digest + separator).utf8) + body + [newline], digest)
  }

  /// `nil` where a byte isn't what was written.
  init?(_ line: ArraySlice<UInt8>) {
    let head = Self.start.utf8.count + 64 + Self.separator.utf8.count
    guard line.count > head, line.starts(with: Self.start.utf8) else { return nil }
    let body = Array(line.dropFirst(head))
    digest = sha256Hex(body)
    guard line.prefix(head).elementsEqual((Self.start + digest + Self.separator).utf8),
      let record = try? JSONDecoder().decode(JournalRecord.self, from: Data([UInt8(ascii: "{")] + body))
    else { return nil }
    self.record = record
  }
}

let newline = UInt8(ascii: "\n")
