import Diagnostics
import Model

/// Roles, their memberships, passwords and settings that hold in every database: one transaction.
extension PlanBuilder {
  mutating func compareRoles() {
    for (name, role) in presentRoles { rename(name, role) }
    for (name, role) in presentRoles { compare(name, role) }
    for (name, role) in presentRoles { compareMemberships(of: name, role) }
    revokeLentMemberships()
    replaceGrantsOfRemovedRoles()
    for (name, role) in presentRoles { compareSettings(of: name, role) }
  }

  var presentRoles: [(String, DesiredRole)] {
    desired.access.roles.filter { $0.value.state == .present }.sorted { $0.key < $1.key }
  }

  func roleAddress(_ name: String) -> Address { address.appending("access", "role", name) }

  private func place(_ name: String, _ role: DesiredRole) -> Address { role.document.appending("role", name) }

  private mutating func rename(_ name: String, _ role: DesiredRole) {
    guard let old = role.renamedFrom, state.roles[name] == nil, state.roles[old] != nil else { return }
    guard desired.access.roles[old] == nil else {
      return fail(.conflict, "`\(name)` is renamed from `\(old)`, which is declared too", at: place(name, role))
    }
    let change = Change(
      address: roleAddress(name), action: .change,
      facts: [
        FactChange(.role(name: old), from: "present", to: nil), FactChange(.role(name: name), from: nil, to: "present"),
      ], source: source(place(name, role)), reason: "renamed from \(old)")
    add(role, Piece(phase: .roles, change: change, edits: [.renameRole(from: old, to: name)]))
  }

  /// What an `audit` document finds is told and never planned.
  private mutating func add(_ role: DesiredRole, _ piece: Piece) {
    guard role.mode == .audit else { return add(piece) }
    note(piece.change.address, "audit only: \(words(piece.change))")
  }

  private mutating func compare(_ name: String, _ role: DesiredRole) {
    if let existing = state.roles[name] {
      change(name, role, existing)
    } else {
      create(name, role)
    }
  }

  private func wantedAttributes(_ role: DesiredRole) -> RoleAttributes {
    var attributes = role.attributes
    if role.isExpired(at: context.now) { attributes.login = false }
    return attributes
  }

  private mutating func create(_ name: String, _ role: DesiredRole) {
    let attributes = wantedAttributes(role)
    let defaults = RoleAttributes()
    var facts = [FactChange(.role(name: name), from: nil, to: "present")]
    facts += RoleAttributes.Field.allCases.filter { attributes.text(of: $0) != defaults.text(of: $0) }
      .map { FactChange(.roleAttribute(role: name, field: $0), from: nil, to: attributes.text(of: $0)) }
    var edits: [Edit] = [.createRole(name: name, attributes: attributes)]
    if case .some(.some(let comment)) = role.comment {
      facts.append(FactChange(.roleComment(role: name), from: nil, to: comment))
      edits.append(.comment(role: name, text: comment))
    }
    if let reference = role.password {
      facts.append(FactChange(.rolePassword(role: name), from: nil, to: PasswordState.matches(reference: reference).fact))
      edits.append(.setPassword(role: name, reference: reference))
    }
    let change = Change(address: roleAddress(name), action: .add, facts: facts, source: source(place(name, role)))
    let hazards = passwordHazards(name, edits) + wideningHazards(name, from: defaults, to: attributes)
    add(role, Piece(phase: .roles, change: change, edits: edits, hazards: hazards))
  }

  private mutating func change(_ name: String, _ role: DesiredRole, _ existing: Role) {
    let attributes = wantedAttributes(role)
    let differing = RoleAttributes.Field.allCases.filter { attributes.text(of: $0) != existing.attributes.text(of: $0) }
    // What isn't written is not taken from the role by a document that only adds; an expiry is written.
    let fields = differing.filter { field in
      role.mode != .additive || !isLost(field, attributes) || (field == .login && role.isExpired(at: context.now))
    }
    var facts = fields.map {
      FactChange(.roleAttribute(role: name, field: $0), from: existing.attributes.text(of: $0), to: attributes.text(of: $0))
    }
    var edits: [Edit] = fields.isEmpty ? [] : [.alterRole(name: name, attributes: attributes, fields: fields)]
    var hazards = wideningHazards(name, from: existing.attributes, to: attributes) + losingHazards(name, fields, attributes)
    if let comment = role.comment, comment != existing.comment {
      facts.append(FactChange(.roleComment(role: name), from: existing.comment, to: comment))
      edits.append(.comment(role: name, text: comment))
    }
    let isOnlyExpiry = fields == [.login] && edits.count == 1 && role.isExpired(at: context.now)
    if let reference = role.password { addPassword(name, reference, existing, &facts, &edits, &hazards) }
    guard !edits.isEmpty else { return }
    let change = Change(
      address: roleAddress(name), action: .change, facts: facts, source: source(place(name, role)),
      reason: role.isExpired(at: context.now) ? "it expired" : nil)
    var piece = Piece(phase: .roles, change: change, edits: edits, hazards: hazards + passwordHazards(name, edits))
    piece.isDueByTime = isOnlyExpiry && edits.count == 1
    add(role, piece)
  }

