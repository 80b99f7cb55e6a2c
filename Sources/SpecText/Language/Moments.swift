import Model

extension Timestamp {
  /// Reads `2027-01-31`, which means the end of that day in UTC, or a time by RFC 3339: `2027-01-31T22:30:00Z`,
  /// `2027-01-31T22:30:00+01:00`.
  init?(specText text: String) {
    if let date = CivilDate(text) {
      self = date.end
      return
    }
    guard text.utf8.count > 19, text.utf8.count <= 40, let date = CivilDate(String(text.prefix(10))) else {
      return nil
    }
    let separator = text[text.index(text.startIndex, offsetBy: 10)]
    guard separator == "T" || separator == "t" || separator == " " else { return nil }
    let time = text.dropFirst(11)
    guard let clock = ClockTime(time.prefix(8)), clock.hasSeconds, let offset = zoneOffset(time.dropFirst(8))
    else { return nil }
    self.init(seconds: date.daysSince1970 * 86_400 + clock.seconds - offset)
  }
}

/// A time of day, `03:00` or `03:00:00`.
struct ClockTime {
  let seconds: Int
  let hasSeconds: Bool

  init?(_ text: Substring) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { $0.utf8.count == 2 ? twoDigits($0) : nil }
    guard (2...3).contains(parts.count), numbers.count == parts.count, numbers[0] < 24,
      numbers.dropFirst().allSatisfy({ $0 < 60 })
    else { return nil }
    hasSeconds = parts.count == 3
    seconds = numbers[0] * 3600 + numbers[1] * 60 + (hasSeconds ? numbers[2] : 0)
  }
}

private func twoDigits(_ text: Substring) -> Int? {
  text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
}

/// Seconds east of UTC, of `Z`, `.123Z` or `+01:00`.
private func zoneOffset(_ text: Substring) -> Int? {
  var rest = text
  if rest.first == "." {
    let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty else { return nil }
    rest = rest.dropFirst(1 + digits.count)
  }
  if rest == "Z" || rest == "z" { return 0 }
  guard let sign = rest.first, sign == "+" || sign == "-", let clock = ClockTime(rest.dropFirst()),
    !clock.hasSeconds
  else { return nil }
  return sign == "+" ? clock.seconds : -clock.seconds
}
