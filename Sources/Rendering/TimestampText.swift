import Model

extension Timestamp {
  /// RFC 3339, `2026-11-22T14:03:11Z`: the form of all JSON.
  var rfc3339: String {
    let parts = description.split(separator: " ")
    return "\(parts[0])T\(parts[1])Z"
  }
}
