/// One segment of WAL: its place in one timeline's order.
struct WALSegment: Hashable, Sendable, Comparable {
  var timeline: UInt32
  /// Counted from the beginning of WAL.
  var number: UInt64

  init(timeline: UInt32, number: UInt64) { (self.timeline, self.number) = (timeline, number) }

  /// - Parameter name: 24 hexadecimal digits: timeline, log, segment of the log.
  init?(name: some StringProtocol, segmentBytes: UInt64) {
    guard name.utf8.count == 24, name.utf8.allSatisfy(Self.isHexadecimal) else { return nil }
    let parts = [name.prefix(8), name.dropFirst(8).prefix(8), name.dropFirst(16)].compactMap {
      UInt64($0, radix: 16)
    }
    let perLog = Self.perLog(segmentBytes)
    guard parts.count == 3, parts[2] < perLog else { return nil }
    (timeline, number) = (UInt32(parts[0]), parts[1] * perLog + parts[2])
  }

  func name(segmentBytes: UInt64) -> String {
    let perLog = Self.perLog(segmentBytes)
    return Self.hexadecimal(UInt64(timeline)) + Self.hexadecimal(number / perLog)
      + Self.hexadecimal(number % perLog)
  }

  static func < (left: Self, right: Self) -> Bool {
    (left.timeline, left.number) < (right.timeline, right.number)
  }

  /// 256 for the usual 16 MB.
  private static func perLog(_ segmentBytes: UInt64) -> UInt64 { 0x1_0000_0000 / segmentBytes }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
  }
}

/// Where a timeline left its parents, oldest first.
///
/// - Source: a line a parent in `0000000N.history`: timeline, LSN of the switch, reason.
struct TimelineHistory: Hashable, Sendable {
  struct Switch: Hashable, Sendable {
    var parent: UInt32
    var position: UInt64
  }

  var switches: [Switch] = []

  init(text: String) {
    for line in text.split(separator: "\n") {
      let words = line.split { $0 == "\t" || $0 == " " }
      guard words.count >= 2, let parent = UInt32(words[0]), let position = Self.position(words[1]) else {
        continue
      }
      switches.append(Switch(parent: parent, position: position))
    }
  }

  /// `0/5000148`
  private static func position(_ text: Substring) -> UInt64? {
    let parts = text.split(separator: "/").compactMap { UInt64($0, radix: 16) }
    return parts.count == 2 ? parts[0] << 32 | parts[1] : nil
  }
}
