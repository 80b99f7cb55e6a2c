import Diagnostics
import Model
import YAML

/// The value of one field that is in effect, and where it comes from.
package struct ExplainedField: Hashable, Sendable {
  package enum Origin: Hashable, Sendable {
    case written(SourceLocation)
    /// Nobody wrote it: it holds by default.
    case standard
  }

  /// What it belongs to: `instance/orders/access/role/alice`.
  package var address: Address
  /// The keys that lead to it, from the document on: `access.orders-access.roles.alice.login`.
  package var key: String
  package var value: String
  package var origin: Origin

  package init(address: Address, key: String, value: String, origin: Origin) {
    (self.address, self.key, self.value, self.origin) = (address, key, value, origin)
  }
}

/// Says which values are in effect at an address and under it, each with the document that set it.
///
/// - Shape: fields in the order of the language. For an instance also those of its platform, parameters, backup policy and
///   access documents. `nil` where nothing in the specs has the address. Values are shown as they were written; of a
///   secret only the reference.
package func explain(_ address: Address, documents: [Document]) -> [ExplainedField]? {
  var reader = SpecReader(documents)
  reader.readAll()
  guard address.segments.count >= 2,
    let kind = DocumentKind.allCases.first(where: { $0.segment == address.segments[0] }),
    let document = reader.index[kind, address.segments[1]]
  else { return nil }
  let node = reader.wholeNode(of: document)
  var explanation = Explanation(type: reader.platformType(of: node))
  explanation.add(node, kind.table, Address([kind.segment, document.name]))
  if kind == .instance { explanation.addReferences(of: document.name, node, reader) }
  let found = explanation.fields.filter { address.contains($0.address) }
  return found.isEmpty ? nil : found
}

extension SpecReader {
  /// The document with what it extends; a broken chain leaves its own lines.
  fileprivate mutating func wholeNode(of document: SpecDocument) -> Node {
    guard document.kind.extends else { return document.root }
    var derivation = Derivation()
    return derivation.resolve(document, in: &index) ?? document.root
  }

  fileprivate func platformType(of node: Node) -> PlatformType? {
    node.text("platform").flatMap { platforms[$0]?.type }
  }
}

private struct Explanation {
  /// Defaults of fields for other platforms are left out.
  let type: PlatformType?
  var fields: [ExplainedField] = []

  init(type: PlatformType?) { self.type = type }

  mutating func add(_ node: Node, _ table: Table, _ address: Address, prefix: String = "") {
    // Defaults say nothing about what is to go.
    let isAbsent = node.text("state") == "absent"
    for field in table.fields where field.key != "name" {
      if let value = node[field.key] {
        add(value, field.shape, address, prefix + field.key)
      } else if let standard = field.standard, !isAbsent,
        type.map(field.isHonoured(on:)) ?? true
      {
        fields.append(
          ExplainedField(address: address, key: prefix + field.key, value: standard, origin: .standard))
      }
    }
  }

  private mutating func add(_ node: Node, _ shape: Shape, _ address: Address, _ key: String) {
    let before = fields.count
    switch (shape, node.content) {
    case (.table(let table), _): add(node, table, address, prefix: key + ".")
    case (.map(_, let value, let segment), .mapping(let pairs)):
      for pair in pairs {
        let inner = segment.map { address.appending($0, pair.name) } ?? address
        add(pair.value, value, inner, "\(key).\(pair.name)")
      }
    case (.list(let item), .sequence(let items)) where items.contains { $0.text == nil }:
      for (number, one) in items.enumerated() { add(one, item, address, "\(key)[\(number + 1)]") }
    case (.byForm(_, let list?, _), .sequence): add(node, list, address, key)
    case (.byForm(_, _, let mapping?), .mapping): add(node, mapping, address, key)
    default: break
    }
    if fields.count == before { addLeaf(node, address, key) }
  }

  mutating func addLeaf(_ node: Node, _ address: Address, _ key: String, value: String? = nil) {
    fields.append(
      ExplainedField(address: address, key: key, value: value ?? node.shown, origin: .written(node.location)))
  }
}

// What an instance refers to.
extension Explanation {
  mutating func addReferences(of name: String, _ node: Node, _ reader: SpecReader) {
    let root = Address.instance(name)
    if let platform = node.text("platform").flatMap({ reader.index[.platform, $0] }) {
      add(platform.root, Language.platform, root, prefix: "platform.")
    }
    addParameters(node, reader, root)
    if let policy = node.text("backup").flatMap({ reader.policies[$0] }) {
      add(policy, Language.backupPolicy, root.appending("backup"), prefix: "backup.")
    }
    for name in node.texts("access") {
      guard let document = reader.index[.access, name] else { continue }
      add(document.root, Language.access, root.appending("access"), prefix: "access.\(name).")
    }
  }

  private mutating func addParameters(_ node: Node, _ reader: SpecReader, _ root: Address) {
    var combined = CombinedParameters()
    for name in node.texts("parameters") {
      if let document = reader.index[.parameters, name] { combined.add(document, for: type ?? .server) }
    }
    for (name, place) in combined.nodes.sorted(by: { $0.key < $1.key }) {
      addLeaf(
        place, root.appending("parameter", name), "parameters.\(name)",
        value: combined.values[name]?.value.shown)
    }
  }
}

extension Node {
  /// The value on one line, as it would be written.
  fileprivate var shown: String {
    switch content {
    case .scalar(let text, _): text
    case .sequence(let items): "[" + items.map(\.shown).joined(separator: ", ") + "]"
    case .mapping(let pairs):
      if let secret = SecretRef(reference: self) {
        "\(secret)"
      } else {
        "{" + pairs.map { "\($0.name): \($0.value.shown)" }.joined(separator: ", ") + "}"
      }
    }
  }
}

extension DesiredParameter.Value {
  fileprivate var shown: String {
    switch self {
    case .scalar(let text): text
    case .list(let items): "[" + items.joined(separator: ", ") + "]"
    }
  }
}
