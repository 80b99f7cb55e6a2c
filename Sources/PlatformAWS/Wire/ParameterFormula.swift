/// Whether RDS would read the value of a parameter as a formula.
func looksLikeFormula(_ text: String) -> Bool {
  text.contains("{") || functions.contains { text.uppercased().hasPrefix($0) }
}

/// Whether it is one that RDS can work out: a variable multiplied and divided by whole numbers in braces, or a function of
/// such and of whole numbers.
///
/// - Source: Amazon RDS User Guide, "Specifying DB parameters", with the formulas of the default groups, read 2026-11-22.
func isFormula(_ text: String) -> Bool {
  let text = text.filter { $0 != " " }
  if let function = functions.first(where: { text.uppercased().hasPrefix($0) }) {
    guard text.hasSuffix(")") else { return false }
    let arguments = split(text.dropFirst(function.count).dropLast())
    return arguments.count > 1 && arguments.allSatisfy { isWhole($0) || isFormula(String($0)) }
  }
  guard text.hasPrefix("{"), text.hasSuffix("}") else { return false }
  return isExpression(text.dropFirst().dropLast())
}

private let functions = ["GREATEST(", "LEAST(", "SUM("]

private let variables: Set<String> = [
  "AllocatedStorage", "DBInstanceClassMemory", "DBInstanceVCPU", "EndPointPort", "TrueIfReplica",
]

/// `DBInstanceClassMemory*3/32768`, `log(DBInstanceClassMemory/21474836480)*45`.
private func isExpression(_ text: some StringProtocol) -> Bool {
  if text.hasPrefix("log("), let end = text.firstIndex(of: ")") {
    guard isExpression(text[..<end].dropFirst(4)) else { return false }
    // A logarithm stands where a variable may.
    return isExpression("DBInstanceClassMemory" + text[end...].dropFirst())
  }
  let operands = text.split(omittingEmptySubsequences: false) { $0 == "*" || $0 == "/" }
  return operands.contains { variables.contains(String($0)) }
    && operands.allSatisfy { variables.contains(String($0)) || isWhole($0) }
}

private func isWhole(_ text: some StringProtocol) -> Bool { Int(text) != nil }

/// At the commas outside of parentheses and braces.
private func split(_ text: Substring) -> [Substring] {
  var (parts, start, depth) = ([Substring](), text.startIndex, 0)
  for index in text.indices {
    switch text[index] {
    case "(", "{": depth += 1
    case ")", "}": depth -= 1
    case "," where depth == 0:
      parts.append(text[start..<index])
      start = text.index(after: index)
    default: break  // Part of an argument.
    }
  }
  return parts + [text[start...]]
}
