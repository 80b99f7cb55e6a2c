import Diagnostics
import YAML

/// What `holdfast.yaml` says.
func readRepository(_ documents: [Document]) -> (journalDirectory: String?, diagnostics: [Diagnostic]) {
  guard let root = documents.first?.root else { return (nil, []) }
  guard case .mapping = root.content else {
    return (
      nil,
      [
        Diagnostic(
          .wrongType, message: "`holdfast.yaml` is a mapping", at: root.location, hint: "write `language: 1`")
      ]
    )
  }
  var checker = Checker(takesDefault: false)
  checker.checkDocument(root, Language.repository)
  var diagnostics = checker.diagnostics + missingLanguage(root) + newerLanguage(root)
  if let journal = root["journal"] { diagnostics += missingKeys(in: journal, Language.journal) }
  for extra in documents.dropFirst() {
    diagnostics.append(
      Diagnostic(
        .conflict, message: "`holdfast.yaml` holds one document", at: extra.root.location,
        hint: "put specs under `specs/`"))
  }
  return (root["journal"]?.text("directory"), diagnostics)
}

private func missingLanguage(_ root: Node) -> [Diagnostic] {
  guard root["language"] == nil else { return [] }
  return [
    Diagnostic(
      .missingKey, message: "`language` of `holdfast.yaml` is missing", at: root.location,
      hint: "write `language: \(Language.version)`")
  ]
}

private func newerLanguage(_ root: Node) -> [Diagnostic] {
  guard let node = root["language"], let number = node.text.flatMap({ Int($0) }), number > Language.version
  else { return [] }
  return [
    Diagnostic(
      .notSupportedYet, message: "language \(number) is not supported by this version", at: node.location,
      hint: "write `language: \(Language.version)`, or use a newer holdfast")
  ]
}
