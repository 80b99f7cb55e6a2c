/// The version of a PostgreSQL server, `15.20` or, where only that is known, `15`.
package struct ServerVersion: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
  package var major: Int
  package var minor: Int?

  package init(major: Int, minor: Int? = nil) { (self.major, self.minor) = (major, minor) }

  /// From `server_version_num`: 150020 is 15.20.
  package init(number: Int) { self.init(major: number / 10_000, minor: number % 10_000) }

  package init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let major = Self.number(parts[0]), major > 0 else { return nil }
    guard parts.count == 2 else {
      self.init(major: major)
      return
    }
    guard let minor = Self.number(parts[1]) else { return nil }
    self.init(major: major, minor: minor)
  }

  package init(from decoder: any Decoder) throws {
    let text = try String(from: decoder)
    guard let version = Self(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is not a version"))
    }
    self = version
  }

  package func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }

  package static func < (left: Self, right: Self) -> Bool {
    (left.major, left.minor ?? 0) < (right.major, right.minor ?? 0)
  }

  package var description: String { minor.map { "\(major).\($0)" } ?? "\(major)" }

  /// No leading zero: nobody means 10 by `010`.
  private static func number(_ text: Substring) -> Int? {
    guard text.count <= 5, text.count == 1 || !text.hasPrefix("0") else { return nil }
    return text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
  }
}

/// What versions a spec accepts: `16` (any 16), `16.4` (16.4 or a later 16), `>=16.4 <17`. Never a reason to downgrade.
package struct VersionConstraint: Hashable, Sendable, Codable, CustomStringConvertible {
  package var text: String
  package var atLeast: ServerVersion
  /// The first version that is too new; `nil` where there is no upper bound.
  package var below: ServerVersion?

  package init?(_ text: String) {
    self.text = text
    if let version = ServerVersion(text) {
      (atLeast, below) = (version, ServerVersion(major: version.major + 1))
      return
    }
    var (lower, upper): (ServerVersion?, ServerVersion?) = (nil, nil)
    for word in text.split(separator: " ") {
      if word.hasPrefix(">="), lower == nil, let version = ServerVersion(String(word.dropFirst(2))) {
        lower = version
      } else if word.hasPrefix("<"), upper == nil, let version = ServerVersion(String(word.dropFirst(1))) {
        upper = version
      } else {
        return nil
      }
    }
    guard let lower, upper.map({ lower < $0 }) ?? true else { return nil }
    (atLeast, below) = (lower, upper)
  }

  package func accepts(_ version: ServerVersion) -> Bool {
    atLeast <= version && (below.map { version < $0 } ?? true)
  }

  package var description: String { text }
}
