import Model
import PlatformKit
import SQL

/// Observes a running server of version 13 to 18, through its catalogs alone.
///
/// - Shape: everything of `Observed` that a server knows of itself. `host` says what may be installed, `dataBytes`,
///   `masks` and `backup` are left to platforms that see more. Columns' own privileges are not read.
/// - Parameter maintenance: a connection to the maintenance database; it is used for that database's contents too.
/// - Parameter connect: opens another database; what it opens is closed here.
/// - Parameter earlier: a look of the same run, which tells what some databases hold.
/// - Errors: `SQLFailure`. `unreadable` where a name has two spellings; `42501` where the parameter layer is managed and the
///   user may not see it. A connection that failed is of no more use.
package func observeCluster(
  over maintenance: any SQLConnection,
  connect: @escaping @Sendable (String) async throws(SQLFailure) -> any SQLConnection,
  instance: DesiredInstance, judge: any PasswordJudge, now: Timestamp, since earlier: EarlierLook? = nil
) async throws(SQLFailure) -> Observed {
  let version = ServerVersion(number: await maintenance.serverVersion)
  let reading = DatabaseReading(connect: connect, access: instance.access)
  let named = instance.namedDatabases.filter { earlier?.contents(of: $0) == nil }
  let open = try await openDatabases(among: named, over: maintenance)
  // Nobody waits for them: they are read while the server as a whole is.
  async let early = reading.read(open)
  let shared = try await readTransaction(
    over: maintenance, ClusterQueries.all(version: version, leaving: instance.leavingRoles.sorted()))
  var names = CatalogNames(written: instance.spellings)
  try names.add(cluster: shared)
  var cluster = ClusterRows(shared, version: version)
  try await cluster.addPrivileged(over: maintenance, instance: instance)
  var observed = cluster.observed(applyUser: instance.connect.applyUser ?? instance.connect.user)
  cluster.addOwned(by: instance.leavingRoles, to: &observed.databases)
  let leaving = instance.leavingRoles.filter { observed.roles[$0] != nil }.sorted()
  if !leaving.isEmpty { observed.departures = try await readDepartures(of: leaving, over: maintenance) }
  if instance.parameters.values != nil, !cluster.seesLayer { throw cannotSeeLayer(cluster.user) }
  if let name = cluster.unseenParameter(of: instance, observed.parameters) {
    throw cannotSeePending(name, cluster.user)
  }
  await judgePasswords(of: &observed, cluster.passwords, instance: instance, judge: judge)
  observed.passwordsChanged = await lastChanges(of: instance, judge)
  try await reading.read(
    databasesToRead(of: instance, in: observed), into: &observed,
    of: SharedReading(
      maintenance: maintenance, maintenanceName: cluster.database, version: version, names: names),
    early: await early, since: earlier)
  return observed
}

/// Those of the databases that are there and let the user in, but for the one that the connection is to.
private func openDatabases(
  among names: Set<String>, over maintenance: any SQLConnection
) async throws(SQLFailure) -> [String] {
  guard !names.isEmpty else { return [] }
  let rows = try await readTransaction(over: maintenance, [ClusterQueries.openDatabases(among: names.sorted())])
  return rows[0].compactMap(\.[0])
}

private func cannotSeeLayer(_ user: String) -> SQLFailure {
  SQLFailure(
    .server, sqlState: "42501", message: "\(user) may not see which parameters ALTER SYSTEM has set",
    hint: "GRANT pg_read_all_settings TO \(quotedIdentifier(user))", endpoint: "the maintenance database")
}

/// What waits for a restart stands in files alone: without them nobody could say whether it is as the specs ask.
private func cannotSeePending(_ parameter: String, _ user: String) -> SQLFailure {
  let role = quotedIdentifier(user)
  return SQLFailure(
    .server, sqlState: "42501",
    message: "\(user) may not see which value of \(parameter) waits for the next restart",
    hint: "GRANT SELECT ON pg_file_settings TO \(role); "
      + "GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO \(role)",
    endpoint: "the maintenance database")
}

/// Which databases planning has to look into, and whether the specs name them.
private func databasesToRead(of instance: DesiredInstance, in observed: Observed) -> [String: DatabaseReading
  .Need]
{
  var needs: [String: DatabaseReading.Need] = [:]
  if instance.readsAllDatabases || instance.access.roles.values.contains(where: reachesEverywhere) {
    for name in observed.databases.keys { needs[name] = .ifAdmitted }
  }
  let renamed = instance.databases.values.compactMap(\.renamedFrom)
  for name in instance.namedDatabases.union(renamed) { needs[name] = .always }
  return needs.filter { observed.databases[$0.key]?.isRead == true }
}

/// A role that goes, or gets another name, may own things and hold privileges anywhere.
private func reachesEverywhere(_ role: DesiredRole) -> Bool {
  switch role.state {
  case .present: role.renamedFrom != nil
  case .absent: true
  }
}

/// Holds what the server stores against what the references give, and drops it.
private func judgePasswords(
  of observed: inout Observed, _ passwords: [String: StoredPassword], instance: DesiredInstance,
  judge: any PasswordJudge
) async {
  let references = instance.passwordReferences
  for (name, stored) in passwords.sorted(by: { $0.key < $1.key }) where observed.roles[name] != nil {
    guard let reference = references[name] else {
      observed.roles[name]?.password = stored.isSet ? .present : .none
      continue
    }
    observed.roles[name]?.password = await judge.judge(verifier: stored.verifier, reference: reference)
  }
}

/// `nil` where no password is to be rotated.
private func lastChanges(of instance: DesiredInstance, _ judge: any PasswordJudge) async -> [String: Timestamp]? {
  var changes: [String: Timestamp]?
  for (name, role) in instance.access.roles where role.rotateEvery != nil {
    guard let reference = role.password?.reference else { continue }
    changes = changes ?? [:]
    changes?[name] = await judge.lastChange(of: reference)
  }
  return changes
}

extension DesiredInstance {
  fileprivate var namedDatabases: Set<String> {
    access.databases.union(databases.keys).union(access.rules.flatMap(\.databases))
  }

  fileprivate var leavingRoles: [String] {
    access.roles.filter { if case .absent = $0.value.state { true } else { false } }.map(\.key)
  }

  /// The references by the roles' names on the server, which may be those before a rename. Of a role that has the name
  /// and one that had it, the first one's counts.
  var passwordReferences: [String: SecretRef] {
    var references: [String: SecretRef] = [:]
    for role in access.roles.values {
      if let former = role.renamedFrom, let reference = role.password?.reference { references[former] = reference }
    }
    for (name, role) in access.roles {
      if let password = role.password { references[name] = password.reference }
    }
    return references
  }

  /// The roles whose verifier is worth reading.
  var judgedRoles: [String] {
    access.roles.filter { $0.value.password?.reference != nil }
      .flatMap { [$0.key] + ($0.value.renamedFrom.map { [$0] } ?? []) }.sorted()
  }
}
