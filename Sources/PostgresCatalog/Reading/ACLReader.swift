import Model

/// Turns `aclitem[]` texts into lists. Equal texts are read once and share their storage.
struct ACLReader {
  let version: ServerVersion
  private var known: [Key: ACL] = [:]

  init(version: ServerVersion) { self.version = version }

  private struct Key: Hashable {
    var text: String?
    var kind: ObjectKind
    /// Only a NULL depends on the owner.
    var owner: String?
  }

  /// - Parameter text: the column as text; `nil` for NULL, which stands for the built-in rights.
  mutating func read(_ text: String?, kind: ObjectKind, owner: String) -> ACL {
    let key = Key(text: text, kind: kind, owner: text == nil ? owner : nil)
    if let acl = known[key] { return acl }
    let acl =
      text.map { ACL((arrayElements($0) ?? []).compactMap { ACLEntry(aclItem: $0) }) }
      ?? .initial(kind: kind, owner: owner, version: version)
    known[key] = acl
    return acl
  }
}
