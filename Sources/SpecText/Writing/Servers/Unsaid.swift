/// What the language has no words for, gathered by the reason: a server may hold thousands of one sort.
struct Unsaid {
  /// So many are named; the rest is counted.
  private static let shown = 6

  private var things: [String: Set<String>] = [:]

  var isEmpty: Bool { things.isEmpty }

  /// - Parameter reason: reads on after "Left out: ".
  mutating func add(_ reason: String, _ thing: String) { things[reason, default: []].insert(thing) }

  mutating func add(_ other: Unsaid) {
    things.merge(other.things) { $0.union($1) }
  }

  /// Sentences, sorted.
  var sentences: [String] {
    things.sorted { $0.key < $1.key }.map { reason, things in
      let named = things.sorted().prefix(Self.shown).joined(separator: ", ")
      let rest = things.count > Self.shown ? " and \(things.count - Self.shown) more" : ""
      return "Left out: \(reason): \(named)\(rest)."
    }
  }
}
