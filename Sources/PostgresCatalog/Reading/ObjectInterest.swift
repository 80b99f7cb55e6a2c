import Model

/// What the specs name that is read only on demand: there may be very many of it, and nothing is granted on most.
struct ObjectInterest: Sendable {
  /// Tables of whatever schema whose columns are granted one by one; all their columns are read.
  private(set) var tablesByColumn: Set<String> = []
  private(set) var allLargeObjects = false
  /// Which sequences belong to columns: only a change of owner asks.
  private(set) var sequencesOfColumns = false

  init(_ access: DesiredAccess) {
    sequencesOfColumns = !access.owners.isEmpty || access.movesOtherOwners
    for item in access.rules.flatMap(\.items) {
      guard case .objects(let kind, _, let names) = item.selector else { continue }
      if kind == .largeObject { allLargeObjects = true }
      if kind == .column, let name = names?.exact.flatMap({ ColumnName($0) }) { tablesByColumn.insert(name.table) }
    }
  }
}
