import Diagnostics
import Model
import Simulator

extension PlanBuilder {
  mutating func compareMemberships(of member: String, _ role: DesiredRole) {
    let isExpired = role.isExpired(at: context.now)
    for membership in role.memberOf { refuseOptions(membership, member, role) }
    let wanted = isExpired ? [] : role.memberOf.filter { !$0.isExpired(at: context.now) }
    for membership in wanted.sorted(by: { $0.role < $1.role }) where groupExists(membership, member, role) {
      grant(membership, to: member, role)
    }
    guard role.mode != .additive else { return }
    let names = Set(wanted.map(\.role))
    let held = state.memberships.filter { $0.member == member && !$0.isAutomatic(for: state) }
    for group in Set(held.map(\.role)).sorted() where !names.contains(group) {
      let ended = role.memberOf.contains { $0.role == group }
      let reason = isExpired ? "\(member) expired" : ended ? "it expired" : "no document declares it"
      revoke(
        group, from: member, role, reason: reason, byTime: isExpired || ended,
        source: ended && !isExpired ? source(place(of: group, member, role)) : nil)
    }
  }

  private func place(of group: String, _ member: String, _ role: DesiredRole) -> Address {
    role.document.appending("role", member, "member-of", group)
  }

  /// What the server's version has no word for.
  private mutating func refuseOptions(_ membership: DesiredMembership, _ member: String, _ role: DesiredRole) {
    guard !hasOptions, let version = state.version else { return }
    for (key, value) in [("inherit", membership.inherit), ("set", membership.set)] where value != nil {
      fail(
        .invalidValue,
        "`\(key)` of a membership exists from version 16 on, and `\(desired.name)` is \(version)",
        at: place(of: membership.role, member, role).appending(key),
        hint: key == "inherit"
          ? "take it out; `inherit` of the role `\(member)` says it for all of them" : "take it out")
    }
  }

  private mutating func groupExists(_ membership: DesiredMembership, _ member: String, _ role: DesiredRole) -> Bool {
    if state.roles[membership.role] != nil { return true }
    if context.dueOnly || !isWhole, desired.access.roles[membership.role] != nil { return false }
    fail(
      .missingRole,
      "`\(member)` is to be a member of `\(membership.role)`, which is neither declared nor on `\(desired.name)`",
      at: place(of: membership.role, member, role),
      hint: closest(membership.role, in: Array(state.roles.keys)).map { "did you mean `\($0)`?" })
    return false
  }

  private mutating func grant(_ membership: DesiredMembership, to member: String, _ role: DesiredRole) {
    let group = membership.role
    let had = state.membershipOptions(of: member, in: group)
    var aim = options(membership, of: role)
    // An additive document takes nothing away.
    if role.mode == .additive, let had, !granted(member, group).isEmpty { aim = aim.union(had) }
    guard had != aim else { return }
    var (edits, facts): ([Edit], [FactChange]) = ([], [])
    // Where the applying user's edge is the one that the server made by itself, that is no longer so.
    let overwritten = state.memberships.filter {
      $0.isAutomatic(for: state) && $0.isSameEdge(as: own(group, member, aim), version: state.version)
    }
    revoke((granted(member, group) + overwritten).filter { hasToGo($0, for: aim) }, &edits, &facts)
    var after = simulator
    after.apply(edits)
    if after.observed.membershipOptions(of: member, in: group) != aim {
      edits.append(.grantMembership(own(group, member, aim)))
    }
    let key = FactKey.membership(role: group, member: member)
    facts.insert(FactChange(key, from: had?.fact, to: aim.fact), at: 0)
    let change = Change(
      address: key.address(in: desired.name), action: had == nil ? .add : .change,
      facts: facts, source: source(place(of: group, member, role)))
    // What the server gave the role's maker stays whatever is granted beside it.
    let before = granted(member, group).isEmpty ? nil : had
    let hazards = optionHazards(of: member, in: group, from: before, to: aim, state, instance: desired.name)
    plan(Piece(phase: .roles, change: change, edits: edits, hazards: hazards), mode: role.mode)
  }

  /// What is unset means what a plain GRANT gives.
  private func options(_ membership: DesiredMembership, of member: DesiredRole) -> MembershipOptions {
    guard hasOptions else { return MembershipOptions(admin: membership.admin) }
    return MembershipOptions(
      admin: membership.admin, inherit: membership.inherit ?? member.attributes.inherit, set: membership.set ?? true)
  }

