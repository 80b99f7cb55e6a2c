import Model

extension Address {
  /// `policy tenant of orders.app.customers`, or the table alone where its row security as a whole is meant; `nil` for all
  /// other addresses.
  var rowSecurityWords: String? {
    let below = Array(segments.dropFirst(2))
    guard below.count >= 7, below[0] == "database", below[2] == "schema", below[4] == "table" else { return nil }
    let table = [below[1], below[3], below[5]].map(named).joined(separator: ".")
    switch below[6] {
    case "policy" where below.count == 8: return "policy \(named(below[7])) of \(table)"
    case "row-security": return "table \(table)"
    default: return nil
    }
  }
}
