import Model
import XML

/// A `Parameter` of a group, or of an engine's defaults.
struct RDSParameter: Hashable, Sendable {
  var name: String
  var value: String?
  /// `user`, `system`, `engine-default`; emulators leave it out.
  var source: String?
  var definition: ParameterDefinition

  init(_ element: XMLElement) throws(UnreadableAnswer) {
    name = try element.needed("ParameterName")
    value = element.text("ParameterValue")
    source = element.value("Source")
    definition = parameterDefinition(element)
    definition.bootValue = value
  }
}

private func parameterDefinition(_ element: XMLElement) -> ParameterDefinition {
  let allowed = element.value("AllowedValues")
  var definition = ParameterDefinition(kind: .string, context: context(element))
  switch element.value("DataType")?.lowercased() {
  case "boolean": definition.kind = .bool
  case "integer": definition.kind = .integer
  case "float", "double", "real": definition.kind = .real
  case "list": definition.choices = allowed.flatMap(choices)
  default:
    if let choices = allowed.flatMap(choices) { (definition.kind, definition.choices) = (.enum, choices) }
  }
  if definition.kind == .integer || definition.kind == .real {
    (definition.minimum, definition.maximum) = allowed.map(bounds) ?? (nil, nil)
    definition.unit = element.value("Description").flatMap(unit)
  }
  return definition
}

private func context(_ element: XMLElement) -> ParameterDefinition.Context {
  if element.flag("IsModifiable") == "false" { return .internal }
  return element.value("ApplyType") == "static" ? .postmaster : .sighup
}

/// `ROW,STATEMENT`; `nil` for what is a pattern and no list.
private func choices(_ allowed: String) -> [String]? {
  guard !allowed.contains(where: { "[](){}*|\\^$+?".contains($0) }) else { return nil }
  let words = allowed.split(separator: ",").map { $0.trimmingSpaces }
  return words.isEmpty ? nil : words
}

/// `1-65535`, `-1-2147483647`, `0,1,2`, `-1,1-10`: the least and the greatest of all.
func bounds(_ allowed: String) -> (minimum: String?, maximum: String?) {
  var numbers: [(text: String, value: Double)] = []
  for word in allowed.split(separator: ",").map({ $0.trimmingSpaces }) {
    guard let ends = ends(word) else { return (nil, nil) }
    numbers += ends
  }
  return (numbers.min { $0.value < $1.value }?.text, numbers.max { $0.value < $1.value }?.text)
}

private func ends(_ word: String) -> [(text: String, value: Double)]? {
  if let one = Double(word) { return [(word, one)] }
  // The hyphen between the two is one that has a number before it and after it: `-1--1`, `0-1e-3`.
  for index in word.indices.dropFirst() where word[index] == "-" {
    let (left, right) = (String(word[..<index]), String(word[word.index(after: index)...]))
    if let least = Double(left), let most = Double(right) { return [(left, least), (right, most)] }
  }
  return nil
}

/// RDS tells the unit at the beginning of the description: `(8kB) Sets the number of shared memory buffers`.
func unit(_ description: String) -> String? {
  guard description.hasPrefix("("), let end = description.firstIndex(of: ")") else { return nil }
  let text = description[description.index(after: description.startIndex)..<end]
  let count = text.prefix { $0.isASCII && $0.isNumber }
  let units = ["B", "kB", "MB", "GB", "us", "ms", "s", "min", "h", "d"]
  let word = text.dropFirst(count.count).lowercased()
  return units.first { $0.lowercased() == word }.map { (count == "1" ? "" : count) + $0 }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
