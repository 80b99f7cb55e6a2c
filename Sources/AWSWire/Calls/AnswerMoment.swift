import FoundationEssentials
import Model

/// `2026-11-22T18:00:00Z`, with fractions of a second or without.
package func moment(_ text: String) -> Timestamp? {
  guard let date = try? Date(text, strategy: .iso8601) else { return nil }
  return Timestamp(seconds: Int(date.timeIntervalSince1970.rounded(.down)))
}
