import Model
import SQL

/// A role's password as the server stores it. Never leaves the observation.
struct StoredPassword {
  var isSet: Bool
  /// Only where the specs hold it against a reference.
  var verifier: String?
}

/// What all databases share, as it was read.
struct ClusterRows {
  let version: ServerVersion
  private let results: [SQLRows]
  private(set) var passwords: [String: StoredPassword] = [:]
  private var files: FileSettings?
  private var libraries: [String]?
  private var availableExtensions: [String]?

  /// - Parameter results: those of `ClusterQueries.all`.
  init(_ results: [SQLRows], version: ServerVersion) { (self.results, self.version) = (results, version) }

  var user: String { results[0][0, 0] ?? "" }
  var database: String { results[0][0, 1] ?? "" }
  private var readsPasswords: Bool { results[0][0, 4] == "t" }
  private var readsFiles: Bool { results[0][0, 5] == "t" }
  private var isSuperuser: Bool { results[0][0, 7] == "t" }

  /// Whether the entries of the layer are known.
  var seesLayer: Bool { files != nil || results[0][0, 6] == "t" || isSuperuser }

  /// A parameter that the specs ask for and whose entry this user can't know: it takes a restart, and what is in force
  /// differs from the specs or from the files.
  func unseenParameter(of instance: DesiredInstance, _ parameters: [String: ParameterState]) -> String? {
    guard files == nil, let wanted = instance.parameters.values else { return nil }
    return wanted.keys.sorted().first { name in
      guard let state = parameters[name], state.definition.context.needsRestart else { return false }
      guard case .scalar(let text)? = wanted[name]?.value, let running = state.running else { return true }
      return state.pendingRestart || state.definition.canonical(text) != state.definition.canonical(running)
    }
  }

  /// Reads what this user may read beyond what everybody may.
  mutating func addPrivileged(over connection: any SQLConnection, instance: DesiredInstance)
    async throws(SQLFailure)
  {
    var statements = [PrivilegedQueries.availableExtensions]
    if readsPasswords { statements.append(PrivilegedQueries.passwords(judged: instance.judgedRoles)) }
    if readsFiles { statements.append(PrivilegedQueries.fileSettings) }
    if isSuperuser { statements.append(PrivilegedQueries.libraries) }
    var rest = try await readTransaction(over: connection, statements)[...]
    availableExtensions = rest.removeFirst().compactMap { $0[0] }.sorted()
    if readsPasswords { for row in rest.removeFirst() { addPassword(row) } }
    if readsFiles { files = FileSettings(rest.removeFirst()) }
    if isSuperuser {
      libraries = rest.removeFirst().compactMap { $0[0] }.map { String($0.dropLast(3)) }.sorted()
    }
  }

  private mutating func addPassword(_ row: SQLRow) {
    passwords[row[0] ?? ""] = StoredPassword(isSet: row[1] == "t", verifier: row[2])
  }

  func observed(applyUser: String?) -> Observed {
    var observed = Observed(presence: .running, version: version)
    observed.systemIdentifier = results[0][0, 2]
    observed.isInRecovery = results[0][0, 3] == "t"
    observed.roles = roles
    observed.initialSuperuser = results[0][0, 9]
    observed.memberships = memberships.sorted()
    observed.settings = settings.sorted()
    observed.databases = databases
    observed.shared = shared(superuser: observed.bootstrapSuperuser ?? "")
    observed.parameters = parameters
    observed.layer = files.map { observed.parameters.spelled($0.layer) } ?? layer
    observed.clientConnections = results[8].firstCell.flatMap { Int($0) }
    observed.host = HostState(
      isOurs: true, includesLayer: true, libraries: libraries, availableExtensions: availableExtensions)
    observed.capabilities = Capabilities(
      of: applyUser ?? user, roles: observed.roles, memberships: memberships, version: version,
      allowsAlterSystem: results[0][0, 8] == "t")
    return observed
  }
}

extension ClusterRows {
  private var roles: [String: Role] {
    var roles: [String: Role] = [:]
    for row in results[1] {
      var role = Role(attributes: attributes(row), comment: row[10])
      role.password = .unknown(because: "\(user) may not read pg_authid")
      roles[row[0] ?? ""] = role
    }
    return roles
  }

