/// Reads parameter values as the server does, so that `64MB` and `65536kB` are one value.
///
/// - Source: PostgreSQL documentation, "Setting Parameters: Parameter Names and Values"; `guc.c`.
extension ParameterDefinition {
  package enum Reading: Hashable, Sendable {
    /// The value as `pg_settings.setting` would show it: numbers in the parameter's own unit.
    case value(String)
    /// Why it isn't one, as the end of a sentence that begins with the value.
    case invalid(String)
  }

  package func read(_ text: String) -> Reading {
    switch kind {
    case .bool: Self.bool(text).map { .value($0 ? "on" : "off") } ?? .invalid("is no boolean: write on or off")
    case .enum: readChoice(text)
    case .string: .value(text)
    case .integer, .real: readNumber(text)
    }
  }

  /// The value as the server shows it; the text itself where it can't be read.
  package func canonical(_ text: String) -> String {
    if case .value(let value) = read(text) { value } else { text }
  }

  /// The value for people, as `SHOW` gives it: numbers in the largest unit that leaves them whole, `16MB` for 2048 of 8kB.
  package func readable(_ text: String) -> String {
    let value = canonical(text)
    guard let unit, let number = Double(value), number > 0 else { return value }
    let tables = [Self.memoryUnits.map { ($0.name, $0.bytes) }, Self.timeUnits.map { ($0.name, $0.microseconds) }]
    for table in tables {
      guard let base = Self.size(of: unit, in: table) else { continue }
      let whole = table.last { (number * base).truncatingRemainder(dividingBy: $0.1) == 0 }
      return whole.map { "\(Self.show(number * base / $0.1, isInteger: true))\($0.0)" } ?? value + unit
    }
    return value
  }

  private func readChoice(_ text: String) -> Reading {
    let choices = choices ?? []
    if let choice = choices.first(where: { $0.lowercased() == text.lowercased() }) { return .value(choice) }
    // Enumerations that grew out of a boolean still take its other spellings.
    if let flag = Self.bool(text), choices.contains(flag ? "on" : "off") { return .value(flag ? "on" : "off") }
    return .invalid("is none of its values: \(choices.joined(separator: ", "))")
  }

  private func readNumber(_ text: String) -> Reading {
    let trimmed = text.drop { $0 == " " }
    let digits = trimmed.prefix { $0.isASCII && ($0.isHexDigit && !$0.isLetter || "+-.eExX".contains($0)) }
    guard let (number, unitText) = Self.splitNumber(trimmed, candidate: digits, isInteger: kind == .integer) else {
      return .invalid("is no number")
    }
    var value = number
    if !unitText.isEmpty {
      guard let unit else { return .invalid("has a unit, and the parameter takes none") }
      guard let converted = Self.convert(number, from: unitText, to: unit) else {
        return .invalid("has an unknown unit: write one of \(Self.units(for: unit).joined(separator: ", "))")
      }
      value = converted
    }
    if kind == .integer { value.round(.toNearestOrEven) }
    if let minimum = minimum.flatMap(Double.init), value < minimum { return outOfRange() }
    if let maximum = maximum.flatMap(Double.init), value > maximum { return outOfRange() }
    return .value(Self.show(value, isInteger: kind == .integer))
  }

  private func outOfRange() -> Reading {
    let unitText = unit.map { " \($0)" } ?? ""
    return .invalid("is outside its range, \(minimum ?? "…")\(unitText) to \(maximum ?? "…")\(unitText)")
  }

  private static func splitNumber(_ text: Substring, candidate: Substring, isInteger: Bool) -> (Double, String)? {
    if text.lowercased().hasPrefix("0x"), let value = Int(text.dropFirst(2), radix: 16) { return (Double(value), "") }
    // As in C: `0700` is octal, and so `unix_socket_permissions` is written.
    if isInteger, candidate.hasPrefix("0"), candidate.count == text.count, let value = Int(text, radix: 8) {
      return (Double(value), "")
    }
    var end = candidate.endIndex
    while end > candidate.startIndex {
      if let value = Double(text[text.startIndex..<end]) {
        let unit = text[end...].drop { $0 == " " }
        return (value, String(unit.reversed().drop { $0 == " " }.reversed()))
      }
      end = text.index(before: end)
    }
    return nil
  }

  private static func show(_ value: Double, isInteger: Bool) -> String {
    if isInteger || value == value.rounded(), abs(value) < 9e15 { return "\(Int(value))" }
    return "\(value)"
  }

  /// Any unambiguous beginning of a word is taken, as the server does.
  private static func bool(_ text: String) -> Bool? {
    let word = text.lowercased()
    if word == "1" { return true }
    if word == "0" { return false }
    guard !word.isEmpty else { return nil }
    if "true".hasPrefix(word) || "yes".hasPrefix(word) || word == "on" { return true }
    if "false".hasPrefix(word) || "no".hasPrefix(word) || (word.count > 1 && "off".hasPrefix(word)) { return false }
    return nil
  }

  private static let memoryUnits: [(name: String, bytes: Double)] = [
    ("B", 1), ("kB", 1024), ("MB", 1_048_576), ("GB", 1_073_741_824), ("TB", 1_099_511_627_776),
  ]
  private static let timeUnits: [(name: String, microseconds: Double)] = [
    ("us", 1), ("ms", 1000), ("s", 1_000_000), ("min", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000),
  ]

  private static func units(for base: String) -> [String] {
    size(of: base, in: memoryUnits.map { ($0.name, $0.bytes) }) != nil ? memoryUnits.map(\.name) : timeUnits.map(\.name)
  }

  /// A fraction is rounded to whole next smaller units first: `0.1GB` is 102MB.
  private static func convert(_ number: Double, from unit: String, to base: String) -> Double? {
    for table in [memoryUnits.map { ($0.name, $0.bytes) }, timeUnits.map { ($0.name, $0.microseconds) }] {
      guard let baseSize = size(of: base, in: table), let index = table.firstIndex(where: { $0.0 == unit }) else {
        continue
      }
      let size = number * table[index].1
      guard index > 0 else { return size / baseSize }
      let smaller = table[index - 1].1
      return (size / smaller).rounded(.toNearestOrEven) * smaller / baseSize
    }
    return nil
  }

  /// A base unit may carry a count: `8kB`, `16MB`.
  private static func size(of base: String, in table: [(String, Double)]) -> Double? {
    let count = base.prefix { $0.isNumber }
    guard let one = table.first(where: { $0.0 == base.dropFirst(count.count) })?.1 else { return nil }
    return (Double(count) ?? 1) * one
  }
}
