/// A length of time in whole seconds, written `90s`, `30m`, `30h`, `7d`, `5w`.
package struct TimeSpan: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
  package var seconds: Int

  package init(seconds: Int) { self.seconds = seconds }

  package init?(_ text: String) {
    guard let unit = text.last.flatMap({ last in Self.units.first { $0.letter == last } }),
      let count = Int(text.dropLast()), count >= 0, text.first?.isNumber == true
    else { return nil }
    let (seconds, overflow) = count.multipliedReportingOverflow(by: unit.seconds)
    guard !overflow, seconds <= 100 * 366 * 86_400 else { return nil }
    self.seconds = seconds
  }

  package init(from decoder: any Decoder) throws { seconds = try Int(from: decoder) }

  package func encode(to encoder: any Encoder) throws { try seconds.encode(to: encoder) }

  package static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

  package var description: String {
    guard let unit = Self.units.first(where: { $0.letter != "w" && seconds % $0.seconds == 0 }), seconds != 0
    else { return "\(seconds)s" }
    return "\(seconds / unit.seconds)\(unit.letter)"
  }

  private static let units: [(letter: Character, seconds: Int)] = [
    ("w", 7 * 86_400), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
  ]
}
