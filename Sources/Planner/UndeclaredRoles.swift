import Diagnostics
import Model

/// Roles that no document declares: those whose names are kept for the specs, superusers that nobody allowed, and on demand
/// all of them. None of them is ever changed.
extension PlanBuilder {
  mutating func judgeUndeclaredRoles() {
    guard !context.dueOnly else { return }
    reportManagedNames()
    reportSuperusers()
    if context.listsUndeclared { listUndeclared() }
  }

  private var undeclared: [String] {
    state.roles.keys.filter { desired.access.roles[$0] == nil && !state.isBuiltIn($0) }.sorted()
  }

  private mutating func reportManagedNames() {
    guard !desired.access.managedNames.isEmpty else { return }
    for role in undeclared {
      guard let kept = desired.access.managedNames.first(where: { $0.pattern.matches(role) }) else { continue }
      alarms.append(
        Alarm(
          .undeclaredRole, roleAddress(role),
          message: "it is there, no document declares it, and its name is kept by \(words(kept))",
          hint: "declare it, or remove it with `state: absent`"))
    }
  }

  /// `manages: app_* of access/team (team.yaml:4)`
  private func words(_ kept: ManagedName) -> String {
    let place = source(kept.document.appending("manages")).map { " (\($0.file):\($0.line))" } ?? ""
    return "`manages: \(kept.pattern)` of \(kept.document)\(place)"
  }

  private mutating func reportSuperusers() {
    guard let allowed = desired.access.superusers else { return }
    for (name, role) in state.roles.sorted(by: { $0.key < $1.key })
    where role.attributes.superuser && !allowed.names.contains(name) && !state.isBuiltIn(name) {
      guard desired.access.roles[name]?.attributes.superuser != true else { continue }
      alarms.append(
        Alarm(
          .undeclaredSuperuser, roleAddress(name),
          message: "it is a superuser, and no document allows that",
          hint: "declare it with `superuser: true` or name it under `superusers`; else ALTER ROLE … NOSUPERUSER"))
    }
  }

  private mutating func listUndeclared() {
    for name in undeclared {
      note(roleAddress(name), "it is there and no document declares it\(traits(of: name))")
    }
  }

  /// ` (login, superuser, member of a and b)`
  private func traits(of name: String) -> String {
    guard let attributes = state.roles[name]?.attributes else { return "" }
    let powers: [RoleAttributes.Field] = [
      .login, .superuser, .createRole, .createDatabase, .replication, .bypassRowSecurity,
    ]
    var traits = powers.filter { attributes.text(of: $0) == "yes" }
      .map { FactKey.roleAttribute(role: name, field: $0).label }
    let groups = Set(state.memberships.filter { $0.member == name && !$0.isAutomatic(for: state) }.map(\.role)).sorted()
    if !groups.isEmpty {
      let rest = groups.count > 3 ? " and \(groups.count - 3) more" : ""
      traits.append("member of " + groups.prefix(3).joined(separator: ", ") + rest)
    }
    return traits.isEmpty ? "" : " (\(traits.joined(separator: "; ")))"
  }
}

/// What a service keeps for itself.
extension PlanBuilder {
  mutating func refuseReservedRoles() {
    guard let service = state.service else { return }
    for (name, role) in desired.access.roles.sorted(by: { $0.key < $1.key }) {
      for taken in [name, role.renamedFrom ?? name] where service.reserves(taken) {
        fail(
          .reserved, "`\(taken)` belongs to \(service.label), and is neither made nor changed by its customers",
          at: role.document.appending("role", name),
          hint: "name it under `member_of` or `grants`; don't declare it")
        break
      }
    }
  }
}
