/// Where snapshots are copied to that another account is to keep.
package struct CopyTarget: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  /// Twelve digits.
  package var account: String
  package var region: String

  package init(account: String, region: String) { (self.account, self.region) = (account, region) }

  package var description: String { "\(account) in \(region)" }

  package static func < (left: Self, right: Self) -> Bool {
    (left.account, left.region) < (right.account, right.region)
  }
}

/// What a backup policy asks of one such place: the newest snapshot that Holdfast took is to be there too.
package struct DesiredCopy: Hashable, Sendable {
  package var target: CopyTarget
  /// Of that account, assumed with the platform's own credentials.
  package var role: AWSAccount.AssumedRole
  /// A key that the other account may use; an encrypted snapshot can't be copied without.
  package var key: String?
  /// How long copies are kept; `nil` for ever.
  package var keep: TimeSpan?

  package init(target: CopyTarget, role: AWSAccount.AssumedRole, key: String? = nil, keep: TimeSpan? = nil) {
    (self.target, self.role, self.key, self.keep) = (target, role, key, keep)
  }
}

/// A copy, in another account, of a snapshot that Holdfast took.
package struct SnapshotCopy: Hashable, Sendable, Codable {
  package enum State: Hashable, Sendable, Codable {
    case finished, underWay
    case failed(status: String)
  }

  package var target: CopyTarget
  /// Of the copy and of what it was made of.
  package var label: String
  /// When the snapshot was taken, by its label.
  package var taken: Timestamp
  package var state: State

  package init(target: CopyTarget, label: String, taken: Timestamp, state: State) {
    (self.target, self.label, self.taken, self.state) = (target, label, taken, state)
  }
}

/// Another account may copy the snapshot, and restore it.
package struct SnapshotShare: Hashable, Sendable, Codable {
  package var account: String
  package var label: String

  package init(account: String, label: String) { (self.account, self.label) = (account, label) }
}

extension ManagedState {
  /// Whether a finished copy is there of a snapshot that was taken after the moment.
  package func hasCopy(in target: CopyTarget, after moment: Timestamp) -> Bool {
    (snapshotCopies ?? []).contains { $0.target == target && $0.taken > moment && $0.state == .finished }
  }
}

extension DesiredManaged {
  /// When Holdfast took the snapshot: `holdfast-orders-20261122140311`; `nil` for one that is not of its taking, and for
  /// the last one of an instance that was deleted.
  package static func moment(ofSnapshot label: String, of identifier: String) -> Timestamp? {
    let prefix = snapshotPrefix(of: identifier)
    guard label.hasPrefix(prefix) else { return nil }
    return Timestamp(compact: String(label.dropFirst(prefix.count)))
  }
}

extension Timestamp {
  /// `20261122140311`.
  package var compact: String { String(description.filter { $0.isASCII && $0.isNumber }) }

  /// Reads the form of `compact`; `nil` for any other, and for moments that don't exist.
  package init?(compact text: String) {
    let digits = text.utf8.map { Int($0) - 48 }
    guard digits.count == 14, digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
    let number = { (range: Range<Int>) in digits[range].reduce(0) { $0 * 10 + $1 } }
    let parts = Array(text)
    guard let day = CivilDate("\(String(parts[0..<4]))-\(String(parts[4..<6]))-\(String(parts[6..<8]))"),
      number(8..<10) < 24, number(10..<12) < 60, number(12..<14) < 60
    else { return nil }
    self.init(
      seconds: day.daysSince1970 * 86_400 + number(8..<10) * 3600 + number(10..<12) * 60 + number(12..<14))
  }
}
