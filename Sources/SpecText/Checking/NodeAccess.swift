import YAML

/// Reads a node that was checked before: what is of another form than asked for was reported and reads as nothing.
extension Node {
  var text: String? {
    guard case .scalar(let text, _) = content, !isNull else { return nil }
    return text
  }

  var pairs: [Pair] { if case .mapping(let pairs) = content { pairs } else { [] } }

  var items: [Node] { if case .sequence(let items) = content { items } else { [] } }

  /// A list, or one thing where a list of one is meant.
  var oneOrMany: [Node] { if case .sequence(let items) = content { items } else { isNull ? [] : [self] } }

  subscript(key: String) -> Node? { pair(key)?.value }

  func pair(_ key: String) -> Pair? {
    // Indexed, because a loop over values would copy each of them, and this is most of what reading does.
    guard case .mapping(let pairs) = content else { return nil }
    for index in pairs.indices where pairs[index].name == key { return pairs[index] }
    return nil
  }

  func text(_ key: String) -> String? { self[key]?.text }

  func flag(_ key: String) -> Bool? { text(key).flatMap(Bool.init) }

  func integer(_ key: String) -> Int? { text(key).flatMap { Int($0) } }

  func texts(_ key: String) -> [String] { self[key]?.oneOrMany.compactMap(\.text) ?? [] }

  /// The texts of a mapping to scalars.
  func textMap(_ key: String) -> [String: String] { self[key]?.textMap ?? [:] }

  var textMap: [String: String] {
    var result: [String: String] = [:]
    for pair in pairs { result[pair.name] = pair.value.text }
    return result
  }

  /// `default` without quotes, which unsets a field of a kind that may be derived.
  var isDefault: Bool { if case .scalar("default", .plain) = content { true } else { false } }

  /// The same place with other content.
  func replacingContent(_ content: Content) -> Node { Node(content, file: file, start: start, end: end) }
}
