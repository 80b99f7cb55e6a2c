import Diagnostics
import YAML

/// Holds one document against its table and notes everything that does not fit. Missing keys are `RequiredKeys`' part:
/// they may come from the document that this one is derived from.
struct Checker {
  private(set) var diagnostics: [Diagnostic] = []
  /// Of things on servers; the parts of names that have several.
  private(set) var names: [WrittenName] = []
  /// What is compared with names of things on servers, where it isn't in ASCII.
  private(set) var compared: [WrittenName] = []
  /// In kinds that may be derived, `default` stands for every value.
  let takesDefault: Bool

  init(takesDefault: Bool) { self.takesDefault = takesDefault }

  mutating func checkDocument(_ root: Node, _ table: Table, besides others: Set<String> = []) {
    checkPairs(root.pairs, table, besides: others)
  }

  private mutating func check(_ node: Node, _ shape: Shape, _ label: String) {
    if node.isNull { return reportNothing(node, shape, label) }
    if takesDefault && node.isDefault { return }
    switch (shape, node.content) {
    case (.text(let kind), .scalar(let text, _)): checkText(text, kind, node)
    case (.flag, .scalar(let text, _)): checkFlag(text, node, label)
    case (.integer(let range), .scalar(let text, _)): checkInteger(text, range, node, label)
    case (.numbers(let numbers), .scalar(let text, _)): checkNumber(text, numbers, node, label)
    case (.choice(let words, let notYet), .scalar(let text, _)): checkChoice(text, words, notYet, node, label)
    case (.secret(let variables, _), .mapping(let pairs)): checkSecret(pairs, variables, node)
    case (.secret(_, let word), .scalar(let text, _)):
      if text != word { reportPlainSecret(text, node, label) }
    case (.list(let item), .sequence(let nodes)): checkItems(nodes, item, label)
    case (.map(let key, let value, _), .mapping(let pairs)): checkMap(pairs, key, value)
    case (.table(let table), .mapping(let pairs)): checkPairs(pairs, table)
    case (.byForm(let scalar, let list, let mapping), _):
      checkByForm(node, scalar, list, mapping, shape, label)
    default: reportForm(node, shape, label)
    }
  }

  private mutating func checkByForm(
    _ node: Node, _ scalar: Shape?, _ list: Shape?, _ mapping: Shape?, _ whole: Shape, _ label: String
  ) {
    let chosen =
      switch node.content {
      case .scalar: scalar
      case .sequence: list
      case .mapping: mapping
      }
    guard let chosen else { return reportForm(node, whole, label) }
    check(node, chosen, label)
  }

  private mutating func checkPairs(_ pairs: [Pair], _ table: Table, besides others: Set<String> = []) {
    for pair in pairs where !others.contains(pair.name) {
      if let field = table[pair.name] {
        check(pair.value, field.shape, "`\(pair.name)`")
      } else if table.notYet.contains(pair.name) {
        report(
          .notSupportedYet, "`\(pair.name)` of \(table.title) is not supported by this version", pair.key,
          "take it out")
      } else {
        let names = table.fields.map(\.key) + others.sorted()
        report(
          .unknownKey, "`\(pair.name)` is not a key of \(table.title)", pair.key,
          closest(pair.name, in: names).map { "did you mean `\($0)`?" }
            ?? "its keys are \(names.sorted().joined(separator: ", "))")
      }
    }
  }

  private mutating func checkMap(_ pairs: [Pair], _ key: TextKind, _ value: Shape) {
    for pair in pairs {
      checkText(pair.name, key, pair.key)
      // `reader:` with nothing behind it is a role without anything special: no other reading is left.
      if case .table = value, pair.value.isNull { continue }
      check(pair.value, value, "`\(pair.name)`")
    }
  }

  private mutating func checkItems(_ nodes: [Node], _ item: Shape, _ label: String) {
    var seen: [String: Node] = [:]
    for node in nodes {
      check(node, item, "an item of \(label)")
      guard let text = node.text, case .scalar = node.content else { continue }
      if let first = seen.updateValue(node, forKey: text) {
        report(
          .conflict, "`\(text)` stands in \(label) twice", node, "take one out",
          [.init("the first is here", at: first.location)])
      }
    }
  }
}

// Scalars.
extension Checker {
  private mutating func checkText(_ text: String, _ kind: TextKind, _ node: Node) {
    guard let fault = kind.fault(in: text) else {
      names += kind.names(in: text).map { WrittenName(text: $0, node: node) }
      if !text.utf8.allSatisfy({ $0 < 0x80 }) {
        compared += kind.compared(in: text).map { WrittenName(text: $0, node: node) }
      }
      return
    }
    report(fault.code, "`\(text)` \(fault.message)", node, fault.hint)
  }

  private mutating func checkFlag(_ text: String, _ node: Node, _ label: String) {
    if text != "true" && text != "false" {
      report(.wrongType, "\(label) is true or false, not `\(text)`", node, "write true or false")
    }
  }

