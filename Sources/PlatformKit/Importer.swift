import Model

/// Lists what a platform runs, for specs to be written from. Holds no means of writing.
package protocol Importer: Sendable {
  /// Reads all instances of the platform page by page, and the parameter groups of those that the filter takes.
  ///
  /// - Shape: by identifier; an Aurora cluster is one instance, with its members.
  /// - Errors: `ObservationFailure` where any page fails: half a list is none.
  func inventory(_ filter: ImportFilter, at now: Timestamp) async throws(ObservationFailure) -> Inventory
}

/// What a platform runs, so far as it was asked for.
package struct Inventory: Hashable, Sendable {
  package struct Skipped: Hashable, Sendable {
    package var identifier: String
    /// Ends the sentence "`orders` was skipped: …".
    package var reason: String

    package init(identifier: String, reason: String) { (self.identifier, self.reason) = (identifier, reason) }
  }

  package var instances: [ImportedInstance]
  /// What was asked for and can't be declared: another engine, an instance on its way out.
  package var skipped: [Skipped]
  /// What was asked for and is declared already.
  package var declared: [CloudName]

  package init(instances: [ImportedInstance] = [], skipped: [Skipped] = [], declared: [CloudName] = []) {
    (self.instances, self.skipped, self.declared) = (instances, skipped, declared)
  }
}

/// Which instances of a platform are asked for.
package struct ImportFilter: Hashable, Sendable {
  package enum Verdict: Hashable, Sendable { case taken, declared, leftOut }

  /// Of identifiers, where `*` stands for any text and `?` for one character; none for all.
  package var patterns: [String]
  /// Tags that an instance must have, all of them.
  package var labels: [String: String]
  /// What the specs declare already.
  package var declared: Set<CloudName>

  package init(patterns: [String] = [], labels: [String: String] = [:], declared: Set<CloudName> = []) {
    (self.patterns, self.labels, self.declared) = (patterns, labels, declared)
  }

  package func verdict(on name: CloudName, tags: [String: String]) -> Verdict {
    guard patterns.isEmpty || patterns.contains(where: { matches(name.identifier, $0) }),
      labels.allSatisfy({ tags[$0.key] == $0.value })
    else { return .leftOut }
    return declared.contains(name) ? .declared : .taken
  }
}

/// Takes time that grows with the product of the lengths, whatever the pattern.
private func matches(_ text: String, _ pattern: String) -> Bool {
  let (text, pattern) = (Array(text.unicodeScalars), Array(pattern.unicodeScalars))
  var (at, patternAt) = (0, 0)
  var star: (pattern: Int, text: Int)?
  while at < text.count {
    if patternAt < pattern.count, pattern[patternAt] == "*" {
      star = (patternAt, at)
      patternAt += 1
    } else if patternAt < pattern.count, pattern[patternAt] == "?" || pattern[patternAt] == text[at] {
      (at, patternAt) = (at + 1, patternAt + 1)
    } else if let last = star {
      // The star takes one character more.
      star = (last.pattern, last.text + 1)
      (at, patternAt) = (last.text + 1, last.pattern + 1)
    } else {
      return false
    }
  }
  return pattern[patternAt...].allSatisfy { $0 == "*" }
}
