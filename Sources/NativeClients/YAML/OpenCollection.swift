import YAML

/// A finished value, with what its use through an alias would cost.
struct Anchored {
  let node: Node
  /// Values in it, itself included, aliases expanded.
  let count: Int
  /// Collections nested in it, itself included.
  let height: Int
}

/// A collection whose end has not come yet.
struct OpenCollection {
  enum Kind { case sequence, mapping }

  let kind: Kind
  let anchor: String?
  let isFlow: Bool
  let start: Mark
  var end: Mark
  var items: [Node] = []
  var pairs: [Pair] = []
  var key: Node?
  var count = 1
  var height = 0

  mutating func add(_ value: Anchored, endingAt end: Mark) {
    count += value.count
    height = max(height, value.height)
    self.end = end
    switch (kind, key) {
    case (.sequence, _): items.append(value.node)
    case (.mapping, nil): key = value.node
    case (.mapping, let key?):
      pairs.append(Pair(key: key, value: value.node))
      self.key = nil
    }
  }
}
