import Diagnostics
import Model
import YAML

/// Reads the entries of `owners:`.
struct OwnerReader {
  private(set) var context: AccessContext

  init(_ context: AccessContext) { self.context = context }

  /// One rule for each place that `in` names.
  mutating func read(_ node: Node, address: Address) -> [OwnerRule] {
    guard let owner = node.text("role") else { return [] }
    if !node.pairs.contains(where: { pair in Language.schemaKinds.contains { $0.plural == pair.name } }) {
      context.report(
        .missingKey, "the entry names nothing that \(owner) is to own", node,
        "write `tables:`, `sequences:`, `functions:` or `types:`")
    }
    return (node["in"]?.oneOrMany ?? []).compactMap { context.place($0) }.map { place in
      OwnerRule(
        owner: owner, database: place.database, items: items(of: node, in: NamePattern(place.schema)),
        mode: context.mode,
        address: address)
    }
  }

  private mutating func items(of node: Node, in schema: NamePattern) -> [OwnerRule.Item] {
    Language.schemaKinds.flatMap { kind -> [OwnerRule.Item] in
      guard let value = node[kind.plural] else { return [] }
      guard value.text == nil else { return [OwnerRule.Item(kind: kind, schema: schema, names: nil)] }
      return value.items.compactMap(\.text).map { text in
        OwnerRule.Item(kind: kind, schema: schema, names: NamePattern(text))
      }
    }
  }
}
