/// The WAL of a repository, as the names in it tell.
///
/// `verify` counts no segment that is missing in the middle, and a restore over such a gap ends early and looks fine.
struct WALArchive: Hashable, Sendable {
  private(set) var segments: Set<WALSegment> = []
  /// The timelines whose history is archived.
  private(set) var histories: [UInt32] = []
  let segmentBytes: UInt64

  /// - Parameter listing: `pgbackrest repo-ls --recurse archive/STANZA/15-1`, a path a line. `.backup` and `.partial`
  ///   are no segments.
  init(listing: String, segmentBytes: UInt64 = 16 << 20) {
    self.segmentBytes = segmentBytes
    for line in listing.split(separator: "\n") {
      let name = line.split(separator: "/").last ?? line
      if name.hasSuffix(".history"), let timeline = UInt32(name.prefix(8), radix: 16) {
        histories.append(timeline)
      }
      guard name.utf8.count > 24, name.dropFirst(24).hasPrefix("-"), !name.contains(".partial"),
        let segment = WALSegment(name: name.prefix(24), segmentBytes: segmentBytes)
      else { continue }
      segments.insert(segment)
    }
    histories.sort()
  }

  /// The newest timeline with WAL.
  var newestTimeline: UInt32? { segments.max()?.timeline }

  /// What a restore from `start` to the newest time would miss, as names and ranges of names.
  ///
  /// - Parameter history: of the newest timeline; `nil` where it isn't archived: then each timeline is checked alone.
  /// - Parameter last: what the server says it archived last. Later segments are pushed side by side, so that a gap
  ///   among them means nothing yet.
  func missing(from start: WALSegment, history: TimelineHistory?, upTo last: WALSegment?) -> [String] {
    intervals(from: start, history: history, upTo: last).flatMap { interval in gaps(in: interval) }
  }

  private struct Interval {
    var timeline: UInt32
    var numbers: ClosedRange<UInt64>
  }

  private func intervals(from start: WALSegment, history: TimelineHistory?, upTo last: WALSegment?)
    -> [Interval]
  {
    guard let newest = segments.max(), newest >= start else { return [] }
    var intervals: [Interval] = []
    var first = start.number
    let add = { (timeline: UInt32, end: UInt64) in
      let bounded = timeline == last?.timeline ? min(end, last?.number ?? end) : end
      if first <= bounded { intervals.append(Interval(timeline: timeline, numbers: first...bounded)) }
    }
    if let history, newest.timeline != start.timeline {
      for fork in history.switches where fork.parent >= start.timeline {
        // The segment in which the timelines part is written again by the new one.
        let forked = fork.position / segmentBytes
        if forked > first { add(fork.parent, forked - 1) }
        first = max(first, forked)
      }
      add(newest.timeline, newest.number)
    } else {
      for timeline in Set(segments.map(\.timeline)).sorted() where timeline >= start.timeline {
        let numbers = segments.filter { $0.timeline == timeline }.map(\.number)
        if timeline != start.timeline { first = numbers.min() ?? first }
        add(timeline, numbers.max() ?? first)
      }
    }
    return intervals
  }

  private func gaps(in interval: Interval) -> [String] {
    let found = segments.filter { $0.timeline == interval.timeline && interval.numbers.contains($0.number) }
      .map(\.number).sorted()
    var (gaps, next) = ([String](), interval.numbers.lowerBound)
    for number in found {
      if number > next { gaps.append(text(next...(number - 1), interval.timeline)) }
      next = number + 1
    }
    if next <= interval.numbers.upperBound {
      gaps.append(text(next...interval.numbers.upperBound, interval.timeline))
    }
    return gaps
  }

  private func text(_ numbers: ClosedRange<UInt64>, _ timeline: UInt32) -> String {
    let name = { WALSegment(timeline: timeline, number: $0).name(segmentBytes: segmentBytes) }
    guard numbers.count > 1 else { return name(numbers.lowerBound) }
    return "\(name(numbers.lowerBound))..\(name(numbers.upperBound)) (\(numbers.count) segments)"
  }
}
