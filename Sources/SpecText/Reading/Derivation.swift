import Diagnostics
import YAML

/// Puts together documents that extend one another. Each value keeps the place where it was written.
struct Derivation {
  /// A longer chain is a mistake: nobody could say where a value comes from.
  static let longestChain = 16

  private(set) var diagnostics: [Diagnostic] = []
  private var reported: Set<String> = []

  /// The whole content of a document; `nil` where what it extends could not be found.
  mutating func resolve(_ document: SpecDocument, in index: inout SpecIndex) -> Node? {
    guard let chain = chain(from: document, in: &index) else { return nil }
    let table = document.kind.table
    return chain.reversed().reduce(nil as Node?) { parent, child in derive(child.root, from: parent, table) }
  }

  /// The document and what it extends, the most general one last.
  private mutating func chain(from document: SpecDocument, in index: inout SpecIndex) -> [SpecDocument]? {
    var chain = [document]
    while let node = chain[chain.count - 1].root["extends"], !node.isDefault {
      guard let parent = index.document(document.kind, namedBy: node) else { return nil }
      if let start = chain.firstIndex(where: { $0.name == parent.name }) {
        reportCycle(Array(chain[start...]))
        return nil
      }
      chain.append(parent)
      guard chain.count <= Self.longestChain else {
        report(
          .conflict, "`\(document.name)` extends more than \(Self.longestChain) documents", document.nameNode,
          "extend fewer")
        return nil
      }
    }
    return chain
  }

  /// One cycle is told once, from its first name on.
  private mutating func reportCycle(_ members: [SpecDocument]) {
    guard let first = members.min(by: { $0.name < $1.name }),
      let start = members.firstIndex(where: { $0.name == first.name }),
      let node = first.root["extends"], reported.insert("\(first.kind) \(first.name)").inserted
    else { return }
    let path = (members[start...] + members[..<start]).map(\.name) + [first.name]
    report(
      .cycle, "`extends` goes in a circle: \(path.joined(separator: " → "))", node, "take one `extends` out")
  }

  private mutating func report(_ code: DiagnosticCode, _ message: String, _ node: Node, _ hint: String) {
    diagnostics.append(Diagnostic(code, message: message, at: node.location, hint: hint))
  }
}

/// Keys that say something of their own document only.
private let ownKeys: Set<String> = ["kind", "name", "extends", "template"]

private func derive(_ child: Node, from parent: Node?, _ table: Table) -> Node {
  let inherited = parent.map { $0.replacingContent(.mapping($0.pairs.filter { !ownKeys.contains($0.name) })) }
  let merged = merge(
    child.replacingContent(.mapping(child.pairs.filter { !ownKeys.contains($0.name) })), onto: inherited,
    .table(table))
  return merged.replacingContent(.mapping(child.pairs.filter { ownKeys.contains($0.name) } + merged.pairs))
}

/// Maps merge, everything else replaces, `default` removes.
private func merge(_ child: Node, onto parent: Node?, _ shape: Shape) -> Node {
  guard case .mapping(let pairs) = child.content, shape.merges else { return child }
  if parent == nil && !holdsDefault(child, shape) { return child }
  var merged: [Pair] = parent?.pairs ?? []
  var indexes = Dictionary(merged.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  var removed: Set<Int> = []
  for pair in pairs {
    let index = indexes[pair.name]
    if pair.value.isDefault {
      if let index { removed.insert(index) }
      continue
    }
    let value = merge(pair.value, onto: index.map { merged[$0].value }, shape.inner(pair.name))
    if let index {
      merged[index] = Pair(key: pair.key, value: value)
    } else {
      indexes[pair.name] = merged.count
      merged.append(Pair(key: pair.key, value: value))
    }
  }
  let kept =
    removed.isEmpty ? merged : merged.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
  return child.replacingContent(.mapping(kept))
}

/// Most documents hold none, and need no copy.
private func holdsDefault(_ node: Node, _ shape: Shape) -> Bool {
  guard case .mapping(let pairs) = node.content, shape.merges else { return false }
  return pairs.contains { $0.value.isDefault || holdsDefault($0.value, shape.inner($0.name)) }
}

extension Shape {
  fileprivate var merges: Bool {
    switch self {
    case .table, .map: true
    case .text, .flag, .integer, .numbers, .choice, .secret, .list, .byForm: false
    }
  }

  fileprivate func inner(_ key: String) -> Shape {
    switch self {
    case .table(let table): table[key]?.shape ?? .text(.words)
    case .map(_, let value, _): value
    case .text, .flag, .integer, .numbers, .choice, .secret, .list, .byForm: self
    }
  }
}
