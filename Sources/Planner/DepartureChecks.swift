import Diagnostics
import Model

/// What keeps a role from being dropped though it owns nothing and holds nothing that is read.
extension PlanBuilder {
  mutating func nothingBlocks(_ name: String, _ place: Address, hasHeir: Bool) -> Bool {
    let blockers = (observed.departures?[name]?.blockers ?? []).filter { !isTakenAway($0, name, hasHeir: hasHeir) }
    guard blockers.contains(where: { !isReadPolicies($0, name) }) else { return true }
    if !diagnostics.contains(where: { $0.code == .ownsObjects && $0.location == source(place) }) {
      let list = blockers.map(\.words).joined(separator: ", ")
      fail(
        .ownsObjects, "`\(name)` can't be dropped: it is named by \(list)", at: place,
        hint: blockers.map(\.kind.remedy).removingRepeats().joined(separator: "; "))
    }
    return false
  }

  /// An heir gets tablespaces with everything else; what lists say is revoked where they were read.
  private func isTakenAway(_ blocker: Departure.Blocker, _ name: String, hasHeir: Bool) -> Bool {
    switch blocker.kind {
    case .tablespace: hasHeir && observed.shared.states.values.contains { $0.owner == name }
    case .tablespacePrivileges: blocker.count <= countShared(.tablespace, naming: name)
    case .parameterPrivileges: blocker.count <= countShared(.parameter, naming: name)
    case .policy, .userMapping, .initialPrivileges: false
    }
  }

  /// Policies that were read may no longer name the role when it goes: that is asked once they are compared.
  private func isReadPolicies(_ blocker: Departure.Blocker, _ name: String) -> Bool {
    guard blocker.kind == .policy, let database = blocker.database else { return false }
    return blocker.count <= observed.databases[database]?.rowSecurity.policies(naming: name).count ?? 0
  }

  private func countShared(_ kind: ObjectKind, naming role: String) -> Int {
    observed.shared.states.count { $0.key.kind == kind && $0.value.owner != role && $0.value.acl.names(role) }
  }

  /// Before 17 a server forgets no initial privileges with a role, and nobody else can make it: dumps revoke them from its
  /// number, which is an error wherever one is read in.
  ///
  /// - Source: seen on 15.20; from 17 on the server keeps the role until `DROP OWNED BY` it.
  func dumpHazards(of name: String) -> [Hazard] {
    guard let version = state.version, version.major < 17 else { return [] }
    let counts = state.databases.sorted { $0.key < $1.key }.compactMap { database, value -> String? in
      let count = value.extensionLists.states.values.count { $0.owner != name && $0.acl.names(name) }
      return count == 0 ? nil : "\(count) in \(database)"
    }
    guard !counts.isEmpty else { return [] }
    let lists = "initial privileges of extensions' objects (\(counts.joined(separator: ", ")))"
    let message = "\(lists) name \(name) for ever: dumps say it by number, until the extension is made anew"
    return [Hazard(.irreversible, roleAddress(name), message)]
  }

  /// The server ends no session of a role that it drops.
  func sessionHazards(of name: String) -> [Hazard] {
    guard let count = state.departures?[name]?.openSessions, count > 0 else { return [] }
    let sessions = count == 1 ? "1 open session of \(name) goes" : "\(count) open sessions of \(name) go"
    let message = "\(sessions) on with what everybody may do: pg_terminate_backend() ends it"
    return [Hazard(.accessLoss, roleAddress(name), message)]
  }
}

extension Departure.Blocker {
  /// `2 policies in app`
  fileprivate var words: String {
    "\(count) \(count == 1 ? kind.noun : kind.plural)" + (database.map { " in \($0)" } ?? "")
  }
}

extension Departure.Blocker.Kind {
  fileprivate var noun: String {
    switch self {
    case .policy: "policy"
    case .userMapping: "user mapping"
    case .initialPrivileges: "list of an extension's initial privileges"
    case .tablespace: "tablespace that it owns"
    case .tablespacePrivileges: "tablespace's list"
    case .parameterPrivileges: "parameter's list"
    }
  }

  fileprivate var plural: String {
    switch self {
    case .policy: "policies"
    case .userMapping: "user mappings"
    case .initialPrivileges: "lists of an extension's initial privileges"
    case .tablespace: "tablespaces that it owns"
    case .tablespacePrivileges: "tablespaces' lists"
    case .parameterPrivileges: "parameters' lists"
    }
  }

  /// What to do about it by hand.
  fileprivate var remedy: String {
    switch self {
    case .policy: "ALTER POLICY … TO other roles"
    case .userMapping: "DROP USER MAPPING"
    case .initialPrivileges: "DROP OWNED BY it in that database, once it owns nothing there"
    case .tablespace: "ALTER TABLESPACE … OWNER TO another role"
    case .tablespacePrivileges: "REVOKE … ON TABLESPACE"
    case .parameterPrivileges: "REVOKE … ON PARAMETER"
    }
  }
}
