import Model

/// The entries of `policies:`, for the tables that have row security or policies.
struct ServerPolicies {
  private(set) var entries: [YAMLMapping] = []
  private(set) var unsaid = Unsaid()

  init(of observed: Observed, in databases: [String]) {
    for database in databases {
      let tables = observed.databases[database]?.rowSecurity.tables ?? [:]
      for (table, value) in tables.sorted(by: { $0.key < $1.key })
      where value.enforcement != .disabled || !value.policies.isEmpty {
        add(value, of: ProtectedTable(database: database, schema: table.schema, name: table.name))
      }
    }
  }

  /// What isn't written is unmanaged: nothing is taken away where something can't be said.
  private mutating func add(_ value: RowSecurity, of table: ProtectedTable) {
    guard Sayable.names(table.table.schema), Sayable.names(table.table.name) else {
      return unsaid.add("row security of tables with names that specs don't take", table.text)
    }
    var entry = YAMLMapping(.block)
    entry.add("table", place(of: table))
    if value.enforcement == .forcedOnceEnabled {
      unsaid.add("row security that is off, and would hold the owner too once it is on", table.text)
    } else {
      entry.add("row_security", value.enforcement.rawValue)
    }
    addPolicies(value.policies, of: table, to: &entry)
    if entry.entries.count > 1 { entries.append(entry) }
  }

  /// Complete, or not at all.
  private mutating func addPolicies(
    _ policies: [String: Policy], of table: ProtectedTable, to entry: inout YAMLMapping
  ) {
    var block = YAMLMapping(.block)
    for (name, policy) in policies.sorted(by: { $0.key < $1.key }) {
      guard Sayable.names(name), policy.isSayable else {
        return unsaid.add("policies that specs have no words for, and those beside them", "\(name) on \(table.text)")
      }
      block.add(name, .mapping(policy.written))
    }
    entry.add("policies", .mapping(block))
  }

  private func place(of table: ProtectedTable) -> YAMLValue {
    if TextKind.tablePlace.fault(in: table.text) == nil { return .scalar(table.text) }
    var parts = YAMLMapping(.inline)
    parts.add("database", table.database)
    parts.add("schema", table.table.schema)
    parts.add("table", table.table.name)
    return .mapping(parts)
  }
}

extension Policy {
  fileprivate var isSayable: Bool {
    let texts = [using, check].compactMap { $0 }
    return !texts.isEmpty && texts.allSatisfy { TextKind.expression.fault(in: $0) == nil }
      && roles.allSatisfy { Sayable.names($0) }
  }

  fileprivate var written: YAMLMapping {
    var block = YAMLMapping(.inline)
    if command != .all { block.add("command", command.rawValue) }
    if roles != [.everybody] { block.add("to", .list(roles.map(\.description))) }
    block.add("using", using)
    block.add("check", check)
    if !isPermissive { block.add("permissive", .flag(false)) }
    return block
  }
}
