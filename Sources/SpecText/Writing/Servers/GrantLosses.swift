import Model

/// What no entry of `grants:` can say, and whose document may therefore take nothing away.
struct GrantLosses {
  private(set) var unsaid = Unsaid()
  private(set) var additive: Set<Grantee> = []
  private let declared: DeclaredRoles

  init(_ declared: DeclaredRoles) { self.declared = declared }

  /// Finds it in a list, whoever holds it.
  ///
  /// - Parameter things: what the list is of, for people.
  mutating func note(_ acl: ACL, owner: String, on things: @autoclosure () -> [String]) {
    for entry in acl.entries where entry.grantee != .role(owner) && !Sayable.names(entry.grantee) {
      add(entry, "privileges of roles with names that specs don't take", things())
    }
  }

  mutating func add(_ acl: ACL, _ reason: String, _ thing: String) {
    unsaid.add(reason, thing)
    for entry in acl.entries { keep(entry.grantee, by: entry.grantor) }
  }

  /// What one grantee has by these lists.
  mutating func add(_ lists: [ACL], of grantee: Grantee, _ reason: String, _ thing: String) {
    unsaid.add(reason, thing)
    for entry in lists.flatMap(\.entries) where entry.grantee == grantee { keep(grantee, by: entry.grantor) }
  }

  mutating func add(_ grantee: Grantee, by grantor: String, _ reason: String, _ thing: String) {
    unsaid.add(reason, thing)
    keep(grantee, by: grantor)
  }

  private mutating func add(_ entry: ACLEntry, _ reason: String, _ things: [String]) {
    for thing in things { unsaid.add(reason, "of \(entry.grantee) on \(thing)") }
    keep(entry.grantee, by: entry.grantor)
  }

  /// The documents that would take it away must not: that of who holds it, or else that of who gave it.
  private mutating func keep(_ grantee: Grantee, by grantor: String) {
    additive.insert(grantee)
    if !declared.contains(grantee), grantee != .everybody { additive.insert(.role(grantor)) }
  }
}
