import Diagnostics
import Model
import YAML

/// What the readers of one `Access` document's entries share: the names that entries refer to, and where to report
/// mistakes. Each reader has a copy of its own.
struct AccessContext {
  let mode: AccessMode
  let databases: [String]
  private let known: Set<String>
  private let profiles: [String: Node]
  private var suggestions = Suggestions()
  private(set) var diagnostics: [Diagnostic] = []

  init(mode: AccessMode, databases: [String], profiles: [Pair]) {
    self.mode = mode
    (self.databases, known) = (databases, Set(databases))
    self.profiles = Dictionary(profiles.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// The profile that an entry names; `nil` where it names none that there is.
  mutating func profile(of entry: Node) -> Node? {
    guard let name = entry["profile"], let text = name.text else { return nil }
    if let found = profiles[text] { return found }
    let hint = suggestions.closest(text, in: profiles.keys.sorted()) ?? "declare it under `profiles:`"
    report(.danglingName, "there is no profile `\(text)` in this document", name, hint)
    return nil
  }

  /// The database and the schema of a place, which may be a pattern; `nil` where the text is none of a place.
  mutating func place(_ node: Node) -> (database: String, schema: String)? {
    guard let place = schemaPlace(of: node) else { return nil }
    check(database: place.0, at: node["database"] ?? node)
    return place
  }

  mutating func check(database name: String, at node: Node) {
    guard !known.contains(name) else { return }
    let hint = suggestions.closest(name, in: databases) ?? "add it to `databases:`"
    report(.danglingName, "`\(name)` is not among the `databases:` of this document", node, hint)
  }

  mutating func report(_ code: DiagnosticCode, _ message: String, _ node: Node, _ hint: String) {
    report(Diagnostic(code, message: message, at: node.location, hint: hint))
  }

  mutating func report(_ mistake: Diagnostic) { diagnostics.append(mistake) }
}
