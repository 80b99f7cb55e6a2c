/// The server takes the name of a parameter in any case, and `pg_settings` shows one spelling: `TimeZone`. Everything that
/// is compared is spelled like that.
extension [String: ParameterState] {
  /// The spelling of the server for a name in any case. A custom parameter that it doesn't know is spelled small.
  package func spelling(of name: String) -> String {
    guard self[name] == nil else { return name }
    let small = name.lowercased()
    if self[small] != nil { return small }
    // The server holds no two names that differ in case alone.
    return keys.first { $0.lowercased() == small } ?? (name.contains(".") ? small : name)
  }

  /// Settings of a file, with the names spelled as the server does.
  package func spelled(_ settings: [String: String]) -> [String: String] {
    // Of two spellings of one name in a file, which one counts is the reader's business: it gives one.
    let pairs = settings.sorted { $0.key < $1.key }.map { (spelling(of: $0.key), $0.value) }
    return [String: String](pairs) { $1 }
  }
}
