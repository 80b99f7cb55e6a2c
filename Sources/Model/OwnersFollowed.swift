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

  /// Whatever goes with tables when their owner changes, as far as it is known: their columns' lists, the sequences that
  /// their columns own, their row types.
  ///
  /// - Source: `ATExecChangeOwner()` in PostgreSQL's `tablecmds.c`. Partitions and views don't follow.
  package func followers(of tables: ObjectGroup) -> [ObjectID] {
    guard tables.kind == .table else { return [] }
    let sequences = Dictionary(grouping: sequencesOfColumns.keys) { sequencesOfColumns[$0] }
    return tables.names.flatMap { name in
      let table = ObjectID(kind: .table, schema: tables.schema, name: name)
      let rowType = ObjectID(kind: .type, schema: tables.schema, name: name)
      return objects.columns(of: table) + (sequences[table]?.sorted() ?? [])
        + (objects.states[rowType] == nil ? [] : [rowType])
    }
  }
}