  private mutating func checkInteger(_ text: String, _ range: ClosedRange<Int>, _ node: Node, _ label: String) {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else {
      return report(.wrongType, "\(label) takes a whole number, not `\(text)`", node, "write digits only")
    }
    if digits.count > 1, digits.first == "0" {
      let decimal = String(digits.drop { $0 == "0" })
      return report(
        .wrongType, "`\(text)` begins with a zero: some readers take that for octal, others don't", node,
        "write `\(decimal.isEmpty ? "0" : decimal)`")
    }
    guard let number = Int(text), range.contains(number) else {
      return report(
        .invalidValue, "\(label) is between \(range.lowerBound) and \(range.upperBound), not `\(text)`", node,
        nil)
    }
  }

  private mutating func checkNumber(_ text: String, _ numbers: [Int], _ node: Node, _ label: String) {
    guard !numbers.contains(where: { "\($0)" == text }) else { return }
    report(
      .invalidValue, "\(label) is \(Shape.numbers(numbers).described), not `\(text)`", node,
      Int(text).flatMap { number in numbers.min { abs($0 - number) < abs($1 - number) } }.map { "the nearest is \($0)" }
    )
  }

  private mutating func checkChoice(
    _ text: String, _ words: [String], _ notYet: [String], _ node: Node, _ label: String
  ) {
    if words.contains(text) { return }
    if notYet.contains(text) {
      return report(
        .notSupportedYet, "\(label) `\(text)` is not supported by this version", node,
        "write \(words.joined(separator: " or "))")
    }
    report(
      .invalidValue, "\(label) is \(words.joined(separator: " or ")), not `\(text)`", node,
      closest(text, in: words).map { "did you mean `\($0)`?" })
  }
}

// Secrets.
extension Checker {
  private mutating func checkSecret(_ pairs: [Pair], _ variables: Set<SecretVariable>, _ node: Node) {
    checkPairs(pairs, Language.secret)
    let sources = pairs.filter { Language.secretPlaces.contains($0.name) }
    if sources.isEmpty && !pairs.contains(where: { Language.secret.notYet.contains($0.name) }) {
      report(.missingKey, "the reference names no place", node, "write \(Language.secretForms)")
    }
    if sources.count > 1 {
      report(.conflict, "the reference names two places", sources[1].key, "keep one of them")
    }
    if let key = pairs.first(where: { $0.name == "key" }), sources.count == 1, sources[0].name != "aws_secret" {
      report(
        .conflict, "`key` is a member of an `aws_secret`, and `\(sources[0].name)` has none", key.key, "take it out")
    }
    for source in sources {
      guard let unknown = unknownVariable(in: source.value.text ?? "", known: variables) else { continue }
      let names = variables.sorted().map(\.written).joined(separator: ", ")
      report(.invalidValue, "`\(unknown)` can't be put in here", source.value, "there are \(names)")
    }
  }

  /// The text may be a secret, so neither the message nor a snippet shows it: the place is the file as a whole.
  private mutating func reportPlainSecret(_ text: String, _ node: Node, _ label: String) {
    if text == "disabled" {
      return report(
        .notSupportedYet, "\(label) `disabled` is not supported by this version", node, "take it out")
    }
    diagnostics.append(
      Diagnostic(
        .wrongType,
        message: "line \(node.start.line): \(label) takes a reference to a secret, not the secret itself",
        at: .wholeFile(node.file),
        hint: "write \(Language.secretForms), and change the secret if it was committed"))
  }
}

// Forms.
extension Checker {
  private mutating func reportNothing(_ node: Node, _ shape: Shape, _ label: String) {
    report(
      .wrongType, "\(label) has no value: it takes \(shape.described)", node,
      node.wordForNothing.map { "quote it if the word `\($0)` is meant" } ?? "write one, or take the line out"
    )
  }

  private mutating func reportForm(_ node: Node, _ shape: Shape, _ label: String) {
    report(.wrongType, "\(label) takes \(shape.described), not \(node.form)", node, nil)
  }

  private mutating func report(
    _ code: DiagnosticCode, _ message: String, _ node: Node, _ hint: String?,
    _ related: [Diagnostic.Related] = []
  ) {
    diagnostics.append(Diagnostic(code, message: message, at: node.location, hint: hint, related: related))
  }
}

extension Shape {
  fileprivate var described: String {
    switch self {
    case .text: "text"
    case .flag: "true or false"
    case .integer: "a number"
    case .numbers(let numbers): "one of \(listed(numbers))"
    case .choice(let words, _): words.joined(separator: " or ")
    case .secret(_, let word): "a reference, \(Language.secretForms)" + (word.map { ", or `\($0)`" } ?? "")
    case .list: "a list"
    case .map, .table: "a mapping"
    case .byForm(let scalar, let list, let mapping):
      [scalar, list, mapping].compactMap { $0?.described }.joined(separator: " or ")
    }
  }
}

extension Node {
  fileprivate var form: String {
    switch content {
    case .scalar(let text, _): "`\(text)`"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  /// `null`, where somebody wrote the word.
  fileprivate var wordForNothing: String? {
    guard case .scalar(let text, _) = content, text.count > 1 else { return nil }
    return text
  }
}

/// All numbers, or the ends of many.
func listed(_ numbers: [Int]) -> String {
  let shown = numbers.map(String.init)
  return numbers.count <= 8
    ? shown.joined(separator: ", ") : (shown.prefix(3) + ["…"] + shown.suffix(2)).joined(separator: ", ")
}
