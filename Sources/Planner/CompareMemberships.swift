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
    let held = state.memberships.filter { $0.member == member && !$0.isAutomatic(for: state) }
    for group in Set(held.map(\.role)).sorted() where !names.contains(group) {
      revoke(
        group, from: member, role, reason: isExpired ? "\(member) expired" : "no document declares it",
        byTime: isExpired)
    }
  }

  private mutating func groupExists(_ membership: DesiredMembership, _ member: String, _ role: DesiredRole) -> Bool {
    if state.roles[membership.role] != nil { return true }
    if context.dueOnly || selection != nil, desired.access.roles[membership.role] != nil { return false }
    fail(
      .missingRole,
      "`\(member)` is to be a member of `\(membership.role)`, which is neither declared nor on `\(desired.name)`",
      at: role.document.appending("role", member, "member-of", membership.role),
      hint: closest(membership.role, in: Array(state.roles.keys)).map { "did you mean `\($0)`?" })
    return false
  }

  private mutating func grant(_ membership: DesiredMembership, to member: String, _ role: DesiredRole) {
    let key = FactKey.membership(role: membership.role, member: member)
    let before = state.value(of: key)
    let after = membership.admin ? "member, admin" : "member"
    guard before != after, before == nil || role.mode == .authoritative || membership.admin else { return }
    let edges = state.memberships.filter { $0.role == membership.role && $0.member == member }
    var (edits, facts): ([Edit], [FactChange]) = ([], [FactChange(key, from: before, to: after)])
    if before != nil && !membership.admin { revoke(edges.filter(\.admin), &edits, &facts) }
    edits.append(.grantMembership(edge(membership.role, member, admin: membership.admin)))
    let change = Change(
      address: key.address(in: desired.name), action: before == nil ? .add : .change,
      facts: facts, source: source(role.document.appending("role", member, "member-of", membership.role)))
    let lost =
      before != nil && !membership.admin
      ? [Hazard(.accessLoss, roleAddress(member), "\(member) loses ADMIN on \(membership.role)")] : []
    let gained = before == nil ? edits.flatMap { hazards(of: $0, before: state, instance: desired.name) } : []
    plan(Piece(phase: .roles, change: change, edits: edits, hazards: lost + gained), mode: role.mode)
  }

  private mutating func revoke(_ group: String, from member: String, _ owner: DesiredRole, reason: String, byTime: Bool)
  {
    let edges = state.memberships.filter { $0.role == group && $0.member == member }
    // It may have gone already, with the ADMIN that it hung on.
    guard !edges.isEmpty else { return }
    let key = FactKey.membership(role: group, member: member)
    var (edits, facts): ([Edit], [FactChange]) = ([], [FactChange(key, from: state.value(of: key), to: nil)])
    revoke(edges, &edits, &facts)
    let change = Change(
      address: key.address(in: desired.name), action: .remove, facts: facts, source: nil, reason: reason)
    var piece = Piece(
      phase: .roles, change: change, edits: edits,
      hazards: [Hazard(.accessLoss, roleAddress(member), "\(member) is no longer a member of \(group)")])
    piece.isDueByTime = byTime
    plan(piece, mode: owner.mode)
  }

  /// What a declared role lends to roles that no document declares.
  mutating func revokeLentMemberships() {
    for (name, role) in presentRoles where role.mode != .additive {
      let members = Set(state.memberships.filter { $0.role == name && !$0.isAutomatic(for: state) }.map(\.member))
      for member in members.sorted() where desired.access.roles[member] == nil {
        revoke(name, from: member, role, reason: "\(member) is not declared, and \(name) is", byTime: false)
      }
    }
  }

  /// From 16 on a role can't be dropped while a membership stands in its name: it is granted anew where it is to stay.
  mutating func replaceGrantsOfRemovedRoles() {
    guard hasOptions else { return }
    for name in desired.access.roles.filter(\.value.isToBeRemoved).keys.sorted() {
      for lent in state.memberships
      where lent.grantor == name && !leaves(lent.role) && !leaves(lent.member) && state.memberships.contains(lent) {
        let key = FactKey.membership(role: lent.role, member: lent.member)
        var (edits, facts): ([Edit], [FactChange]) = ([], [])
        revoke([lent], &edits, &facts)
        if staysMember(lent) { edits.append(.grantMembership(edge(lent.role, lent.member, admin: lent.admin))) }
        facts.insert(
          FactChange(key, from: state.value(of: key), to: staysMember(lent) ? state.value(of: key) : nil), at: 0)
        add(
          Piece(
            phase: .roles,
            change: Change(
              address: key.address(in: desired.name), action: .change, facts: facts.filter { $0.before != $0.after },
              reason: "\(name), who granted it, is removed"), edits: edits))
      }
    }
  }

  private func leaves(_ role: String) -> Bool { desired.access.roles[role]?.isToBeRemoved ?? false }

  private func edge(_ role: String, _ member: String, admin: Bool) -> Membership {
    Membership(
      role: role, member: member, grantor: state.membershipGrantor, admin: admin,
      inherit: hasOptions ? desired.access.roles[member]?.attributes.inherit ?? true : nil, set: hasOptions ? true : nil
    )
  }

  /// Revokes edges, and before them those that were lent by right of their ADMIN; what is to stay of those is granted anew.
  private func revoke(_ edges: [Membership], _ edits: inout [Edit], _ facts: inout [FactChange]) {
    var hanging: [Membership] = []
    for edge in edges where edge.admin && hasOptions { collectHanging(on: edge, beside: edges, &hanging) }
    let replaced = hanging.filter { !edges.contains($0) }
    edits += (hanging.reversed() + edges.filter { !hanging.contains($0) }).removingRepeats().map {
      .revokeMembership($0)
    }
    for lent in replaced {
      guard !staysMember(lent) else {
        edits.append(.grantMembership(edge(lent.role, lent.member, admin: lent.admin)))
        continue
      }
      let key = FactKey.membership(role: lent.role, member: lent.member)
      let others = state.memberships.contains {
        $0.role == lent.role && $0.member == lent.member && !replaced.contains($0)
      }
      if !others { facts.append(FactChange(key, from: state.value(of: key), to: nil)) }
    }
  }

  private func collectHanging(on edge: Membership, beside edges: [Membership], _ hanging: inout [Membership]) {
    let hasOther = state.memberships.contains {
      $0.role == edge.role && $0.member == edge.member && $0.admin && !edges.contains($0) && !hanging.contains($0)
    }
    guard !hasOther || hanging.contains(edge) else { return }
    for lent in state.memberships where lent.role == edge.role && lent.grantor == edge.member && !hanging.contains(lent)
    {
      hanging.append(lent)
      if lent.admin { collectHanging(on: lent, beside: edges, &hanging) }
    }
  }

  /// Whether the specs have nothing against the membership.
  private func staysMember(_ edge: Membership) -> Bool {
    guard !leaves(edge.role), !leaves(edge.member) else { return false }
    if let member = desired.access.roles[edge.member] {
      guard member.mode == .authoritative else { return true }
      return !member.isExpired(at: context.now) && member.memberOf.contains { $0.role == edge.role }
    }
    return desired.access.roles[edge.role].map { $0.mode != .authoritative || $0.state != .present } ?? true
  }

  /// Adds the piece, or tells what it would have done where its document only audits.
  mutating func plan(_ piece: Piece, mode: AccessMode) {
    guard mode == .audit else { return add(piece) }
    notes.append(
      Note(
        address: piece.change.address, message: "audit only: \(words(piece.change))",
        isDifference: true))
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
    return bootstrapSuperuser ?? capabilities.user
  }
}
