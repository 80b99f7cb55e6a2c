/// A moment, in whole seconds since 1970-01-01 00:00:00 UTC.
package struct Timestamp: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
  package var seconds: Int

  package init(seconds: Int) { self.seconds = seconds }

  package init(from decoder: any Decoder) throws { seconds = try Int(from: decoder) }

  package func encode(to encoder: any Encoder) throws { try seconds.encode(to: encoder) }

  package static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }
  package static func + (left: Self, right: TimeSpan) -> Self { Self(seconds: left.seconds + right.seconds) }
  package static func - (left: Self, right: TimeSpan) -> Self { Self(seconds: left.seconds - right.seconds) }
  package static func - (left: Self, right: Self) -> TimeSpan { TimeSpan(seconds: left.seconds - right.seconds) }

  /// `Sun`
  package var weekday: String {
    // 1970-01-01 was a Thursday.
    let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let days = floorDivide(seconds, 86_400)
    return names[days - floorDivide(days, 7) * 7]
  }

  /// `2026-11-22 14:03 UTC`
  package var minuteText: String { description.dropLast(" UTC".count + 3) + " UTC" }

  /// `2026-11-22 14:03:11 UTC`
  package var description: String {
    let (date, time) = (
      CivilDate(daysSince1970: floorDivide(seconds, 86_400)), seconds - floorDivide(seconds, 86_400) * 86_400
    )
    return "\(date) \(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60)) UTC"
  }
}

/// A day of the Gregorian calendar.
package struct CivilDate: Hashable, Sendable, CustomStringConvertible {
  package var year: Int
  package var month: Int
  package var day: Int

  /// Reads `2027-01-31`; `nil` for any other form and for days that don't exist.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "-") }), parts[0].count == 4,
      parts[1].count == 2, parts[2].count == 2,
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), year >= 1, month >= 1, day >= 1
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    guard CivilDate(daysSince1970: daysSince1970) == self else { return nil }
  }

  package init(daysSince1970 days: Int) {
    // Era arithmetic: years start in March, so that the leap day is the last day of a year.
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  package var daysSince1970: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = floorDivide(shiftedYear, 400)
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The first moment after this day: what "until 2027-01-31" means.
  package var end: Timestamp { Timestamp(seconds: (daysSince1970 + 1) * 86_400) }

  package var description: String {
    String(repeating: "0", count: max(0, 4 - String(year).count)) + "\(year)-\(two(month))-\(two(day))"
  }
}

private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

private func floorDivide(_ left: Int, _ right: Int) -> Int { left >= 0 ? left / right : -((-left + right - 1) / right) }
