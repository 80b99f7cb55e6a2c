import FoundationEssentials

/// The number rises when a consumer that reads today's keys could read tomorrow's text wrongly. New keys
/// don't raise it.
package let jsonFormatVersion = 1

/// Our own documents always encode: their types hold strings, whole numbers, booleans, lists and each other.
func jsonText(_ document: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
  do {
    return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
  } catch {
    preconditionFailure("a document of ours does not encode: \(error)")
  }
}

/// A value that is written as `null` where it is missing, so that "not there" can be told from "not said".
struct Explicit: Encodable {
  let value: String?

  init(_ value: String?) { self.value = value }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}
