import Model

/// What two values of a privileges fact differ by.
struct PrivilegeWords: Hashable {
  var gained: [String]
  var lost: [String]
  /// The objects did not all hold the same before, so only the value afterwards can be named.
  var isMixed: Bool
  var after: String?

  init(from before: String?, to after: String?) {
    let (old, new) = (Self.words(before), Self.words(after))
    isMixed = before?.hasPrefix("differs") ?? false
    gained = new.filter { !old.contains($0) && !old.contains($0 + "*") }.map { Self.word($0, given: old) }
    lost = old.filter { !new.contains($0) && !new.contains($0 + "*") }.map { Self.word($0, given: new) }
    self.after = after
  }

  /// `grant SELECT on table orders.app.payments to alice`
  func command(on objects: String, to grantee: String) -> String {
    if isMixed { return "set \(after ?? "no privileges") on \(objects) for \(grantee)" }
    switch (gained.isEmpty, lost.isEmpty) {
    case (false, false): return "grant \(list(gained)) and revoke \(list(lost)) on \(objects) for \(grantee)"
    case (_, true): return "grant \(list(gained)) on \(objects) to \(grantee)"
    case (true, false): return "revoke \(list(lost)) on \(objects) from \(grantee)"
    }
  }

  private func list(_ words: [String]) -> String { words.joined(separator: ", ") }

  private static func words(_ fact: String?) -> [String] {
    (fact ?? "").split(separator: ",").map { String($0.drop { $0 == " " }) }
  }

  /// The star of a fact stands for the grant option.
  private static func word(_ word: String, given other: [String]) -> String {
    guard word.hasSuffix("*") else { return word }
    let privilege = String(word.dropLast())
    return other.contains(privilege) ? "the grant option on \(privilege)" : "\(privilege) with grant option"
  }
}
