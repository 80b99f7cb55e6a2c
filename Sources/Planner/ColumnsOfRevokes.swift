import Model

/// What has to be done on a column before and after revokes on its table, which take from the column's list too: the server
/// refuses them as long as something hangs there on what they take.
///
/// - Source: PostgreSQL documentation, "REVOKE", Notes; that each list is judged by itself was seen on 15, 16 and 18.
func columnEdits(
  on column: ObjectGroup, _ owner: String, from given: ACL, to wanted: ACL, around revokes: [Edit]
) -> (first: [Edit], then: [Edit]) {
  let left = given.left(by: revokes, owner: owner)
  return (
    transition(on: column, owner: owner, from: given, to: left.withoutHanging),
    transition(on: column, owner: owner, from: left.atLast, to: wanted)
  )
}

/// The same for all columns of tables, around revokes of what one grantor granted one grantee.
///
/// - Parameter list: what a column's list holds by then, and is to hold again. What else is too much was taken back before.
func columnEdits(
  onColumnsOf tables: ObjectGroup, in observed: Observed, around revokes: [Edit], of grantee: Grantee,
  by grantor: String, having list: (ObjectID, ACL) -> ACL = { $1 }
) -> (first: [Edit], then: [Edit]) {
  let around = observed.columns(of: tables).compactMap { group, state -> (first: [Edit], then: [Edit])? in
    let held = list(group.members[0], state.acl)
    guard held.entry(grantee, grantor: grantor) != nil else { return nil }
    return columnEdits(on: group, state.owner, from: held, to: held, around: revokes)
  }
  return (around.flatMap(\.first), around.flatMap(\.then))
}

extension Observed {
  /// The columns of tables that have lists of their own.
  func columns(of tables: ObjectGroup) -> [(group: ObjectGroup, state: ObjectState)] {
    guard tables.kind == .table, let objects = databases[tables.database]?.objects else { return [] }
    return tables.members.flatMap(objects.columns).compactMap { column in
      objects.states[column].map { state in
        (column.group(in: tables.database), state)
      }
    }
  }
}

extension ACL {
  fileprivate func left(by revokes: [Edit], owner: String) -> (withoutHanging: ACL, atLast: ACL) {
    var outcomes = entries.map { entry in
      var rest = ACL([entry])
      for case .revoke(_, let grantee, let grantor, let privileges, let optionOnly) in revokes {
        rest.remove(privileges, from: grantee, grantor: grantor, grantOptionOnly: optionOnly)
      }
      return EntryOutcome(entry, keeping: rest.entries.first)
    }
    dropLoose(&outcomes, owner: owner, isColumn: true) { _ in false }
    return (ACL(outcomes.map { $0.isLoose ? $0.rest : $0.entry }), ACL(outcomes.map(\.rest)))
  }
}
