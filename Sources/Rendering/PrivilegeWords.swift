import Model

/// What two values of a privileges fact differ by.
struct PrivilegeWords: Hashable {
  private var gained: [String]
  private var lost: [String]
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

  /// `SELECT, INSERT and the grant option on DELETE`; `nil` where nothing is gained.
  var gainedText: String? { gained.isEmpty ? nil : list(gained) }

  var lostText: String? { lost.isEmpty ? nil : list(lost) }

  /// `grant SELECT on table orders.app.payments to alice`
  func command(on objects: String, to grantee: String) -> String {
    if isMixed { return "set \(after ?? "no privileges") on \(objects) for \(grantee)" }
    switch (gainedText, lostText) {
    case (let gained?, let lost?): return "grant \(gained) and revoke \(lost) on \(objects) for \(grantee)"
    case (let gained, nil): return "grant \(gained ?? "nothing") on \(objects) to \(grantee)"
    case (nil, let lost?): return "revoke \(lost) on \(objects) from \(grantee)"
    }
  }

  /// `SELECT, INSERT`, and after them `the grant option on DELETE`.
  private func list(_ words: [String]) -> String {
    let options = words.filter { $0.hasSuffix("*") }.map { String($0.dropLast()) }
    let plain = words.filter { !$0.hasSuffix("*") }
    let option = options.isEmpty ? [] : ["the grant option on " + options.joined(separator: ", ")]
    return ((plain.isEmpty ? [] : [plain.joined(separator: ", ")]) + option).joined(separator: " and ")
  }

  private static func words(_ fact: String?) -> [String] {
    (fact ?? "").split(separator: ",").map { String($0.drop { $0 == " " }) }
  }

  /// The star of a fact stands for the grant option; it stays where that alone changes.
  private static func word(_ word: String, given other: [String]) -> String {
    guard word.hasSuffix("*") else { return word }
    let privilege = String(word.dropLast())
    return other.contains(privilege) ? word : "\(privilege) with grant option"
  }
}
