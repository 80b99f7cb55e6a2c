import Model

/// Memberships in one role that change alike.
struct MembershipLine: Hashable {
  var action: Change.Action
  var role: String
  var before: String?
  var after: String?
  var members: [String]
  var why: String?

  /// `make alice and bob members of orders_ro`
  func command(verbose: Bool) -> String {
    let noun = members.count == 1 ? "a member" : "members"
    switch (before, after) {
    case (nil, _):
      return "make \(who(verbose)) \(noun) of \(named(role))\(options(after))"
    case (_, nil): return "take \(who(verbose)) out of \(named(role))"
    case (let before?, let after?):
      return "membership of \(who(verbose)) in \(named(role)): \(before) → \(after)"
    }
  }

  /// `alice became a member of orders_rw (no document declares it)`
  func drift(verbose: Bool) -> String {
    let (noun, tail) = (members.count == 1 ? "a member" : "members", why.map { " (\($0))" } ?? "")
    switch (before, after) {
    case (nil, _):
      return "\(who(verbose)) \(members.count == 1 ? "isn't" : "aren't") \(noun) of \(named(role))\(tail)"
    case (_, nil):
      return "\(who(verbose)) became \(noun) of \(named(role))\(why == nil ? " (not in the specs)" : tail)"
    case (let before?, let after?):
      return "\(who(verbose)) in \(named(role)): \(before), the specs say \(after)\(tail)"
    }
  }

  /// ` with ADMIN, INHERIT FALSE` for `member, admin, inherit false`.
  private func options(_ fact: String?) -> String {
    let words = (fact ?? "").split(separator: ",").dropFirst().map { $0.drop { $0 == " " }.uppercased() }
    return words.isEmpty ? "" : " with " + words.joined(separator: ", ")
  }

  private func who(_ verbose: Bool) -> String {
    let names = members.map(named)
    return verbose || names.count <= 6 ? enumerated(names) : listed(names, limit: 6)
  }
}

func membershipLines(_ changes: [Change]) -> [MembershipLine] {
  let single = changes.flatMap { change in
    change.facts.compactMap { fact -> MembershipLine? in
      guard case .membership(let role, let member) = fact.key else { return nil }
      return MembershipLine(
        action: change.action, role: role, before: fact.before, after: fact.after, members: [member],
        why: change.why)
    }
  }
  return grouped(single, by: \.likeness).map { alike in
    var line = alike[0]
    line.members = alike.flatMap(\.members)
    if Set(alike.map(\.why)).count > 1 {
      line.why = line.why.map { "\($0) and \(counted(alike.count - 1, "more line"))" }
    }
    return line
  }
}

extension MembershipLine {
  /// Each member stands on a line of its own in the specs, so where it stands tells nothing apart.
  fileprivate var likeness: [String?] { [action.rawValue, role, before, after, after == nil ? why : nil] }
}
