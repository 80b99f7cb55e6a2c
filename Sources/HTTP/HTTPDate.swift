/// The second since 1970 that a `Date` or `Retry-After` header names; `nil` where it is no date.
///
/// - Shape: the three forms of RFC 9110, section 5.6.7. The name of the day is not checked, since it adds nothing.
package func secondsSince1970(httpDate text: String) -> Int? {
  let words = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "-" }).map(String.init)
  // Sun, 06 Nov 1994 08:49:37 GMT | Sunday, 06-Nov-94 08:49:37 GMT | Sun Nov  6 08:49:37 1994
  if words.count == 6, words[5] == "GMT" {
    return seconds(year: words[3], month: words[2], day: words[1], time: words[4])
  }
  if words.count == 5 {
    return seconds(year: words[4], month: words[1], day: words[2], time: words[3])
  }
  return nil
}

/// How long a server asks to wait by `Retry-After`, in seconds or as a date; `nil` where it doesn't, or unreadably.
///
/// A date is read against the answer's own `Date`: our clock may be wrong, and theirs is the one they counted by.
/// - Parameter now: seconds since 1970, used where the answer has no `Date`.
package func retryAfter(of response: HTTPResponse, now: Int) -> Duration? {
  guard let text = response.header("retry-after") else { return nil }
  if let seconds = digits(text, atMost: 9) { return .seconds(seconds) }
  guard let then = secondsSince1970(httpDate: text) else { return nil }
  let theirs = response.header("date").flatMap { secondsSince1970(httpDate: $0) }
  return .seconds(max(0, then - (theirs ?? now)))
}

private let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

private func seconds(year: String, month: String, day: String, time: String) -> Int? {
  let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { digits(String($0), atMost: 2) }
  guard let year = fullYear(year), let month = months.firstIndex(of: month), let day = digits(day, atMost: 2),
    clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
    (1...31).contains(day), hour < 24, minute < 60, second <= 60
  else { return nil }
  return daysSince1970(year: year, month: month + 1, day: day) * 86_400 + hour * 3_600 + minute * 60 + second
}

/// Two digits are of the obsolete form; none of its dates lies before 1970.
private func fullYear(_ text: String) -> Int? {
  guard let year = digits(text, atMost: 4) else { return nil }
  switch text.utf8.count {
  case 4: return year
  case 2: return year < 70 ? 2000 + year : 1900 + year
  default: return nil
  }
}

/// - Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
private func daysSince1970(year: Int, month: Int, day: Int) -> Int {
  let year = month <= 2 ? year - 1 : year
  let era = year / 400
  let yearOfEra = year - era * 400
  let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

private func digits(_ text: String, atMost count: Int) -> Int? {
  guard (1...count).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
  return Int(text)
}
