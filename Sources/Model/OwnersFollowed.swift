/// What belongs to whoever owns its table, and can't be given away alone.
extension Database {
  /// The table whose owner the object has: of a sequence that a column owns, and of a table's row type.
  package func leader(of id: ObjectID) -> ObjectID? {
    switch id.kind {
    case .sequence: return sequencesOfColumns[id]
    case .type:
      let table = ObjectID(kind: .table, schema: id.schema, name: id.name)
      return objects.states[table] == nil ? nil : table
    default: return nil
    }
  }

  /// Whatever goes with the table when its owner changes, as far as it is known: its columns' lists, the sequences that
  /// its columns own, its row type.
  ///
  /// - Source: `ATExecChangeOwner()` in PostgreSQL's `tablecmds.c`. Partitions and views don't follow.
  package func followers(of table: ObjectID) -> [ObjectID] {
    guard table.kind == .table else { return [] }
    let rowType = ObjectID(kind: .type, schema: table.schema, name: table.name)
    return objects.columns(of: table) + sequencesOfColumns.filter { $0.value == table }.keys.sorted()
      + (objects.states[rowType] == nil ? [] : [rowType])
  }
}
