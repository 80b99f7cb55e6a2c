import Model
import SQL

/// What gives a grantor its grant option back for the time of its own statements about columns.
///
/// Of a column the server lets grants outlive the option by which they were made, and takes them back from nobody but their
/// grantor, who may no longer do it. The option is lent on the table and taken back there: on the column the server would
/// refuse that as long as another grant of the same grantor stays. All of it is one transaction.
///
/// - Source: `ExecGrant_Relation()` in PostgreSQL's `aclchk.c`, which looks for dependents in each list by itself; seen on 15.20.
struct OptionPassage: Hashable {
  var table: ObjectID
  var grantor: String
  var privileges: PrivilegeSet
  /// What the grantor holds on the whole table, so that only the option goes again.
  var kept: PrivilegeSet
  /// What it holds on single columns of what it doesn't hold on the table: that goes with the table's, and comes back.
  var columns: [PrivilegeSet: Set<String>] = [:]

  private var reference: SQLText { "\(qualified: [table.schema, table.name])" }

  var opening: SQLText {
    "GRANT \(sql: privileges.sql) ON TABLE \(sql: reference) TO \(identifier: grantor) WITH GRANT OPTION"
  }

  var closing: [SQLText] {
    let (option, all) = (privileges.intersection(kept), privileges.subtracting(kept))
    var statements: [SQLText] = []
    if !option.isEmpty {
      statements.append(
        "REVOKE GRANT OPTION FOR \(sql: option.sql) ON TABLE \(sql: reference) FROM \(identifier: grantor)")
    }
    if !all.isEmpty {
      statements.append("REVOKE \(sql: all.sql) ON TABLE \(sql: reference) FROM \(identifier: grantor)")
    }
    for (privileges, names) in columns.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      statements.append(
        "GRANT \(sql: privileges.sql(columns: names.sorted())) ON TABLE \(sql: reference) TO \(identifier: grantor)")
    }
    return statements
  }
}

extension Observed {
  /// What of the privileges a role has no grant option for, on a column or on its table.
  func optionsLost(
    _ privileges: PrivilegeSet, on column: ObjectID, of database: String, grantor: String
  ) -> PrivilegeSet {
    guard let objects = databases[database]?.objects, let table = column.tableOfColumn,
      let whole = objects.states[table], grantor != whole.owner
    else { return [] }
    let entries = whole.acl.entries + (objects.column(column)?.acl.entries ?? [])
    let held = entries.reduce(into: PrivilegeSet()) { if $1.grantee == .role(grantor) { $0.formUnion($1.grantable) } }
    return privileges.subtracting(held)
  }

  /// `nil` where the grantor needs none.
  func optionPassage(
    _ privileges: PrivilegeSet, on column: ObjectID, of database: String, grantor: String
  ) -> OptionPassage? {
    let lost = optionsLost(privileges, on: column, of: database, grantor: grantor)
    guard !lost.isEmpty, let table = column.tableOfColumn, let objects = databases[database]?.objects,
      let whole = objects.states[table]
    else { return nil }
    let kept = whole.acl.entry(.role(grantor), grantor: whole.owner)?.privileges ?? []
    var passage = OptionPassage(table: table, grantor: grantor, privileges: lost, kept: kept)
    for other in objects.columns(of: table) {
      let held = objects.states[other]?.acl.entry(.role(grantor), grantor: whole.owner)?.privileges ?? []
      let goes = held.intersection(lost).subtracting(kept)
      guard !goes.isEmpty, let name = ColumnName(other.name)?.column else { continue }
      passage.columns[goes, default: []].insert(name)
    }
    return passage
  }
}
