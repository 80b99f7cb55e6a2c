/// Minutes that RDS takes as the shortest window.
///
/// - Source: Amazon RDS API reference, `CreateDBInstance`, `PreferredBackupWindow` and `PreferredMaintenanceWindow`,
///   read 2026-11-22.
let shortestWindow = 30

private let (minutesADay, minutesAWeek) = (24 * 60, 7 * 24 * 60)

/// A time of every day, `02:00-02:30` in UTC.
struct DailyWindow {
  /// Minutes, from midnight.
  let start: Int
  let length: Int

  init?(_ text: String) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).compactMap(minutes)
    guard ends.count == 2, text.utf8.count == 11 else { return nil }
    (start, length) = (ends[0], distance(from: ends[0], to: ends[1], around: minutesADay))
  }
}

/// A time of every week, `sun:03:00-sun:04:00` in UTC.
struct WeeklyWindow {
  /// Minutes, from the beginning of Monday.
  let start: Int
  let length: Int

  init?(_ text: String) {
    let ends = text.lowercased().split(separator: "-", omittingEmptySubsequences: false).compactMap(minutesOfWeek)
    guard ends.count == 2, text.utf8.count == 19 else { return nil }
    (start, length) = (ends[0], distance(from: ends[0], to: ends[1], around: minutesAWeek))
  }

  func overlaps(_ daily: DailyWindow) -> Bool {
    (0..<7).contains { day in
      let other = day * minutesADay + daily.start
      return distance(from: start, to: other, around: minutesAWeek) < length
        || distance(from: other, to: start, around: minutesAWeek) < daily.length
    }
  }
}

private let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

private func minutesOfWeek(_ text: Substring) -> Int? {
  guard let day = days.firstIndex(of: String(text.prefix(3))), text.dropFirst(3).first == ":",
    let time = minutes(text.dropFirst(4))
  else { return nil }
  return day * minutesADay + time
}

private func minutes(_ text: Substring) -> Int? {
  guard let time = ClockTime(text), !time.hasSeconds else { return nil }
  return time.seconds / 60
}

private func distance(from start: Int, to end: Int, around circle: Int) -> Int {
  (end - start + circle) % circle
}

/// Capacity of Aurora Serverless v2, which comes in halves.
struct CapacityUnits: CustomStringConvertible {
  let halves: Int

  init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, (1...3).contains(first.utf8.count), first == "0" || first.first != "0",
      first.first != "+",
      let whole = UInt16(first)
    else { return nil }
    let fraction = parts.count == 1 ? "0" : parts[1]
    guard let tenth = fraction.first, tenth == "0" || tenth == "5", fraction.dropFirst().allSatisfy({ $0 == "0" })
    else { return nil }
    halves = Int(whole) * 2 + (tenth == "5" ? 1 : 0)
    guard halves <= 512 else { return nil }
  }

  /// `0.5`, `8`
  var description: String { halves % 2 == 0 ? "\(halves / 2)" : "\(halves / 2).5" }
}
