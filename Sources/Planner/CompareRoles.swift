import Diagnostics
import Model

/// Roles, their memberships, passwords and settings that hold in every database: one transaction.
extension PlanBuilder {
  mutating func compareRoles() {
    refuseReservedRoles()
    for (name, role) in presentRoles { rename(name, role) }
    for (name, role) in presentRoles { compare(name, role) }
    for (name, role) in presentRoles { compareMemberships(of: name, role) }
    revokeLentMemberships()
    replaceGrantsOfRemovedRoles()
    if grantsAnew { for (name, role) in presentRoles { compareMemberships(of: name, role) } }
    checkMembershipCircles()
    for (name, role) in presentRoles { compareSettings(of: name, role) }
    compareSettingsOfAll()
    for (name, role) in presentRoles { judgeAge(name, role) }
    judgeUndeclaredRoles()
  }

  /// Whether memberships hung on ADMIN that is taken away. What is granted anew for them, beside what the server gave, may be
  /// more than is wanted.
  private var grantsAnew: Bool {
    !context.dueOnly
      && pieces.contains { piece in
        piece.edits.contains { if case .revokeMembership(let edge) = $0 { edge.admin } else { false } }
      }
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
    let edits = [Edit.renameRole(from: old, to: name)]
    add(role, Piece(phase: .roles, change: change, edits: edits, hazards: hazards(of: edits)))
  }

  /// What an `audit` document finds is told and never planned.
  private mutating func add(_ role: DesiredRole, _ piece: Piece) {
    plan(piece, mode: role.mode)
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
    if case .kept(let reference) = role.password, !role.isExpired(at: context.now) {
      facts.append(
        FactChange(.rolePassword(role: name), from: nil, to: PasswordState.matches(reference: reference).fact))
      edits.append(.setPassword(role: name, reference: reference))
    }
    let change = Change(address: roleAddress(name), action: .add, facts: facts, source: source(place(name, role)))
    add(role, Piece(phase: .roles, change: change, edits: edits, hazards: hazards(of: edits)))
  }

  private mutating func change(_ name: String, _ role: DesiredRole, _ existing: Role) {
    guard !role.isExpired(at: context.now) else { return expire(name, role, existing) }
    let attributes = wantedAttributes(role)
    // An additive document takes nothing away.
    let fields = differing(attributes, existing.attributes)
      .filter { role.mode != .additive || !attributes.loses($0, beside: existing.attributes) }
    var facts = facts(name, fields, from: existing.attributes, to: attributes)
    var edits: [Edit] = fields.isEmpty ? [] : [.alterRole(name: name, attributes: attributes, fields: fields)]
    if let comment = role.comment, comment != existing.comment {
      facts.append(FactChange(.roleComment(role: name), from: existing.comment, to: comment))
      edits.append(.comment(role: name, text: comment))
    }
    switch role.password {
    case .kept(let reference): addPassword(name, reference, existing, &facts, &edits)
    // An additive document takes no password away either.
    case .disabled where role.mode != .additive: removePassword(name, existing, &facts, &edits)
    case .disabled, nil: break
    }
    guard !edits.isEmpty else { return }
    let change = Change(address: roleAddress(name), action: .change, facts: facts, source: source(place(name, role)))
    add(role, Piece(phase: .roles, change: change, edits: edits, hazards: hazards(of: edits)))
  }

  /// An expired role can't log in, and nothing else of it is looked after: that alone is what time makes due.
  private mutating func expire(_ name: String, _ role: DesiredRole, _ existing: Role) {
    guard existing.attributes.login, role.mode != .additive else { return }
    var attributes = existing.attributes
    attributes.login = false
    let change = Change(
      address: roleAddress(name), action: .change,
      facts: facts(name, [.login], from: existing.attributes, to: attributes),
      source: source(place(name, role)), reason: "it expired")
    let edits = [Edit.alterRole(name: name, attributes: attributes, fields: [.login])]
    var piece = Piece(phase: .roles, change: change, edits: edits, hazards: hazards(of: edits))
    piece.isDueByTime = true
    add(role, piece)
  }