  private func attributes(_ row: SQLRow) -> RoleAttributes {
    var attributes = RoleAttributes()
    attributes.login = row[1] == "t"
    attributes.superuser = row[2] == "t"
    attributes.createDatabase = row[3] == "t"
    attributes.createRole = row[4] == "t"
    attributes.inherit = row[5] == "t"
    attributes.replication = row[6] == "t"
    attributes.bypassRowSecurity = row[7] == "t"
    attributes.connectionLimit = row[8].flatMap { Int($0) }
    attributes.passwordValidUntil = row[9].flatMap { Int($0) }.map { Timestamp(seconds: $0) }
    return attributes
  }

  private var memberships: [Membership] {
    results[2].map { row in
      Membership(
        role: row[0] ?? "", member: row[1] ?? "", grantor: row[2] ?? "", admin: row[3] == "t",
        inherit: row[4].map { $0 == "true" }, set: row[5].map { $0 == "true" })
    }
  }

  private var settings: [ScopedSetting] {
    results[3].compactMap { row in
      guard let entry = row[2], let equals = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      return ScopedSetting(
        scope: SettingScope(role: row[0], database: row[1]), name: String(entry[..<equals]),
        value: String(entry[entry.utf8.index(after: equals)...]))
    }
  }

  /// `isRead` says for now whether the user may look into the database.
  private var databases: [String: Database] {
    var acls = ACLReader(version: version)
    var databases: [String: Database] = [:]
    for row in results[4] {
      let owner = row[1] ?? ""
      databases[row[0] ?? ""] = Database(
        owner: owner, acl: acls.read(row[2], kind: .database, owner: owner), isRead: row[3] == "t")
    }
    return databases
  }

  private func shared(superuser: String) -> ObjectTable {
    var acls = ACLReader(version: version)
    var table = ObjectTable()
    for row in results[9] {
      let owner = row[1] ?? ""
      table.states[ObjectID(kind: .tablespace, schema: "", name: row[0] ?? "")] = ObjectState(
        owner: owner, acl: acls.read(row[2], kind: .tablespace, owner: owner))
    }
    for row in results[10] {
      table.states[ObjectID(kind: .parameter, schema: "", name: row[0] ?? "")] = ObjectState(
        owner: superuser, acl: acls.read(row[1], kind: .parameter, owner: superuser))
    }
    return table
  }

  /// How much each of these roles owns, by database, also in databases that nobody looks into.
  func addOwned(by roles: [String], to databases: inout [String: Database]) {
    for name in databases.keys {
      for role in roles { databases[name]?.owned[role] = 0 }
    }
    for row in results[7] {
      guard let role = row[1], roles.contains(role) else { continue }
      databases[row[0] ?? ""]?.owned[role] = row[2].flatMap { Int($0) }
      databases[row[0] ?? ""]?.listsNaming[role] = row[3].flatMap { Int($0) }
    }
  }

  private var parameters: [String: ParameterState] {
    var states: [String: ParameterState] = [:]
    for row in results[5] { states[row[0] ?? ""] = parameter(row) }
    return states
  }

  private func parameter(_ row: SQLRow) -> ParameterState {
    let definition = ParameterDefinition(
      // A kind or context that this version doesn't know yet: text, and not to be set.
      kind: row[1].flatMap(ParameterDefinition.Kind.init) ?? .string,
      context: row[2].flatMap(ParameterDefinition.Context.init) ?? .internal,
      unit: row[3], minimum: row[4], maximum: row[5], choices: row[6].flatMap(arrayElements),
      bootValue: row[7])
    let isOfThisSession = row[11] == "t"
    let serverValue =
      isOfThisSession
      ? files?.inForce[row[0]?.lowercased() ?? ""].map(definition.canonical) ?? row[7] : row[8]
    return ParameterState(
      definition: definition, running: serverValue.map { SecretParameters.kept(row[0] ?? "", $0) },
      pendingRestart: row[9] == "t", sourceFile: row[10])
  }

  private var layer: [String: String] {
    Dictionary(results[6].map { ($0[0] ?? "", SecretParameters.kept($0[0] ?? "", $0[1] ?? "")) }) { $1 }
  }
}

/// The entries of the server's files.
private struct FileSettings {
  /// What `postgresql.auto.conf` says, by parameter, in small letters: files spell names in any case.
  private(set) var layer: [String: String] = [:]
  /// The entry of each name, in small letters, that was read last.
  private(set) var inForce: [String: String] = [:]

  init(_ rows: SQLRows) {
    for row in rows {
      guard let name = row[0]?.lowercased(), let text = row[1] else { continue }
      let value = SecretParameters.kept(name, text)
      inForce[name] = value
      if row[2] == "t" { layer[name] = value }
    }
  }
}
