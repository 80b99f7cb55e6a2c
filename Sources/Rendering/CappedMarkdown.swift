/// Markdown that stops before a comment would be refused or cut somewhere.
struct CappedMarkdown: Sendable {
  private var room: Int
  private(set) var text = ""

  /// GitHub takes 65,536 characters a comment; the rest is for what a caller puts around.
  static let most = 60_000
  /// Kept for what must be said after what did not fit.
  private static let reserve = 1_000

  init(limit: Int = CappedMarkdown.most) {
    room = limit - Self.reserve
  }

  /// Adds the block whole, or not at all.
  mutating func append(_ block: String) -> Bool {
    let size = block.unicodeScalars.count
    guard size <= room else { return false }
    text += block
    room -= size
    return true
  }

  /// Adds as many of the rows as fit, leaving `closing` its place, then says how many did not.
  mutating func append(rows: [String], closing: String, rest: (Int) -> String) -> Bool {
    let longest = rest(rows.count).unicodeScalars.count + closing.unicodeScalars.count
    guard room > longest else { return false }
    room -= longest
    let added = rows.prefix { append($0) }.count
    text += (added < rows.count ? rest(rows.count - added) : "") + closing
    return added == rows.count
  }

  /// Adds what must be there, out of the reserve if need be.
  mutating func close(_ block: String) {
    text += block
    room -= block.unicodeScalars.count
  }
}
