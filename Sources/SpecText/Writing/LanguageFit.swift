import Diagnostics
import YAML

/// Takes out of a document what the language doesn't take, by the rules that the reader itself goes by: a value that this
/// version has no word for must not make all specs unreadable.
struct LanguageFit {
  /// What was taken out, each with the reason.
  private(set) var leftOut: [String] = []

  mutating func fit(_ mapping: YAMLMapping, _ table: Table, below path: String = "") -> YAMLMapping {
    var fitting = YAMLMapping(mapping.layout)
    for entry in mapping.entries {
      guard let value = fit(entry, table, path + entry.key) else { continue }
      fitting.add(entry.key, value, comment: entry.comment)
    }
    return fitting
  }

  private mutating func fit(_ entry: YAMLMapping.Entry, _ table: Table, _ path: String) -> YAMLValue? {
    switch (table[entry.key]?.shape, entry.value) {
    case (.table(let inner), .mapping(let mapping)):
      let fitting = fit(mapping, inner, below: path + ".")
      return fitting.isEmpty || !missingKeys(in: fitting.node, inner).isEmpty ? nil : .mapping(fitting)
    case (.map(let key, let value, _), .mapping(let mapping)):
      return .mapping(fit(named: mapping, key, value, path))
    default:
      var checker = Checker(takesDefault: true)
      var alone = YAMLMapping(.block)
      alone.add(entry.key, entry.value)
      checker.checkDocument(alone.node, table, besides: ["kind"])
      guard let fault = checker.diagnostics.first else { return entry.value }
      leftOut.append("`\(path)` (\(fault.message))")
      return nil
    }
  }

  /// A mapping whose keys are names. What is named stays, whatever is taken out of it: a member that isn't there would be
  /// removed.
  private mutating func fit(named mapping: YAMLMapping, _ key: TextKind, _ value: Shape, _ path: String) -> YAMLMapping
  {
    var fitting = YAMLMapping(mapping.layout)
    for entry in mapping.entries {
      if let fault = key.fault(in: entry.key) {
        leftOut.append("`\(entry.key)` of `\(path)` (the name \(fault.message))")
        continue
      }
      if case .table(let inner) = value, case .mapping(let named) = entry.value {
        let kept = fit(named, inner, below: "\(path).\(entry.key).")
        fitting.add(entry.key, .mapping(kept), comment: entry.comment)
      } else {
        let alone = Table("", [Field(entry.key, value, "")])
        let kept = fit(entry, alone, "\(path).\(entry.key)")
        if let kept { fitting.add(entry.key, kept, comment: entry.comment) }
      }
    }
    return fitting
  }
}

extension YAMLMapping {
  /// As the reader would have it, at no place of any file.
  fileprivate var node: Node {
    Node.written(.mapping(entries.map { Pair(key: .written($0.key), value: $0.value.node) }))
  }
}

extension YAMLValue {
  fileprivate var node: Node {
    switch self {
    case .scalar(let text): .written(text)
    case .list(let items): .written(.sequence(items.map { .written($0) }))
    case .items(let items): .written(.sequence(items.map(\.node)))
    case .mapping(let mapping): mapping.node
    }
  }
}

extension Node {
  fileprivate static func written(_ text: String) -> Node { written(.scalar(text, style: .doubleQuoted)) }

  fileprivate static func written(_ content: Content) -> Node {
    let mark = Mark(line: 1, column: 1)
    return Node(content, file: "", start: mark, end: mark)
  }
}