  /// Whether an edge gives too much and can't simply be granted anew with less: another one's, or one whose ADMIN others
  /// may hang on.
  private func hasToGo(_ edge: Membership, for aim: MembershipOptions) -> Bool {
    guard edge.options.union(aim) != aim else { return false }
    return edge.admin && !aim.admin || !edge.isSameEdge(as: own(edge.role, edge.member, aim), version: state.version)
  }

  private mutating func revoke(
    _ group: String, from member: String, _ owner: DesiredRole, reason: String, byTime: Bool,
    source: SourceLocation? = nil
  ) {
    let edges = granted(member, group)
    // It may have gone already, with the ADMIN that it hung on.
    guard !edges.isEmpty else { return }
    let key = FactKey.membership(role: group, member: member)
    var (edits, facts): ([Edit], [FactChange]) = ([], [])
    revoke(edges, &edits, &facts)
    facts.insert(FactChange(key, from: state.value(of: key), to: value(of: key, after: edits)), at: 0)
    let change = Change(
      address: key.address(in: desired.name), action: .remove, facts: facts.filter { $0.before != $0.after },
      source: source, reason: reason)
    // What the server gave by itself says as much as another's edge: taking that away would change nothing.
    guard !change.facts.isEmpty else { return }
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
      where lent.grantor == name && !isGone(lent.role, before: name) && !isGone(lent.member, before: name)
        && state.memberships.contains(lent)
      {
        let key = FactKey.membership(role: lent.role, member: lent.member)
        var (edits, facts): ([Edit], [FactChange]) = ([], [])
        revoke([lent], &edits, &facts)
        if staysMember(lent) { edits.append(.grantMembership(replacement(for: lent))) }
        facts.insert(FactChange(key, from: state.value(of: key), to: value(of: key, after: edits)), at: 0)
        add(
          Piece(
            phase: .roles,
            change: Change(
              address: key.address(in: desired.name), action: .change, facts: facts.filter { $0.before != $0.after },
              reason: "\(name), who granted it, is removed"), edits: edits))
      }
    }
  }

  /// Roles are dropped in the order of their names, and their memberships go with them.
  private func isGone(_ role: String, before other: String) -> Bool { leaves(role) && role <= other }

  private func leaves(_ role: String) -> Bool { desired.access.roles[role]?.isToBeRemoved ?? false }

  /// The edge that the applying user grants.
  private func own(_ role: String, _ member: String, _ options: MembershipOptions) -> Membership {
    var edge = Membership(role: role, member: member, grantor: state.membershipGrantor)
    edge.options = options
    return edge
  }

  /// What stands for another's edge: as much as that gave, beside what the applying user granted before.
  private func replacement(for lent: Membership) -> Membership {
    var edge = own(lent.role, lent.member, lent.options)
    if let existing = state.memberships.first(where: { $0.isSameEdge(as: edge, version: state.version) }) {
      edge.options = edge.options.union(existing.options)
    }
    return edge
  }

  private func granted(_ member: String, _ role: String) -> [Membership] { state.granted(member, role) }

  private func value(of key: FactKey, after edits: [Edit]) -> String? {
    var after = simulator
    after.apply(edits)
    return after.observed.value(of: key)
  }

  /// Revokes edges, and before them those that were lent by right of their ADMIN; what is to stay of those is granted anew.
  private func revoke(_ edges: [Membership], _ edits: inout [Edit], _ facts: inout [FactChange]) {
    var hanging: [Membership] = []
    for edge in edges where edge.admin && hasOptions { collectHanging(on: edge, beside: edges, &hanging) }
    let replaced = hanging.filter { !edges.contains($0) }
    edits += (hanging.reversed() + edges.filter { !hanging.contains($0) }).removingRepeats().map {
      .revokeMembership($0)
    }
    edits += replaced.filter(staysMember).map { .grantMembership(replacement(for: $0)) }
    let keys = replaced.map { FactKey.membership(role: $0.role, member: $0.member) }.removingRepeats()
    let changes = keys.map { FactChange($0, from: state.value(of: $0), to: value(of: $0, after: edits)) }
    facts += changes.filter { $0.before != $0.after }
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
      guard !member.isExpired(at: context.now) else { return false }
      return member.memberOf.contains { $0.role == edge.role && !$0.isExpired(at: context.now) }
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

  /// The edges between two roles that somebody granted.
  fileprivate func granted(_ member: String, _ role: String) -> [Membership] {
    memberships.filter { $0.role == role && $0.member == member && !$0.isAutomatic(for: self) }
  }
}
