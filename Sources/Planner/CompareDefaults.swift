import Model

extension PlanBuilder {
  mutating func compareDefaults(_ wanted: WantedPrivileges, in database: String, _ existing: Database) {
    let lists = Set(wanted.onDefaults.keys).union(existing.defaultPrivileges.keys)
    for list in lists.sorted() {
      let grants = wanted.onDefaults[list] ?? [:]
      if let want = grants.values.min(by: { $0.rule < $1.rule }), !roleExists(list.owner, place: want.rule) { continue }
      let acl = existing.defaultPrivileges[list] ?? ACL()
      let grantees = Set(grants.keys).union(acl.entries.map(\.grantee)).subtracting([.role(list.owner)])
      for grantee in grantees.sorted() { compare(list, grantee, grants[grantee], acl, in: database) }
    }
  }

  private mutating func compare(
    _ list: DefaultPrivileges, _ grantee: Grantee, _ want: WantedPrivileges.Want?, _ acl: ACL, in database: String
  ) {
    let role = grantee.role.flatMap { desired.access.roles[$0] }
    if let role, role.state != .present { return }
    let have = acl.privileges(of: grantee)
    let missing = (want?.privileges ?? []).subtracting(have)
    if let want, !missing.isEmpty {
      let edit = Edit.grantDefault(database: database, of: list, to: grantee, privileges: missing)
      let after = ACLEntry(grantee: grantee, grantor: list.owner, privileges: have.union(missing)).fact
      var piece = piece(list, grantee, in: database, from: have, to: after, edit: edit, rule: want.rule)
      piece.hazards = hazards(of: edit, before: state, instance: desired.name)
      plan(piece, mode: want.mode == .audit ? .audit : .authoritative)
    }
    let extra = have.subtracting(want?.privileges ?? [])
    guard !extra.isEmpty, let mode = revokingMode(role, want, list, grantee), mode != .additive else { return }
    let edit = Edit.revokeDefault(database: database, of: list, from: grantee, privileges: extra)
    let rest = have.subtracting(extra)
    let after = rest.isEmpty ? nil : ACLEntry(grantee: grantee, grantor: list.owner, privileges: rest).fact
    var revoked = piece(list, grantee, in: database, from: have, to: after, edit: edit, rule: nil)
    revoked.hazards = [
      Hazard(
        .accessLoss, revoked.change.address,
        "\(grantee) no longer gets \(extra) on \(list.owner)'s new \(list.kind.plural)")
    ]
    plan(revoked, mode: mode)
  }

  private func revokingMode(
    _ role: DesiredRole?, _ want: WantedPrivileges.Want?, _ list: DefaultPrivileges, _ grantee: Grantee
  ) -> AccessMode? {
    let lender = desired.access.roles[list.owner]
    guard grantee != .everybody || want != nil else { return nil }
    // A role's defaults for its own future objects are judged where either side of them is declared.
    return role?.mode ?? want?.mode ?? (lender?.state == .present ? lender?.mode : nil)
  }

  private func piece(
    _ list: DefaultPrivileges, _ grantee: Grantee, in database: String, from have: PrivilegeSet, to after: String?,
    edit: Edit,
    rule: Address?
  ) -> Piece {
    let key = FactKey.defaultPrivileges(database: database, of: list, grantee: grantee)
    let before = have.isEmpty ? nil : ACLEntry(grantee: grantee, grantor: list.owner, privileges: have).fact
    let change = Change(
      address: key.address(in: desired.name), action: rule == nil ? .remove : .add,
      facts: [FactChange(key, from: before, to: after)], source: rule.flatMap(source),
      reason: rule == nil ? "no document grants it" : nil)
    return Piece(phase: .grants, group: database, change: change, edits: [edit])
  }
}
