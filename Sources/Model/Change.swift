import Diagnostics

/// One resource that differs, with the facts that change.
package struct Change: Hashable, Sendable, Codable {
  package enum Action: String, Hashable, Sendable, Codable {
    case add, change, remove
    /// Something is done and leaves no lasting value of its own: a backup, a restart for a pending value.
    case run
  }

  package var address: Address
  package var action: Action
  package var facts: [FactChange]
  /// The line of the specs that asks for it; `nil` where it is the absence of a line.
  package var source: SourceLocation?
  /// Why, where the facts don't say it: `no document declares it`.
  package var reason: String?

  package init(
    address: Address, action: Action, facts: [FactChange], source: SourceLocation? = nil, reason: String? = nil
  ) {
    (self.address, self.action, self.facts, self.source, self.reason) = (address, action, facts, source, reason)
  }
}

package struct FactChange: Hashable, Sendable, Codable {
  package var key: FactKey
  package var before: String?
  package var after: String?

  package init(_ key: FactKey, from before: String?, to after: String?) {
    (self.key, self.before, self.after) = (key, before, after)
  }
}
