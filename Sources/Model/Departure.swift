/// What stands in the way of a role that is to be removed, beside the objects that it owns and the lists that name it, and
/// who uses it. Known for the roles that are to be removed; in no fact.
package struct Departure: Hashable, Sendable, Codable {
  package var openSessions = 0
  /// Sorted.
  package var blockers: [Blocker] = []

  package init(openSessions: Int = 0, blockers: [Blocker] = []) {
    (self.openSessions, self.blockers) = (openSessions, blockers)
  }

  /// The server drops no role while one of them names it, and nothing that reassigns or revokes takes it away.
  package struct Blocker: Hashable, Sendable, Codable, Comparable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
      case policy, userMapping, initialPrivileges, tablespace, tablespacePrivileges, parameterPrivileges
    }

    package var kind: Kind
    /// `nil` for what all databases share.
    package var database: String?
    package var count: Int

    package init(_ kind: Kind, database: String? = nil, count: Int) {
      (self.kind, self.database, self.count) = (kind, database, count)
    }

    package static func < (left: Self, right: Self) -> Bool {
      (left.database ?? "", left.kind.rawValue) < (right.database ?? "", right.kind.rawValue)
    }
  }
}
