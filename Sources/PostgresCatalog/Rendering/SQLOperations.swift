import Model
import Planner

/// Puts edits into batches: one transaction a database where that is possible, statement by statement where it isn't.
///
/// - Shape: in the edits' order; neighbours of one database share a batch. What all databases share is done in the
///   maintenance database, unless all the rest of the edits is done in one other: then there, in its transaction.
package func sqlOperations(for edits: [Edit], _ context: StatementContext) -> [Operation] {
  let home = commonDatabase(of: edits) ?? context.maintenanceDatabase
  var groups: [(place: Place, edits: [Edit])] = []
  for edit in edits {
    let place = Place(database: edit.database ?? home, isTransaction: edit.runsInTransaction)
    if groups.last?.place == place {
      groups[groups.count - 1].edits.append(edit)
    } else {
      groups.append((place, [edit]))
    }
  }
  return groups.compactMap { group in
    let statements = statements(for: group.edits, context)
    guard !statements.isEmpty else { return nil }
    return .sql(
      batch: SQLBatch(
        database: group.place.database, isTransaction: group.place.isTransaction,
        statementTimeoutMilliseconds: group.place.isTransaction ? 60_000 : 600_000, statements: statements))
  }
}

private struct Place: Hashable {
  var database: String
  var isTransaction: Bool
}

private func commonDatabase(of edits: [Edit]) -> String? {
  let databases = Set(edits.compactMap(\.database))
  return databases.count == 1 ? databases.first : nil
}

extension Edit {
  /// What the server refuses inside a transaction block (25001).
  fileprivate var runsInTransaction: Bool {
    switch self {
    case .createDatabase, .setParameter, .reload: false
    default: true  // Every other statement of ours can be rolled back.
    }
  }
}
