import Model

/// When a window as RDS writes it, `sun:03:00-sun:04:00` in UTC, begins next.
///
/// - Returns: `nil` for a text that is none. A window that is open now is not the next one: RDS may have passed it over.
func nextStart(ofWindow text: String, after now: Timestamp) -> Timestamp? {
  let words = text.lowercased().split(separator: "-").first?.split(separator: ":").map(String.init) ?? []
  // 1970-01-01 was a Thursday.
  let days = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"]
  guard words.count == 3, let day = days.firstIndex(of: words[0]), let hour = Int(words[1]), let minute = Int(words[2]),
    (0..<24).contains(hour), (0..<60).contains(minute)
  else { return nil }
  let week = 7 * 86_400
  let offset = day * 86_400 + hour * 3600 + minute * 60
  let sinceStart = (now.seconds - offset) % week
  return Timestamp(seconds: now.seconds - (sinceStart < 0 ? sinceStart + week : sinceStart) + week)
}
