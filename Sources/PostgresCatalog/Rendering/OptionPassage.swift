import Model
import SQL

/// What gives a grantor its grant option back for the time of its own statements.
///
/// The server lets grants outlive the option by which they were made: on a column, and on anything else where the grantor
/// is a member of somebody who may grant. It takes them back from nobody but their grantor, in whose name nothing can be
/// revoked any more: the server would choose another grantor, and say nothing. So the option is lent, and taken back. Of
/// a column it is lent on the table: on the column the server would refuse to take it back as long as another grant of the same
/// grantor stays there. Where one stays on the table, or elsewhere on it by an option for a column, it is lent on the column.
/// All of it is one transaction.
///
/// - Source: `ExecGrant_Relation()` and `select_best_grantor()` in PostgreSQL's `aclchk.c` and `acl.c`; seen on 15, 16 and 18.
struct OptionPassage: Hashable {
  /// The object, or the table of a column, or the column.
  var target: ObjectID
  var grantor: String
  var privileges: PrivilegeSet
  /// What the grantor holds on the whole of it, so that only the option goes again.
  var kept: PrivilegeSet
  /// What it holds on single columns of what it doesn't hold on the table: that goes with the table's, and comes back.
  var columns: [Held: Set<String>] = [:]
  /// What else the grantor granted by an option that it lost goes with it: the plan takes it back as well.
  var cascades = false

  struct Held: Hashable {
    var privileges: PrivilegeSet
    var isGrantable: Bool
  }

  /// Takes in what else is lent on the same column, or table.
  mutating func formUnion(_ other: OptionPassage) {
    privileges.formUnion(other.privileges)
    kept.formUnion(other.kept)
    columns.merge(other.columns) { $0.union($1) }
    cascades = cascades && other.cascades
  }

  private var column: ColumnName? { target.kind == .column ? ColumnName(target.name) : nil }

  private var reference: SQLText {
    if let column { return "TABLE \(qualified: [target.schema, column.table])" }
    guard let name = target.kind.reference(schema: target.schema, name: target.name) else {
      preconditionFailure("a function is named without its signature")
    }
    return "\(sql: target.kind.sql) \(sql: name)"
  }

  private func text(_ privileges: PrivilegeSet) -> SQLText {
    column.map { privileges.sql(columns: [$0.column]) } ?? privileges.sql
  }

  var opening: SQLText {
    "GRANT \(sql: text(privileges)) ON \(sql: reference) TO \(identifier: grantor) WITH GRANT OPTION"
  }

  var closing: [SQLText] {
    let (option, all) = (privileges.intersection(kept), privileges.subtracting(kept))
    let cascade: SQLText = cascades ? " CASCADE" : ""
    var statements: [SQLText] = []
    if !option.isEmpty {
      statements.append(
        "REVOKE GRANT OPTION FOR \(sql: text(option)) ON \(sql: reference) FROM \(identifier: grantor)\(sql: cascade)")
    }
    if !all.isEmpty {
      statements.append("REVOKE \(sql: text(all)) ON \(sql: reference) FROM \(identifier: grantor)\(sql: cascade)")
    }
    let lost = columns.sorted {
      ($0.key.privileges.rawValue, $0.value.min() ?? "") < ($1.key.privileges.rawValue, $1.value.min() ?? "")
    }
    for (held, names) in lost {
      let option: SQLText = held.isGrantable ? " WITH GRANT OPTION" : ""
      statements.append(
        "GRANT \(sql: held.privileges.sql(columns: names.sorted())) ON \(sql: reference) TO \(identifier: grantor)\(sql: option)"
      )
    }
    return statements
  }
}

extension Observed {
  /// `nil` where the grantor needs none.
  ///
  /// - Parameter toRevoke: nothing is to hang on the option afterwards that doesn't already.
  /// - Parameter after: what is to hold in the end: what the passage takes along and is to go comes back no more.
  func optionPassage(
    _ privileges: PrivilegeSet, on id: ObjectID, of database: String, grantor: String, toRevoke: Bool,
    leadingTo after: Observed
  ) -> OptionPassage? {
    let lost = optionsLost(privileges, on: id, of: database, grantor: grantor)
    guard !lost.isEmpty, let whole = object(id.lendingTarget, in: database) else { return nil }
    if toRevoke, id.kind == .column, isHeld(lost, on: id.lendingTarget, of: database, by: grantor) {
      let kept = object(id, in: database)?.acl.entry(.role(grantor), grantor: whole.owner)?.privileges ?? []
      return OptionPassage(target: id, grantor: grantor, privileges: lost, kept: kept)
    }
    let kept = whole.acl.entry(.role(grantor), grantor: whole.owner)?.privileges ?? []
    var passage = OptionPassage(target: id.lendingTarget, grantor: grantor, privileges: lost, kept: kept)
    passage.cascades = id.kind != .column && toRevoke
    guard passage.target.kind == .table, let objects = databases[database]?.objects else { return passage }
    for other in objects.columns(of: passage.target) {
      let entry = objects.states[other]?.acl.entry(.role(grantor), grantor: whole.owner)
      // What it granted by the option for a column is to stay.
      if let entry, !entry.grantable.isDisjoint(with: lost) { passage.cascades = false }
      let stays = after.object(other, in: database)?.acl.entry(.role(grantor), grantor: whole.owner)
      let goes = (entry?.privileges ?? []).intersection(stays?.privileges ?? []).intersection(lost).subtracting(kept)
      let option = (entry?.grantable ?? []).intersection(stays?.grantable ?? []).intersection(lost)
      guard let name = ColumnName(other.name)?.column else { continue }
      for (privileges, isGrantable) in [(goes.subtracting(option), false), (option, true)] where !privileges.isEmpty {
        passage.columns[OptionPassage.Held(privileges: privileges, isGrantable: isGrantable), default: []].insert(name)
      }
    }
    return passage
  }

  /// Whether the server would refuse to take an option on the table from the grantor again: for what he granted on it, or on
  /// a column by an option for that.
  private func isHeld(
    _ options: PrivilegeSet, on table: ObjectID, of database: String, by grantor: String
  ) -> Bool {
    func granted(_ acl: ACL) -> PrivilegeSet {
      acl.entries.reduce(into: []) { if $1.grantor == grantor { $0.formUnion($1.privileges) } }
    }
    guard let objects = databases[database]?.objects, let whole = objects.states[table] else { return false }
    return !granted(whole.acl).isDisjoint(with: options)
      || objects.columns(of: table).contains { column in
        let acl = objects.states[column]?.acl ?? ACL()
        let own = acl.entries.grantable { $0 == .role(grantor) }
        return !granted(acl).intersection(options).isDisjoint(with: own)
      }
  }
}
