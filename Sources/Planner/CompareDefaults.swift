import Diagnostics
import Model

extension PlanBuilder {
  mutating func compareDefaults(_ wanted: WantedPrivileges, in database: String, _ existing: Database) {
    let lists = Set(wanted.onDefaults.keys).union(existing.defaultPrivileges.keys)
    for list in lists.sorted() {
      let grants = wanted.onDefaults[list] ?? [:]
      if let want = grants.values.min(by: { $0.rule < $1.rule }), !roleExists(list.owner, place: want.rule) { continue }
      guard !asksInVain(list, grants) else { continue }
      let acl = existing.defaultPrivileges[list] ?? list.builtIn(version: state.version)
      let grantees = Set(grants.keys).union(acl.entries.map(\.grantee)).subtracting([.role(list.owner)])
      for grantee in grantees.sorted() { compare(list, grantee, grants[grantee], acl, in: database) }
    }
  }

  /// Of one schema PostgreSQL stores what is added to the built-in rights, and nothing else.
  ///
  /// - Source: PostgreSQL documentation, "ALTER DEFAULT PRIVILEGES", Description; seen on 15.20.
  private mutating func asksInVain(_ list: DefaultPrivileges, _ grants: WantedPrivileges.Grants) -> Bool {
    guard let schema = list.schema, let want = grants[.everybody], let rule = want.forbidden else { return false }
    let builtIn = want.absent.intersection(list.kind.publicByDefault)
    guard !builtIn.isEmpty else { return false }
    let message =
      "everybody has \(builtIn) on new \(list.kind.pluralWords) from the start, and PostgreSQL can't take that away "
      + "for the schema `\(schema)` alone"
    guard !diagnostics.contains(where: { $0.message == message }) else { return true }
    fail(
      .conflict, message, at: rule,
      hint: "write the entry with `database:` and without `in:`, or take `default_privileges_of` out")
    return true
  }

  private mutating func compare(
    _ list: DefaultPrivileges, _ grantee: Grantee, _ want: Want?, _ acl: ACL, in database: String
  ) {
    let role = grantee.role.flatMap { desired.access.roles[$0] }
    if let role, role.state != .present { return }
    let have =
      acl.entry(grantee, grantor: list.owner) ?? ACLEntry(grantee: grantee, grantor: list.owner, privileges: [])
    let revoking = revokingMode(role, want, list, grantee).flatMap { $0 == .additive ? nil : $0 }
    let rest = revoking == nil ? have : have.leaving(want, isDeclared: role != nil)
    let key = FactKey.defaultPrivileges(database: database, of: list, grantee: grantee)
    if let want {
      noteAudited(
        want, of: grantee, holding: rest.privileges.union(want.privileges), at: key.address(in: desired.name))
    }
    // What an audit finds is told, and the other half planned all the same.
    let taken = revoking == .audit ? have : rest
    let after = want?.mode == .audit ? taken : taken.adding(want)
    plan(list, have, after, isTaken: taken != have, want, in: database, mode: .authoritative)
    plan(list, after, rest.adding(want), isTaken: taken != rest, want, in: database, mode: .audit)
  }

  private mutating func plan(
    _ list: DefaultPrivileges, _ have: ACLEntry, _ after: ACLEntry, isTaken: Bool, _ want: Want?, in database: String,
    mode: AccessMode
  ) {
    guard after != have else { return }
    let edits = transition(of: list, in: database, from: ACL([have]), to: ACL([after]))
    var piece = piece(list, have, after, edits, in: database, isTaken: isTaken, rule: want?.rule)
    piece.hazards = edits.flatMap { hazards(of: $0, before: state, instance: desired.name) }
    let lost = have.privileges.subtracting(after.privileges).union(have.grantable.subtracting(after.grantable))
    piece.isDueByTime =
      after.privileges.isSubset(of: have.privileges) && after.grantable.isSubset(of: have.grantable) && !lost.isEmpty
      && want?.expired.isSuperset(of: lost) == true
    plan(piece, mode: mode)
  }

  private func revokingMode(
    _ role: DesiredRole?, _ want: Want?, _ list: DefaultPrivileges, _ grantee: Grantee
  ) -> AccessMode? {
    let lender = desired.access.roles[list.owner]
    guard grantee != .everybody || want != nil else { return nil }
    // A role's defaults for its own future objects are judged where either side of them is declared.
    return role?.mode ?? want?.mode ?? (lender?.state == .present ? lender?.mode : nil)
  }

  private func piece(
    _ list: DefaultPrivileges, _ have: ACLEntry, _ after: ACLEntry, _ edits: [Edit], in database: String,
    isTaken: Bool, rule: Address?
  ) -> Piece {
    let key = FactKey.defaultPrivileges(database: database, of: list, grantee: have.grantee)
    let text = { (entry: ACLEntry) in entry.privileges.isEmpty ? nil : entry.fact }
    let isAdded = after.privileges.isSuperset(of: have.privileges) && after.grantable.isSuperset(of: have.grantable)
    let change = Change(
      address: key.address(in: desired.name), action: isAdded ? .add : after.privileges.isEmpty ? .remove : .change,
      facts: [FactChange(key, from: text(have), to: text(after))], source: isTaken ? nil : rule.flatMap(source),
      reason: isTaken ? "no document grants it" : nil)
    return Piece(phase: .grants, group: database, change: change, edits: edits)
  }
}

extension ACLEntry {
  fileprivate func adding(_ want: Want?) -> ACLEntry {
    var more = self
    more.privileges.formUnion(want?.privileges ?? [])
    more.grantable.formUnion(want?.grantable ?? [])
    return more
  }

  /// What the rules leave of it. All of a declared grantee is theirs.
  fileprivate func leaving(_ want: Want?, isDeclared: Bool) -> ACLEntry {
    var rest = self
    guard let want else {
      (rest.privileges, rest.grantable) = ([], [])
      return rest
    }
    let isComplete = isDeclared || want.isComplete
    rest.privileges.formIntersection(isComplete ? want.allowed : want.rest(of: privileges))
    rest.grantable.formIntersection(isComplete ? want.allowedGrantable : rest.privileges)
    rest.grantable.formIntersection(rest.privileges)
    return rest
  }
}
