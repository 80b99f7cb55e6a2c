/// A value on its way into the text of a spec.
indirect enum YAMLValue: Hashable {
  case scalar(String)
  case list([String])
  /// Texts and mappings, an item a line.
  case items([YAMLValue])
  case mapping(YAMLMapping)

  static func flag(_ isTrue: Bool) -> Self { .scalar(isTrue ? "true" : "false") }
}

/// A mapping in the order in which it is to be read.
struct YAMLMapping: Hashable {
  /// `inline` where it fits on a line and nothing in it carries a comment.
  enum Layout: Hashable { case block, inline }

  struct Entry: Hashable {
    var key: String
    var value: YAMLValue
    /// Stands at the end of the key's line.
    var comment: String?
  }

  var layout: Layout
  private(set) var entries: [Entry] = []

  init(_ layout: Layout, _ entries: [Entry] = []) { (self.layout, self.entries) = (layout, entries) }

  var isEmpty: Bool { entries.isEmpty }

  mutating func add(_ key: String, _ value: YAMLValue, comment: String? = nil) {
    entries.append(Entry(key: key, value: value, comment: comment))
  }

  mutating func add(_ key: String, _ text: String?, comment: String? = nil) {
    if let text { add(key, .scalar(text), comment: comment) }
  }

  /// The same without the key, if it says nothing.
  func withoutEmpty(_ key: String) -> YAMLMapping {
    YAMLMapping(layout, entries.filter { $0.key != key || $0.value != .mapping(YAMLMapping(.inline)) })
  }

  /// Nothing is written for a mapping that says nothing.
  mutating func add(_ key: String, nonEmpty mapping: YAMLMapping) {
    if !mapping.isEmpty { add(key, .mapping(mapping)) }
  }
}
