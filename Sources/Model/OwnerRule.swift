/// An entry of `owners:`: to whom objects belong.
package struct OwnerRule: Hashable, Sendable {
  package struct Item: Hashable, Sendable {
    package var kind: ObjectKind
    package var schema: NamePattern
    /// `nil` for every object of the kind.
    package var names: NamePattern?

    package init(kind: ObjectKind, schema: NamePattern, names: NamePattern?) {
      (self.kind, self.schema, self.names) = (kind, schema, names)
    }
  }

  package var owner: String
  package var database: String
  package var items: [Item]
  package var mode: AccessMode
  /// `access/NAME/owner/N`, N counted from 1.
  package var address: Address

  package init(owner: String, database: String, items: [Item], mode: AccessMode, address: Address) {
    (self.owner, self.database, self.items) = (owner, database, items)
    (self.mode, self.address) = (mode, address)
  }
}
