import Diagnostics
import YAML

/// The names of one `Access` document that its grants and bindings refer to.
struct GrantNames {
  let databases: [String]
  private let known: Set<String>
  private let profiles: [String: Node]
  private var suggestions = Suggestions()
  /// References to what the document doesn't have.
  private(set) var diagnostics: [Diagnostic] = []

  init(databases: [String], profiles: [Pair]) {
    (self.databases, known) = (databases, Set(databases))
    self.profiles = Dictionary(profiles.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// The profile that an entry names; `nil` where it names none that there is.
  mutating func profile(of entry: Node) -> Node? {
    guard let name = entry["profile"], let text = name.text else { return nil }
    if let found = profiles[text] { return found }
    let hint = suggestions.closest(text, in: profiles.keys.sorted()) ?? "declare it under `profiles:`"
    report("there is no profile `\(text)` in this document", name, hint)
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
    report("`\(name)` is not among the `databases:` of this document", node, hint)
  }

  private mutating func report(_ message: String, _ node: Node, _ hint: String) {
    diagnostics.append(Diagnostic(.danglingName, message: message, at: node.location, hint: hint))
  }
}
