import Model
import Rendering

/// What an access review is asked about.
struct AccessFilter: Sendable {
  var roles: [NamePattern]
  var objects: [ObjectSelector]
  /// Also roles that may not log in; roles that are chosen by name are shown either way.
  var includesGroups: Bool
  private let scope: [Address]

  init(roles: [NamePattern], objects: [ObjectSelector], includesGroups: Bool, selection: Selection) {
    (self.roles, self.objects, self.includesGroups) = (roles, objects, includesGroups)
    scope = selection.addresses
  }

  /// Whether an object of the instance is asked about: by `--object`, and by the part of `--only` below the instance.
  func selects(_ instance: String) -> @Sendable (String, ObjectID) -> Bool {
    let wanted = objects.filter { ($0.instance ?? instance) == instance }
    let scoped = scope.filter { $0.instanceName == instance }.compactMap { ObjectSelector($0.description) }
    let isNarrowed = !objects.isEmpty
    let isScoped = !scoped.isEmpty && !scope.contains(Address.instance(instance))
    return { database, id in
      (!isNarrowed || wanted.contains { $0.selects(database, id) })
        && (!isScoped || scoped.contains { $0.selects(database, id) })
    }
  }

  /// The roles that `--only` narrows the instance down to; empty where it doesn't.
  private func scopedRoles(of instance: DesiredInstance) -> [String] {
    guard !scope.contains(instance.address) else { return [] }
    return scope.filter { $0.segments.starts(with: instance.address.segments + ["access", "role"]) }
      .compactMap { $0.segments.dropFirst(4).first }
  }

  /// Whether single roles are asked about, and not all that there are.
  func choosesRoles(of instance: DesiredInstance) -> Bool { !roles.isEmpty || !scopedRoles(of: instance).isEmpty }

  /// Whose access is shown, everybody first.
  func subjects(_ observed: Observed, of instance: DesiredInstance) -> [InstanceAccess.Subject] {
    let scoped = scopedRoles(of: instance)
    let isScoped = !scoped.isEmpty
    var subjects: [InstanceAccess.Subject] = []
    if !isScoped, roles.isEmpty || roles.contains(where: { $0.matches("PUBLIC") && $0.text != "*" }) {
      subjects.append(InstanceAccess.Subject(.everybody, mayLogIn: false))
    }
    for (name, role) in observed.roles.sorted(by: { $0.key < $1.key }) {
      guard isScoped ? scoped.contains(name) : isWanted(name, role.attributes) else { continue }
      let expires = instance.access.roles[name]?.expires
      subjects.append(InstanceAccess.Subject(.role(name), mayLogIn: role.attributes.login, expires: expires))
    }
    return subjects
  }

  /// The server's own roles are shown where they are named.
  private func isWanted(_ name: String, _ attributes: RoleAttributes) -> Bool {
    if roles.isEmpty { return !name.hasPrefix("pg_") && (includesGroups || attributes.login) }
    return roles.contains { $0.matches(name) && (!name.hasPrefix("pg_") || $0.text.hasPrefix("pg_")) }
  }
}
