/// What a member may do with a role that it is lent, over all edges between the two.
package struct MembershipOptions: Hashable, Sendable, Codable {
  /// It may lend the role on.
  package var admin: Bool
  /// It has the role's privileges without doing anything. `nil` before PostgreSQL 16, where the member's own `INHERIT` decides.
  package var inherit: Bool?
  /// It may `SET ROLE`. `nil` before PostgreSQL 16, where every member may.
  package var set: Bool?

  package init(admin: Bool, inherit: Bool? = nil, set: Bool? = nil) {
    (self.admin, self.inherit, self.set) = (admin, inherit, set)
  }

  /// `member, admin, inherit false`: what is beyond or short of a plain membership.
  package var fact: String {
    var words = ["member"]
    if admin { words.append("admin") }
    if inherit == false { words.append("inherit false") }
    if set == false { words.append("set false") }
    return words.joined(separator: ", ")
  }

  /// What two edges give together.
  package func union(_ other: Self) -> Self {
    Self(admin: admin || other.admin, inherit: either(inherit, other.inherit), set: either(set, other.set))
  }

  /// What both say.
  package func intersection(_ other: Self) -> Self {
    Self(admin: admin && other.admin, inherit: both(inherit, other.inherit), set: both(set, other.set))
  }

  private func either(_ one: Bool?, _ other: Bool?) -> Bool? {
    one == nil && other == nil ? nil : one != false || other != false
  }

  private func both(_ one: Bool?, _ other: Bool?) -> Bool? {
    one == nil && other == nil ? nil : one != false && other != false
  }
}

extension Membership {
  package var options: MembershipOptions {
    get { MembershipOptions(admin: admin, inherit: inherit, set: set) }
    set { (admin, inherit, set) = (newValue.admin, newValue.inherit, newValue.set) }
  }
}

extension Observed {
  /// The edges by which one role is a member of another. The one that the server made by itself counts where there is no
  /// other: nobody granted it, and it gives nothing that another edge would have to take away.
  package func edges(from member: String, to role: String) -> [Membership] {
    let edges = memberships.filter { $0.role == role && $0.member == member }
    let granted = edges.filter { !$0.isAutomatic(for: self) }
    return granted.isEmpty ? edges : granted
  }

  /// What the member may do with the role; `nil` where it is no member.
  package func membershipOptions(of member: String, in role: String) -> MembershipOptions? {
    let all = edges(from: member, to: role).map(\.options)
    return all.first.map { all.dropFirst().reduce($0) { $0.union($1) } }
  }
}
