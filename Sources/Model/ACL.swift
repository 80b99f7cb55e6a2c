/// Who holds a privilege: a role or everybody (`PUBLIC`).
package enum Grantee: Hashable, Sendable, Comparable, CustomStringConvertible {
  case everybody
  case role(String)

  package var role: String? { if case .role(let name) = self { name } else { nil } }

  package var description: String { role ?? "PUBLIC" }

  package static func < (left: Self, right: Self) -> Bool { (left.role ?? "") < (right.role ?? "") }
}

/// A text of its own, empty for everybody as in an aclitem: no role has an empty name.
extension Grantee: Codable {
  package init(from decoder: any Decoder) throws {
    let name = try String(from: decoder)
    self = name.isEmpty ? .everybody : .role(name)
  }

  package func encode(to encoder: any Encoder) throws { try (role ?? "").encode(to: encoder) }
}

/// What one grantor gave one grantee on one object.
package struct ACLEntry: Hashable, Sendable, Comparable {
  package var grantee: Grantee
  package var grantor: String
  package var privileges: PrivilegeSet
  /// The part of `privileges` that the grantee may grant on.
  package var grantable: PrivilegeSet

  package init(grantee: Grantee, grantor: String, privileges: PrivilegeSet, grantable: PrivilegeSet = []) {
    (self.grantee, self.grantor, self.privileges, self.grantable) = (grantee, grantor, privileges, grantable)
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.grantee, left.grantor) < (right.grantee, right.grantor)
  }
}

/// An access control list: one entry a pair of grantee and grantor, sorted, none of them empty.
///
/// A NULL list of the catalogs is never kept: observers replace it by `ACL.initial(kind:owner:version:)`.
package struct ACL: Hashable, Sendable {
  package private(set) var entries: [ACLEntry]

  /// Where the entries lie in memory. While both are kept, two lists with one place are one list, which is told without
  /// looking at a single entry: thousands of objects share a list. Different places say nothing.
  package var place: Int { entries.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) } }

  package init(_ entries: [ACLEntry] = []) {
    self.entries = []
    self.entries.reserveCapacity(entries.count)
    for entry in entries.sorted() { add(entry) }
  }

  /// The list that a NULL stands for: the owner's own rights and what everybody has by default.
  package static func initial(kind: ObjectKind, owner: String, version: ServerVersion) -> ACL {
    ACL([
      ACLEntry(grantee: .everybody, grantor: owner, privileges: kind.publicByDefault),
      ACLEntry(grantee: .role(owner), grantor: owner, privileges: kind.ownerByDefault(version: version)),
    ])
  }

  /// The privileges of `grantee` by whatever grantor.
  package func privileges(of grantee: Grantee) -> PrivilegeSet {
    entries.reduce(into: []) { if $1.grantee == grantee { $0.formUnion($1.privileges) } }
  }

  package func entry(_ grantee: Grantee, grantor: String) -> ACLEntry? {
    let (index, isTaken) = position(of: grantee, grantor)
    return isTaken ? entries[index] : nil
  }

  /// At which index the entry is, or would be.
  private func position(of grantee: Grantee, _ grantor: String) -> (index: Int, isTaken: Bool) {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if (entries[middle].grantee, entries[middle].grantor) < (grantee, grantor) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return (low, low < entries.count && entries[low].grantee == grantee && entries[low].grantor == grantor)
  }

  package mutating func add(_ entry: ACLEntry) {
    guard !entry.privileges.isEmpty else { return }
    let (index, isTaken) = position(of: entry.grantee, entry.grantor)
    if isTaken {
      entries[index].privileges.formUnion(entry.privileges)
      entries[index].grantable.formUnion(entry.grantable)
    } else {
      entries.insert(entry, at: index)
    }
  }

  package mutating func remove(
    _ privileges: PrivilegeSet, from grantee: Grantee, grantor: String, grantOptionOnly: Bool
  ) {
    let (index, isTaken) = position(of: grantee, grantor)
    guard isTaken else { return }
    entries[index].grantable.subtract(privileges)
    if !grantOptionOnly { entries[index].privileges.subtract(privileges) }
    if entries[index].privileges.isEmpty { entries.remove(at: index) }
  }

  /// What the server does on `ALTER … OWNER TO`: the old owner's name is replaced as grantee and as grantor.
  ///
  /// - Source: `aclnewowner()` in PostgreSQL's `acl.c`; seen on 15.20.
  package mutating func changeOwner(from old: String, to new: String) {
    let replaced = entries.map { entry in
      var entry = entry
      if entry.grantee == .role(old) { entry.grantee = .role(new) }
      if entry.grantor == old { entry.grantor = new }
      return entry
    }
    self = ACL(replaced)
  }

  /// Replaces a role's name everywhere.
  package mutating func rename(_ old: String, to new: String) { changeOwner(from: old, to: new) }
}

extension Sequence<ACLEntry> {
  /// What some of the grantees may grant on, by whatever grantor.
  package func grantable(where isMeant: (Grantee) -> Bool) -> PrivilegeSet {
    reduce(into: []) { if isMeant($1.grantee) { $0.formUnion($1.grantable) } }
  }
}

extension ACL: Codable {
  package init(from decoder: any Decoder) throws {
    let items = try [String](from: decoder)
    self.init(
      try items.map { item in
        guard let entry = ACLEntry(aclItem: item) else {
          throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: "`\(item)` is not an aclitem"))
        }
        return entry
      })
  }

  package func encode(to encoder: any Encoder) throws { try entries.map(\.aclItem).encode(to: encoder) }
}
