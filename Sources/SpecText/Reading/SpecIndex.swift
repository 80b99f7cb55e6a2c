import Diagnostics
import YAML

/// One document whose kind and name are known.
struct SpecDocument: Sendable {
  let kind: DocumentKind
  let name: String
  let nameNode: Node
  let root: Node
}

/// The documents of a repository by kind and name.
struct SpecIndex: Sendable {
  private var byKind: [DocumentKind: [String: SpecDocument]] = [:]
  private(set) var diagnostics: [Diagnostic] = []
  /// Of things on servers, wherever they are written.
  private(set) var names: [WrittenName] = []
  /// What is compared with names of things on servers, where it isn't in ASCII.
  private(set) var compared: [WrittenName] = []
  private var suggestions = Suggestions()

  init(_ documents: [Document]) {
    for document in documents { add(document.root) }
  }

  /// In the order of their names, so that no order of a dictionary shows.
  func documents(_ kind: DocumentKind) -> [SpecDocument] {
    (byKind[kind] ?? [:]).values.sorted { $0.name < $1.name }
  }

  subscript(kind: DocumentKind, name: String) -> SpecDocument? { byKind[kind]?[name] }

  /// The document that a node names; where there is none, that is reported.
  mutating func document(_ kind: DocumentKind, namedBy node: Node) -> SpecDocument? {
    guard let name = node.text else { return nil }
    if let found = self[kind, name] { return found }
    let nearest = suggestions.closest(name, in: byKind[kind, default: [:]].keys)
    diagnostics.append(
      Diagnostic(
        .danglingName, message: "there is no `\(kind.rawValue)` named `\(name)`", at: node.location,
        hint: nearest ?? "declare it: `kind: \(kind.rawValue)`, `name: \(name)`"))
    return nil
  }

  private mutating func add(_ root: Node) {
    guard case .mapping = root.content else {
      return report(.wrongType, "a document is a mapping that begins with `kind:`", root, nil)
    }
    guard let kind = kind(of: root) else { return }
    var checker = Checker(takesDefault: kind.extends)
    checker.checkDocument(kind == .platform ? withoutForeignKeys(root) : root, kind.table, besides: ["kind"])
    diagnostics += checker.diagnostics
    names += checker.names
    compared += checker.compared
    guard let nameNode = root["name"] else {
      return report(.missingKey, "`name` of `\(kind.rawValue)` is missing", root, "write `name: …`")
    }
    guard let name = nameNode.text else { return }
    let document = SpecDocument(kind: kind, name: name, nameNode: nameNode, root: root)
    guard let first = byKind[kind, default: [:]][name] else {
      byKind[kind, default: [:]][name] = document
      return
    }
    diagnostics.append(
      Diagnostic(
        .duplicateName, message: "there are two documents `\(kind.rawValue)` named `\(name)`",
        at: nameNode.location,
        hint: "rename one of them", related: [.init("the first is here", at: first.nameNode.location)]))
  }

  private mutating func kind(of root: Node) -> DocumentKind? {
    let kinds = DocumentKind.allCases.map(\.rawValue)
    guard let node = root["kind"] else {
      let isRepository = root["language"] != nil
      report(
        .missingKey, "`kind` is missing", root,
        isRepository
          ? "`language:` belongs into `holdfast.yaml` at the root of the repository"
          : "write `kind:` with one of \(kinds.joined(separator: ", "))")
      return nil
    }
    if let kind = node.text.flatMap(DocumentKind.init) { return kind }
    report(
      .unknownKind, "`\(node.text ?? "")` is no kind of document", node,
      closest(node.text ?? "", in: kinds).map { "did you mean `\($0)`?" }
        ?? "there are \(kinds.joined(separator: ", "))")
    return nil
  }

  /// Of a platform whose type this version does not have, only the type is a mistake.
  private func withoutForeignKeys(_ root: Node) -> Node {
    guard let type = root.text("type"), Language.clouds.contains(type) else { return root }
    return root.replacingContent(.mapping(root.pairs.filter { ["kind", "name", "type"].contains($0.name) }))
  }

  private mutating func report(_ code: DiagnosticCode, _ message: String, _ node: Node, _ hint: String?) {
    diagnostics.append(Diagnostic(code, message: message, at: node.location, hint: hint))
  }
}