  private mutating func addPassword(
    _ name: String, _ reference: SecretRef, _ existing: Role, _ facts: inout [FactChange], _ edits: inout [Edit],
    _ hazards: inout [Hazard]
  ) {
    switch existing.password {
    case .matches: return
    case .unknown(let why): return note(roleAddress(name), "its password can't be compared with \(reference): \(why)")
    case .none, .present: break
    case .differs:
      hazards.append(Hazard(.credentialChange, roleAddress(name), "\(name)'s password changes; the old one stops working"))
    }
    let after = PasswordState.matches(reference: reference).fact
    facts.append(FactChange(.rolePassword(role: name), from: existing.password.fact, to: after))
    edits.append(.setPassword(role: name, reference: reference))
  }

  private func passwordHazards(_ name: String, _ edits: [Edit]) -> [Hazard] {
    let setsPassword = edits.contains { if case .setPassword = $0 { true } else { false } }
    guard setsPassword, !state.capabilities.isSuperuser else { return [] }
    let user = state.capabilities.user
    return [
      Hazard(
        .secretInServerLog, roleAddress(name),
        "\(user) can't switch statement logging off: the server's log may show \(name)'s verifier")
    ]
  }

  private func wideningHazards(_ name: String, from old: RoleAttributes, to new: RoleAttributes) -> [Hazard] {
    let powers: [(String, KeyPath<RoleAttributes, Bool>)] = [
      ("superuser", \.superuser), ("create_role", \.createRole), ("bypass_row_security", \.bypassRowSecurity),
      ("replication", \.replication),
    ]
    return powers.filter { new[keyPath: $0.1] && !old[keyPath: $0.1] }
      .map { Hazard(.accessWidening, roleAddress(name), "\(name) becomes \($0.0)") }
  }

  private func losingHazards(_ name: String, _ fields: [RoleAttributes.Field], _ new: RoleAttributes) -> [Hazard] {
    let lost = fields.filter { isLost($0, new) }
    guard !lost.isEmpty else { return [] }
    let names = lost.map { FactKey.roleAttribute(role: name, field: $0).label }.joined(separator: ", ")
    return [Hazard(.accessLoss, roleAddress(name), "\(name) loses \(names)")]
  }

  private func isLost(_ field: RoleAttributes.Field, _ new: RoleAttributes) -> Bool {
    switch field {
    case .login: !new.login
    case .superuser: !new.superuser
    case .createDatabase: !new.createDatabase
    case .createRole: !new.createRole
    case .inherit: !new.inherit
    case .replication: !new.replication
    case .bypassRowSecurity: !new.bypassRowSecurity
    case .connectionLimit, .passwordValidUntil: false
    }
  }

  private mutating func compareSettings(of name: String, _ role: DesiredRole) {
    for (setting, value) in role.settings.sorted(by: { $0.key < $1.key }) {
      compareSetting(SettingScope(role: name), setting, value, place: place(name, role).appending("setting", setting)) { builder, piece in
        builder.add(role, piece)
      }
    }
  }

  /// Compares one setting by value; shared by roles and databases.
  mutating func compareSetting(
    _ scope: SettingScope, _ name: String, _ value: String, place: Address, phase: Phase = .roles, group: String = "",
    add: (inout PlanBuilder, Piece) -> Void
  ) {
    guard check(WantedParameter(name: name, text: value, place: place)), mayBeSet(name, place) else { return }
    let value = ListSetting.canonical(value, of: name)
    let key = FactKey.setting(scope: scope, name: name)
    let before = state.value(of: key)
    let definition = state.parameters[name]?.definition
    guard before.map({ definition?.canonical($0) ?? $0 }) != definition?.canonical(value) ?? value else { return }
    let change = Change(
      address: key.address(in: desired.name), action: before == nil ? .add : .change,
      facts: [FactChange(key, from: before, to: value)], source: source(place))
    add(&self, Piece(phase: phase, group: group, change: change, edits: [.setSetting(scope: scope, name: name, value: value)]))
  }

  /// Only what a session may set can be set for a role or a database.
  private mutating func mayBeSet(_ name: String, _ place: Address) -> Bool {
    switch state.parameters[name]?.definition.context {
    case nil, .user, .superuser: return true
    case .internal, .postmaster, .sighup, .superuserBackend, .backend:
      fail(
        .parameterValue, "`\(name)` can't be set for a role or a database, only for the whole instance", at: place,
        hint: "set it in a `Parameters` document")
      return false
    }
  }

  func words(_ change: Change) -> String { change.facts.map(words).joined(separator: "; ") }

  private func words(_ fact: FactChange) -> String {
    switch (fact.key, fact.before, fact.after) {
    case (.membership(let role, _), nil, _): "is no member of \(role), the specs make it one"
    case (.membership(let role, _), _, nil): "is a member of \(role), no document says so"
    case (.privileges(_, let grantee, _), let before, let after?):
      "\(grantee) holds \(before ?? "nothing"), the specs make it \(after)"
    case (.defaultPrivileges(_, let list, let grantee), let before, let after):
      "\(grantee) gets \(before ?? "nothing") on \(list.owner)'s new \(list.kind.plural), the specs say \(after ?? "nothing")"
    case (let key, nil, _): "\(key.label) is not there, the specs ask for it"
    case (let key, let before?, let after): "\(key.label) is \(before), the specs say \(after ?? "nothing")"
    }
  }
}
