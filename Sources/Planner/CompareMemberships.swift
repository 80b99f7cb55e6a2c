import Diagnostics
import Model

extension PlanBuilder {
  mutating func compareMemberships(of member: String, _ role: DesiredRole) {
    let isExpired = role.isExpired(at: context.now)
    let wanted = isExpired ? [] : role.memberOf
    for membership in wanted.sorted(by: { $0.role < $1.role }) where groupExists(membership, member, role) {
      grant(membership, to: member, role)
    }
    guard role.mode != .additive else { return }
    let names = Set(wanted.map(\.role))
    for group in Set(state.memberships.filter { $0.member == member }.map(\.role)).sorted() where !names.contains(group) {
      revoke(group, from: member, role, reason: isExpired ? "\(member) expired" : "no document declares it", byTime: isExpired)
    }
  }

  private mutating func groupExists(_ membership: DesiredMembership, _ member: String, _ role: DesiredRole) -> Bool {
    if state.roles[membership.role] != nil { return true }
    if context.dueOnly || selection != nil, desired.access.roles[membership.role] != nil { return false }
    fail(
      .missingRole, "`\(member)` is to be a member of `\(membership.role)`, which is neither declared nor on `\(desired.name)`",
      at: role.document.appending("role", member),
      hint: closest(membership.role, in: Array(state.roles.keys)).map { "did you mean `\($0)`?" })
    return false
  }

  private mutating func grant(_ membership: DesiredMembership, to member: String, _ role: DesiredRole) {
    let key = FactKey.membership(role: membership.role, member: member)
    let before = state.value(of: key)
    let after = membership.admin ? "member, admin" : "member"
    guard before != after, before == nil || role.mode == .authoritative || membership.admin else { return }
    let edges = state.memberships.filter { $0.role == membership.role && $0.member == member }
    var edits: [Edit] = []
    if before != nil && !membership.admin { edits += edges.filter(\.admin).map { .revokeMembership($0) } }
    let edge = Membership(
      role: membership.role, member: member, grantor: state.membershipGrantor, admin: membership.admin,
      inherit: hasOptions ? desired.access.roles[member]?.attributes.inherit ?? true : nil, set: hasOptions ? true : nil)
    edits.append(.grantMembership(edge))
    let change = Change(
      address: key.address(in: desired.name), action: before == nil ? .add : .change,
      facts: [FactChange(key, from: before, to: after)], source: source(role.document.appending("role", member)))
    let lost = before != nil && !membership.admin ? [Hazard(.accessLoss, roleAddress(member), "\(member) loses ADMIN on \(membership.role)")] : []
    plan(Piece(phase: .roles, change: change, edits: edits, hazards: lost), mode: role.mode)
  }

  private mutating func revoke(_ group: String, from member: String, _ owner: DesiredRole, reason: String, byTime: Bool) {
    let edges = state.memberships.filter { $0.role == group && $0.member == member }
    let key = FactKey.membership(role: group, member: member)
    let change = Change(
      address: key.address(in: desired.name), action: .remove,
      facts: [FactChange(key, from: state.value(of: key), to: nil)], source: nil, reason: reason)
    var piece = Piece(
      phase: .roles, change: change, edits: edges.map { .revokeMembership($0) },
      hazards: [Hazard(.accessLoss, roleAddress(member), "\(member) is no longer a member of \(group)")])
    piece.isDueByTime = byTime
    plan(piece, mode: owner.mode)
  }

  /// What a declared role lends to roles that no document declares.
  mutating func revokeLentMemberships() {
    for (name, role) in presentRoles where role.mode != .additive {
      let members = Set(state.memberships.filter { $0.role == name }.map(\.member))
      for member in members.sorted() where desired.access.roles[member] == nil {
        revoke(name, from: member, role, reason: "\(member) is not declared, and \(name) is", byTime: false)
      }
    }
  }

  /// Adds the piece, or tells what it would have done where its document only audits.
  mutating func plan(_ piece: Piece, mode: AccessMode) {
    guard mode == .audit else { return add(piece) }
    note(piece.change.address, "differs from the specs (audit only): \(words(piece.change))")
  }

  /// Memberships have options of their own from 16 on.
  private var hasOptions: Bool { (state.version?.major ?? 15) >= 16 }
}

extension Observed {
  /// Who is recorded as the grantor when the applying user grants: a superuser grants as the bootstrap superuser.
  ///
  /// - Source: PostgreSQL 16 release notes, "role grantors"; seen on 15.20, where the user itself is recorded.
  var membershipGrantor: String {
    guard (version?.major ?? 15) >= 16, capabilities.isSuperuser else { return capabilities.user }
    return databases["template1"]?.owner ?? capabilities.user
  }
}
