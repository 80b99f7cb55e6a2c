import CLibYAML
import Diagnostics
import YAML

/// Makes documents of libyaml's events, on a stack of its own so that no depth of nesting can overflow ours.
struct DocumentBuilder {
  private(set) var documents: [Document] = []
  private(set) var diagnostics: [Diagnostic] = []
  /// True once the file broke a limit: the rest is not worth reading.
  private(set) var isFinished = false

  /// Values read so far, those behind aliases not counted.
  private(set) var nodes = 0

  private let file: String
  private let nodeLimit: Int
  private var open: [OpenCollection] = []
  private var anchors: [String: Anchored] = [:]
  private var openAnchors: Set<String> = []
  private var aliasedNodes = 0

  init(file: String, nodeLimit: Int) {
    self.file = file
    self.nodeLimit = nodeLimit
  }

  /// The innermost `[` or `{` that waits for its end.
  var openBracket: (character: String, mark: Mark)? {
    guard let last = open.last, last.isFlow else { return nil }
    return (last.kind == .sequence ? "[" : "{", last.start)
  }

  mutating func report(_ diagnostic: Diagnostic) {
    diagnostics.append(diagnostic)
    guard diagnostics.count == YAMLLimits.errorsPerFile else { return }
    stop(
      .tooManyErrors, "the file has more errors than the \(YAMLLimits.errorsPerFile) shown", .wholeFile(file))
  }

  mutating func take(_ event: borrowing yaml_event_t) {
    let start = Mark(event.start_mark)
    let end = Mark(event.end_mark)
    switch event.type {
    case YAML_DOCUMENT_START_EVENT: beginDocument(event, start)
    case YAML_SCALAR_EVENT: takeScalar(event, start, end)
    case YAML_ALIAS_EVENT: takeAlias(text(event.data.alias.anchor), start, end)
    case YAML_SEQUENCE_START_EVENT:
      let data = event.data.sequence_start
      refuse(tag: data.tag, start)
      begin(.sequence, data.anchor, isFlow: data.style == YAML_FLOW_SEQUENCE_STYLE, start, end)
    case YAML_MAPPING_START_EVENT:
      let data = event.data.mapping_start
      refuse(tag: data.tag, start)
      begin(.mapping, data.anchor, isFlow: data.style == YAML_FLOW_MAPPING_STYLE, start, end)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: endCollection(end)
    default: break
    }
  }

  private mutating func beginDocument(_ event: borrowing yaml_event_t, _ start: Mark) {
    anchors = [:]
    let directives = event.data.document_start.tag_directives
    guard let first = directives.start, first < directives.end else { return }
    report(.tag, "`%TAG` is not supported", start, hint: "remove the line")
  }
}

// MARK: values

extension DocumentBuilder {
  private mutating func takeScalar(_ event: borrowing yaml_event_t, _ start: Mark, _ end: Mark) {
    let event = event.data.scalar
    refuse(tag: event.tag, start)
    let bytes = UnsafeBufferPointer(start: event.value, count: event.length)
    let content = Node.Content.scalar(String(decoding: bytes, as: UTF8.self), style: ScalarStyle(event.style))
    let node = Node(content, file: file, start: start, end: end)
    let value = Anchored(node: node, count: 1, height: 0)
    if let name = event.anchor.map(text) {
      openAnchors.remove(name)
      anchors[name] = value
    }
    count(start)
    add(value, endingAt: end)
  }

  private mutating func takeAlias(_ name: String, _ start: Mark, _ end: Mark) {
    guard let anchored = anchors[name], !openAnchors.contains(name) else {
      reportMissing(alias: name, start)
      let nothing = Node(.scalar("", style: .plain), file: file, start: start, end: end)
      return add(Anchored(node: nothing, count: 1, height: 0), endingAt: end)
    }
    aliasedNodes += anchored.count
    if aliasedNodes > YAMLLimits.aliasedNodesPerFile {
      let message = "the aliases of this file stand for more than \(YAMLLimits.aliasedNodesPerFile) values"
      return stop(.aliasBudget, message, location(start))
    }
    if open.count + anchored.height > YAMLLimits.depth { return stopTooDeep(start) }
    add(anchored, endingAt: end)
  }

  private mutating func reportMissing(alias name: String, _ start: Mark) {
    if openAnchors.contains(name) {
      return report(.recursiveAlias, "`*\(name)` stands inside the value that it names", start)
    }
    let candidates = anchors.keys.prefix(mostCompared)
    let guess = candidates.count == anchors.count ? closest(name, in: candidates) : nil
    report(
      .unknownAlias, "no `&\(name)` stands before `*\(name)` in this document", start,
      hint: guess.map { "did you mean `*\($0)`?" } ?? "quote the value if it begins with `*`")
  }

  private mutating func begin(
    _ kind: OpenCollection.Kind, _ anchor: UnsafeMutablePointer<yaml_char_t>?, isFlow: Bool, _ start: Mark,
    _ end: Mark
  ) {
    count(start)
    let name = anchor.map(text)
    if let name { openAnchors.insert(name) }
    open.append(OpenCollection(kind: kind, anchor: name, isFlow: isFlow, start: start, end: end))
    if open.count > YAMLLimits.depth { stopTooDeep(start) }
  }

