import Diagnostics
import Model

/// Memberships that the specs ask for, held against those that stay: PostgreSQL refuses a circle, and a plan that ends in
/// one would fail at its first step. Circles among the specs alone are mistakes of the specs and told when they are read.
extension PlanBuilder {
  mutating func checkMembershipCircles() {
    guard isWhole, !context.dueOnly else { return }
    let lenders = Dictionary(grouping: state.memberships, by: \.member).mapValues { $0.map(\.role).sorted() }
    for (member, role) in desired.access.roles.sorted(by: { $0.key < $1.key }) where role.state == .present {
      for wanted in role.memberOf.map(\.role).sorted() where lenders[member]?.contains(wanted) == true {
        guard let way = wayBack(from: wanted, to: member, lenders) else { continue }
        let path = ([member] + way).joined(separator: " → ")
        fail(
          .cycle, "`\(member)` can't be a member of `\(wanted)`: memberships would go in a circle: \(path)",
          at: role.document.appending("role", member, "member-of", wanted),
          hint: "a membership on the way stays, since no authoritative document judges it: revoke it first")
      }
    }
  }

  /// The roles from `role` on until `member` is reached; `nil` where it isn't.
  private func wayBack(from role: String, to member: String, _ lenders: [String: [String]]) -> [String]? {
    var (cameFrom, waiting): ([String: String], [String]) = ([:], [role])
    var next = 0
    while next < waiting.count {
      let current = waiting[next]
      next += 1
      if current == member { return path(to: member, from: role, cameFrom) }
      for lender in lenders[current] ?? [] where lender != role && cameFrom[lender] == nil {
        cameFrom[lender] = current
        waiting.append(lender)
      }
    }
    return nil
  }

  private func path(to end: String, from start: String, _ cameFrom: [String: String]) -> [String] {
    var path = [end]
    while let last = path.last, last != start, let previous = cameFrom[last] { path.append(previous) }
    return path.reversed()
  }
}
