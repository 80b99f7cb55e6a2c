import Model

extension Observed {
  mutating func setRowSecurity(_ table: ProtectedTable, _ enforcement: RowSecurity.Enforcement) {
    change(table) { $0.enforcement = enforcement }
  }

  mutating func createPolicy(_ name: String, on table: ProtectedTable, _ policy: Policy) {
    change(table) { $0.policies[name] = policy }
  }

  /// `ALTER POLICY` sets what it names and leaves the rest.
  mutating func alterPolicy(_ name: String, on table: ProtectedTable, _ policy: Policy, _ fields: [Policy.Field]) {
    change(table) { for field in fields { $0.policies[name]?.copy(field, from: policy) } }
  }

  mutating func dropPolicy(_ name: String, on table: ProtectedTable) { change(table) { $0.policies[name] = nil } }

  /// A table that has none is one with row security off: only a table that isn't known stays so.
  private mutating func change(_ table: ProtectedTable, _ body: (inout RowSecurity) -> Void) {
    guard var value = rowSecurity(of: table) else { return }
    body(&value)
    databases[table.database]?.rowSecurity.tables[table.table] = value
  }
}
