import Model

/// One call of a cloud's API that writes, unsigned. The applier knows the service's address and the credentials.
package struct HTTPCall: Hashable, Sendable, Codable {
  /// The service: `rds`.
  package var endpoint: String
  /// Where it isn't the platform's own.
  package var region: String?
  /// Where it isn't the platform's own: the account whose role, which the specs name, makes the call.
  package var account: String?
  package var method: String
  package var path: String
  /// Sent as a form, in this order.
  package var form: [HTTPField]
  /// Error codes that say that the call's work is done already: `DBParameterGroupAlreadyExists`.
  package var doneCodes: [String]

  package init(
    endpoint: String, region: String? = nil, account: String? = nil, method: String = "POST", path: String = "/",
    form: [HTTPField], doneCodes: [String] = []
  ) {
    (self.endpoint, self.region, self.account) = (endpoint, region, account)
    (self.method, self.path) = (method, path)
    (self.form, self.doneCodes) = (form, doneCodes)
  }
}

/// What a snapshot is of, and what the names of those that count begin with.
package struct SnapshotSource: Hashable, Sendable, Codable {
  package var identifier: String
  package var isCluster: Bool

  package init(identifier: String, isCluster: Bool) { (self.identifier, self.isCluster) = (identifier, isCluster) }
}

package struct HTTPField: Hashable, Sendable, Codable {
  package enum Value: Hashable, Sendable, Codable {
    case literal(String)
    case secret(reference: SecretRef)
    /// A name that is new with every run: the prefix, and the moment of the call as `20261122140311`.
    case timestamped(prefix: String)
    /// The newest snapshot with such a name that is finished when the call is made: one that the same run took.
    case newestSnapshot(of: SnapshotSource, prefix: String)
  }

  package var name: String
  package var value: Value

  package init(_ name: String, _ value: String) { self.init(name, .literal(value)) }

  package init(_ name: String, _ value: Value) { (self.name, self.value) = (name, value) }
}
