import Testing

@testable import PlatformLocal

struct WALArchiveTests {
  private static let sum = String(repeating: "a", count: 40)

  private static func listing(_ names: [String]) -> String {
    names.map { name in
      name.count == 24 ? "\(name.prefix(16))/\(name)-\(sum).zst" : name
    }.joined(separator: "\n")
  }

  private static func name(_ timeline: UInt32, _ number: UInt64) -> String {
    WALSegment(timeline: timeline, number: number).name(segmentBytes: 16 << 20)
  }

  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var archived: [(UInt32, ClosedRange<UInt64>)]
    var start: (UInt32, UInt64)
    var history: String?
    var last: (UInt32, UInt64)?
    var missing: [String]
  }

  static let rows = [
    Row(testDescription: "nothing archived", archived: [], start: (1, 2), missing: []),
    Row(testDescription: "whole", archived: [(1, 2...9)], start: (1, 2), missing: []),
    Row(
      testDescription: "before the start doesn't count", archived: [(1, 1...1), (1, 3...5)], start: (1, 3),
      missing: []),
    Row(
      testDescription: "one in the middle", archived: [(1, 2...13), (1, 15...20)], start: (1, 2),
      missing: ["00000001000000000000000E"]),
    Row(
      testDescription: "across a log", archived: [(1, 2...254), (1, 258...260)], start: (1, 2),
      missing: ["0000000100000000000000FF..000000010000000100000001 (3 segments)"]),
    Row(
      testDescription: "the start itself", archived: [(1, 3...5)], start: (1, 2),
      missing: ["000000010000000000000002"]),
    Row(
      testDescription: "behind the last one archived", archived: [(1, 2...6), (1, 8...9)], start: (1, 2),
      last: (1, 6), missing: []),
    Row(
      testDescription: "over a fork", archived: [(1, 2...5), (2, 5...9)], start: (1, 2),
      history: "1\t0/5000148\tno recovery target specified\n", missing: []),
    Row(
      testDescription: "before and after a fork", archived: [(1, 2...3), (2, 5...6), (2, 8...9)],
      start: (1, 2),
      history: "1\t0/5000148\tx\n", missing: ["000000010000000000000004", "000000020000000000000007"]),
    Row(
      testDescription: "two forks, backup on the second timeline", archived: [(2, 5...7), (3, 8...9)],
      start: (2, 6),
      history: "1\t0/5000148\tx\n2\t0/8000000\ty\n", missing: []),
    Row(
      testDescription: "history not archived", archived: [(1, 2...5), (2, 5...6), (2, 8...9)], start: (1, 2),
      missing: ["000000020000000000000007"]),
    Row(
      testDescription: "what the old timeline wrote past the fork", archived: [(1, 2...8), (2, 5...9)],
      start: (1, 2),
      history: "1\t0/5000148\tx\n", missing: []),
  ]

  @Test(arguments: rows)
  func findsGaps(row: Row) throws {
    let names = row.archived.flatMap { timeline, numbers in numbers.map { Self.name(timeline, $0) } }
    let archive = WALArchive(listing: Self.listing(names + ["0000000100000000", "00000002.history"]))
    let missing = archive.missing(
      from: WALSegment(timeline: row.start.0, number: row.start.1),
      history: row.history.map(TimelineHistory.init),
      upTo: row.last.map { WALSegment(timeline: $0.0, number: $0.1) })
    #expect(missing == row.missing)
  }

  @Test func otherNamesAreNoSegments() {
    let archive = WALArchive(
      listing: """
        0000000100000000
        0000000100000000/000000010000000000000002.00000028.backup
        0000000100000000/000000010000000000000003.partial-\(Self.sum).zst
        0000000100000000/000000010000000000000004-\(Self.sum)
        00000002.history
        """)
    #expect(archive.segments == [WALSegment(timeline: 1, number: 4)])
    #expect(archive.histories == [2])
  }

  @Test func segmentsOfAnotherSize() throws {
    let segment = try #require(WALSegment(name: "00000001000000020000003F", segmentBytes: 64 << 20))
    #expect(segment.number == 2 * 64 + 63)
    #expect(segment.name(segmentBytes: 64 << 20) == "00000001000000020000003F")
    #expect(WALSegment(name: "000000010000000200000040", segmentBytes: 64 << 20) == nil)
    #expect(WALSegment(name: "00000001000000020000003f", segmentBytes: 64 << 20) == nil)
  }
}