  private mutating func endCollection(_ end: Mark) {
    guard let closed = open.popLast() else { return }
    let content: Node.Content
    switch closed.kind {
    case .sequence: content = .sequence(closed.items)
    case .mapping: content = .mapping(acceptable(closed.pairs))
    }
    let node = Node(content, file: file, start: closed.start, end: closed.isFlow ? end : closed.end)
    let value = Anchored(node: node, count: closed.count, height: closed.height + 1)
    if let anchor = closed.anchor {
      openAnchors.remove(anchor)
      anchors[anchor] = value
    }
    add(value, endingAt: node.end)
  }

  /// Puts a finished value where it belongs: into the innermost open collection, or at the root.
  private mutating func add(_ value: Anchored, endingAt end: Mark) {
    guard open.isEmpty else { return open[open.count - 1].add(value, endingAt: end) }
    if case .scalar("", .plain) = value.node.content { return }
    documents.append(Document(root: value.node, file: file))
  }
}

// MARK: refusals

extension DocumentBuilder {
  /// The pairs whose keys can stay, each refusal reported.
  private mutating func acceptable(_ pairs: [Pair]) -> [Pair] {
    var first: [String: Int] = [:]
    first.reserveCapacity(pairs.count)
    var refused: Set<Int> = []
    for (index, pair) in pairs.enumerated() {
      guard let name = acceptable(key: pair.key) else {
        refused.insert(index)
        continue
      }
      guard let earlier = first[name] else {
        first[name] = index
        continue
      }
      refused.insert(index)
      reportDuplicate(pair.key, name, pairs[earlier].key)
    }
    if refused.isEmpty { return pairs }
    return pairs.indices.filter { !refused.contains($0) }.map { pairs[$0] }
  }

  /// The text of a key, or nil for one that is refused.
  private mutating func acceptable(key: Node) -> String? {
    guard case .scalar(let name, let style) = key.content else {
      let hint = "quote the key if it is text"
      report(.nonScalarKey, "a list or mapping can't be a key", key.start, hint: hint)
      return nil
    }
    guard name == "<<", style == .plain else { return name }
    let hint = "write the keys out, or use an alias for a whole value"
    report(.mergeKey, "merge keys (`<<`) are not supported", key.start, hint: hint)
    return nil
  }

  private mutating func reportDuplicate(_ key: Node, _ name: String, _ earlier: Node) {
    let related = Diagnostic.Related("`\(name)` stands here first", at: earlier.location)
    report(
      Diagnostic(
        .duplicateKey, message: "`\(name)` stands twice in this mapping", at: key.location,
        hint: "remove or rename one", related: [related]))
  }

  private mutating func refuse(tag: UnsafeMutablePointer<yaml_char_t>?, _ start: Mark) {
    guard let tag else { return }
    let name = text(tag)
    let standard = "tag:yaml.org,2002:"
    let shown = name.hasPrefix(standard) ? "!!" + name.dropFirst(standard.count) : name
    report(
      .tag, "tags (`\(shown)`) are not supported", start,
      hint: "remove it: the schema gives each value its type; quote a value that begins with `!`")
  }

  private mutating func report(_ code: DiagnosticCode, _ message: String, _ mark: Mark, hint: String? = nil) {
    report(Diagnostic(code, message: message, at: location(mark), hint: hint))
  }

  private mutating func count(_ start: Mark) {
    nodes += 1
    guard nodes > nodeLimit else { return }
    let holder = nodeLimit == YAMLLimits.nodesPerFile ? "the file holds" : "the specs hold"
    let limit = nodeLimit == YAMLLimits.nodesPerFile ? YAMLLimits.nodesPerFile : SpecTreeLimits.nodes
    stop(.tooManyNodes, "\(holder) more than \(limit) values", location(start))
  }

  private mutating func stopTooDeep(_ start: Mark) {
    stop(.tooDeep, "values are nested more than \(YAMLLimits.depth) deep", location(start))
  }

  private mutating func stop(_ code: DiagnosticCode, _ message: String, _ location: SourceLocation) {
    guard !isFinished else { return }
    isFinished = true
    diagnostics.append(Diagnostic(code, message: message, at: location))
  }

  private func location(_ mark: Mark) -> SourceLocation {
    SourceLocation(file: file, line: Int(mark.line), column: Int(mark.column))
  }
}

extension ScalarStyle {
  fileprivate init(_ style: yaml_scalar_style_t) {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: self = .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: self = .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: self = .literal
    case YAML_FOLDED_SCALAR_STYLE: self = .folded
    default: self = .plain
    }
  }
}

/// Among more anchors no suggestion is looked for: a hostile file may have a million.
private let mostCompared = 1_000

/// libyaml hands out NUL-terminated UTF-8.
private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>) -> String { String(cString: pointer) }
