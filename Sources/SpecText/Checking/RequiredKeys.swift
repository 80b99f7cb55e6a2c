import Diagnostics
import YAML

/// The keys that a document, merged with what it is derived from, still lacks.
func missingKeys(in node: Node, _ table: Table) -> [Diagnostic] {
  var missing: [Diagnostic] = []
  collect(node, .table(table), &missing)
  return missing
}

private func collect(_ node: Node, _ shape: Shape, _ missing: inout [Diagnostic]) {
  switch (shape, node.content) {
  case (.table(let table), .mapping(let pairs)):
    // Whoever wrote only what a later version takes is told that, and not what else to write.
    if !pairs.isEmpty && pairs.allSatisfy({ table.notYet.contains($0.name) }) { return }
    for field in table.fields where field.presence == .required && node.pair(field.key) == nil {
      missing.append(
        Diagnostic(
          .missingKey, message: "`\(field.key)` of \(table.title) is missing", at: node.location,
          hint: "write `\(field.key): …`"))
    }
    for pair in pairs { if let field = table[pair.name] { collect(pair.value, field.shape, &missing) } }
  case (.map(_, let value, _), .mapping(let pairs)):
    for pair in pairs { collect(pair.value, value, &missing) }
  case (.list(let item), .sequence(let items)): for one in items { collect(one, item, &missing) }
  case (.byForm(_, let list, _), .sequence): if let list { collect(node, list, &missing) }
  case (.byForm(_, _, let mapping), .mapping): if let mapping { collect(node, mapping, &missing) }
  default: break
  }
}
