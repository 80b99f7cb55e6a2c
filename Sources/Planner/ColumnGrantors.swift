import Model

/// What each role may grant on.
typealias GrantOptions = [String: PrivilegeSet]

extension ObjectTable {
  /// The table whose list, too, says whether the entries of a column's list hold: who may grant on a table may grant on
  /// each of its columns, and the column's own list doesn't tell. `nil` where all of them are the owner's.
  ///
  /// - Source: `ExecGrant_Attribute()` in PostgreSQL's `aclchk.c`, which looks for the grantor in both lists; seen on 15, 16 and 18.
  func lender(to id: ObjectID) -> ObjectID? {
    guard id.kind == .column, let state = states[id],
      state.acl.entries.contains(where: { $0.grantor != state.owner })
    else { return nil }
    return id.tableOfColumn
  }
}

extension [EntryOutcome] {
  /// What roles may grant on beforehand.
  var optionsBefore: GrantOptions { reduce(into: [:]) { $0.add($1.entry) } }

  /// What roles may grant on in the end, without those that leave.
  func optionsAfter(leaving: (Grantee) -> Bool) -> GrantOptions {
    reduce(into: [:]) { options, outcome in if !leaving(outcome.entry.grantee) { options.add(outcome.rest) } }
  }
}

extension GrantOptions {
  fileprivate mutating func add(_ entry: ACLEntry) {
    if let role = entry.grantee.role { self[role, default: []].formUnion(entry.grantable) }
  }

  /// Both together.
  func adding(_ other: GrantOptions) -> GrantOptions { merging(other) { $0.union($1) } }
}

/// The options on a column's table, before and after what is planned.
struct LentOptions {
  var before: GrantOptions = [:]
  var after: GrantOptions = [:]

  init() {}

  init(_ outcomes: [EntryOutcome], leaving: (Grantee) -> Bool) {
    (before, after) = (outcomes.optionsBefore, outcomes.optionsAfter(leaving: leaving))
  }
}