  private func differing(_ wanted: RoleAttributes, _ existing: RoleAttributes) -> [RoleAttributes.Field] {
    RoleAttributes.Field.allCases.filter { wanted.text(of: $0) != existing.text(of: $0) }
  }

  private func facts(
    _ name: String, _ fields: [RoleAttributes.Field], from old: RoleAttributes, to new: RoleAttributes
  ) -> [FactChange] {
    fields.map { FactChange(.roleAttribute(role: name, field: $0), from: old.text(of: $0), to: new.text(of: $0)) }
  }

  private func hazards(of edits: [Edit]) -> [Hazard] {
    edits.flatMap { Planner.hazards(of: $0, before: state, instance: desired.name) }
  }

  private mutating func addPassword(
    _ name: String, _ reference: SecretRef, _ existing: Role, _ facts: inout [FactChange], _ edits: inout [Edit]
  ) {
    switch existing.password {
    case .matches: return
    case .unknown(let why): return note(roleAddress(name), "its password can't be compared with \(reference): \(why)")
    case .none, .present, .differs: break
    }
    let after = PasswordState.matches(reference: reference).fact
    facts.append(FactChange(.rolePassword(role: name), from: existing.password.fact, to: after))
    edits.append(.setPassword(role: name, reference: reference))
  }

  private mutating func removePassword(
    _ name: String, _ existing: Role, _ facts: inout [FactChange], _ edits: inout [Edit]
  ) {
    switch existing.password {
    case .none: return
    case .unknown(let why): return note(roleAddress(name), "whether it has a password can't be seen: \(why)")
    case .present, .matches, .differs: break
    }
    facts.append(FactChange(.rolePassword(role: name), from: existing.password.fact, to: nil))
    edits.append(.removePassword(role: name))
  }

  private mutating func compareSettings(of name: String, _ role: DesiredRole) {
    for (setting, value) in role.settings.sorted(by: { $0.key < $1.key }) {
      compareSetting(SettingScope(role: name), setting, value, place: place(name, role).appending("setting", setting)) {
        builder, piece in
        builder.add(role, piece)
      }
    }
  }

  private mutating func compareSettingsOfAll() {
    for (setting, value) in desired.settings.sorted(by: { $0.key < $1.key }) {
      compareSetting(SettingScope(), setting, value, place: address.appending("setting", setting)) { $0.add($1) }
    }
  }

  /// After the databases, which the same plan may make.
  mutating func compareSettingsInDatabases() {
    for (name, role) in presentRoles {
      for (database, settings) in role.settingsInDatabases.sorted(by: { $0.key < $1.key }) {
        let place = place(name, role).appending("database", database)
        guard state.databases[database] != nil else {
          failMissingDatabase(database, place)
          continue
        }
        for (setting, value) in settings.sorted(by: { $0.key < $1.key }) {
          compareSetting(
            SettingScope(role: name, database: database), setting, value, place: place.appending("setting", setting),
            phase: .contents, group: database
          ) { $0.add(role, $1) }
        }
      }
    }
  }

  /// Compares one setting by value, of whatever scope.
  mutating func compareSetting(
    _ scope: SettingScope, _ written: String, _ value: String, place: Address, phase: Phase = .roles,
    group: String = "",
    add: (inout PlanBuilder, Piece) -> Void
  ) {
    let name = state.parameters.spelling(of: written)
    guard tellsNoParameters || check(WantedParameter(name: name, text: value, place: place)) && mayBeSet(name, place)
    else { return }
    let value = ListSetting.canonical(value, of: name)
    let key = FactKey.setting(scope: scope, name: name)
    let before = state.value(of: key)
    let definition = state.parameters[name]?.definition
    guard before.map({ definition?.canonical($0) ?? $0 }) != definition?.canonical(value) ?? value else { return }
    let change = Change(
      address: key.address(in: desired.name), action: before == nil ? .add : .change,
      facts: [FactChange(key, from: before, to: value)], source: source(place))
    add(
      &self,
      Piece(phase: phase, group: group, change: change, edits: [.setSetting(scope: scope, name: name, value: value)]))
  }

  /// Which parameters sessions have in an instance that a cloud is yet to make, only the server tells, and refuses others.
  private var tellsNoParameters: Bool { state.isAssumed && desired.managed != nil }

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
