/// What one entry of `policies:` asks of one table.
package struct DesiredRowSecurity: Hashable, Sendable {
  package var table: ProtectedTable
  /// `nil` where the spec doesn't say: unmanaged. The same holds for `policies`, which are complete where they are written.
  package var enforcement: RowSecurity.Enforcement?
  package var policies: [String: Policy]?
  package var mode: AccessMode
  /// `access/NAME/policies/N`, N counted from 1.
  package var address: Address

  package init(
    table: ProtectedTable, enforcement: RowSecurity.Enforcement? = nil, policies: [String: Policy]? = nil,
    mode: AccessMode = .authoritative, address: Address
  ) {
    (self.table, self.enforcement, self.policies) = (table, enforcement, policies)
    (self.mode, self.address) = (mode, address)
  }

  package var expressions: Set<String> {
    Set((policies ?? [:]).values.flatMap { [$0.using, $0.check].compactMap { $0 } })
  }
}

extension DesiredAccess {
  /// The expressions on each table of the database that an observer is to ask the server about.
  package func expressions(in database: String) -> [TableName: Set<String>] {
    var found: [TableName: Set<String>] = [:]
    for entry in rowSecurity where entry.table.database == database {
      found[entry.table.table, default: []].formUnion(entry.expressions)
    }
    for (table, texts) in otherExpressions where table.database == database {
      found[table.table, default: []].formUnion(texts)
    }
    return found
  }
}
