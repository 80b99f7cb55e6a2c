import Model

/// A fact that a plan depends on and that is no longer what the plan was made of.
package struct MovedFact: Hashable, Sendable, Codable, CustomStringConvertible {
  package var address: Address
  /// What of the address it is: `login`, `owner`.
  package var what: String
  package var expected: String?
  package var found: String?

  package init(address: Address, what: String, expected: String?, found: String?) {
    (self.address, self.what, self.expected, self.found) = (address, what, expected, found)
  }

  init(_ fact: Fact, of instance: String, found: String?) {
    self.init(
      address: fact.key.address(in: instance), what: fact.key.label, expected: fact.value, found: found)
  }

  package var description: String {
    "\(address): \(what) is \(found ?? "absent"), expected \(expected ?? "absent")"
  }
}
