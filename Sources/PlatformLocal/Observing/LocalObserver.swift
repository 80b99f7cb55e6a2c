import Model
import PlatformKit
import PostgresCatalog
import SQL

/// Observes clusters on this host: their files, their catalogs when they run, and their backups. Writes nothing.
package struct LocalObserver: Observer {
  private let host: LocalHost
  private let files: any HostFiles
  private let runner: any ProcessRunner
  private let connector: any SQLConnector
  private let secrets: any SecretSource
  private let judge: any PasswordJudge

  package init(
    host: LocalHost, files: any HostFiles, runner: any ProcessRunner, connector: any SQLConnector,
    secrets: any SecretSource, judge: any PasswordJudge
  ) {
    (self.host, self.files, self.runner) = (host, files, runner)
    (self.connector, self.secrets, self.judge) = (connector, secrets, judge)
  }

  package func reasonToSkip(_ instance: DesiredInstance) -> String? { host.reasonToSkip(instance) }

  package func observe(
    _ instance: DesiredInstance, at now: Timestamp, since earlier: EarlierLook?
  ) async throws(ObservationFailure) -> Observed {
    let failures = LocalFailures(instance: instance)
    let user: OSUser
    do throws(RunAsRefusal) { user = try host.runAs(instance) } catch {
      throw failures.failure(error.message, hint: error.hint)
    }
    if let failure = host.failures[instance.name] { throw failures.unreadable(failure, user: user) }
    let outcome: Result<Observed, ObservationFailure>
    do throws(FileFailure) { outcome = try await observe(instance, as: user, now, earlier) } catch {
      throw failures.unreadable(error, user: user)
    }
    return try outcome.get()
  }

  private func observe(
    _ instance: DesiredInstance, as user: OSUser, _ now: Timestamp, _ earlier: EarlierLook?
  ) async throws(FileFailure) -> Result<Observed, ObservationFailure> {
    let failures = LocalFailures(instance: instance)
    switch try await DataDirectory.read(instance.paths, of: user, files) {
    case .nothing: return .success(try await absent(instance, user))
    case .other(let message): return .failure(failures.notACluster(message))
    case .cluster(let cluster):
      let pinned = instance.localSettings.systemIdentifier
      if let pinned, pinned != cluster.systemIdentifier {
        return .failure(failures.wrongCluster(cluster, pinned: pinned))
      }
      var observed = try await stopped(instance, cluster, isOurs: cluster.hasLayer || pinned != nil)
      guard let postmaster = cluster.postmaster else {
        if observed.host?.isOurs == true {
          observed.backup = try await backup(instance, user, cluster, archiver: nil)
        }
        return .success(observed)
      }
      observed.presence = .running
      guard observed.host?.isOurs == true else { return .success(observed) }
      return try await running(instance, cluster, postmaster, user, files: observed, now, earlier)
    }
  }

  private func absent(_ instance: DesiredInstance, _ user: OSUser) async throws(FileFailure) -> Observed {
    let paths = instance.paths
    let installation = host.installation(for: instance, major: nil)
    var observed = Observed(presence: .absent)
    observed.host = HostState(
      isOurs: true, includesLayer: false, hasStaging: try await files.status(of: paths.staging) != nil,
      libraries: installation?.libraries, availableExtensions: installation?.extensions)
    observed.evidence = try await evidence(instance, user)
    observed.backup = try await backup(instance, user, nil, archiver: nil)
    return observed
  }

  private func evidence(_ instance: DesiredInstance, _ user: OSUser) async throws(FileFailure) -> [String] {
    let paths = instance.paths
    var evidence: [String] = []
    if try await files.status(of: paths.serverLog) != nil {
      evidence.append("a server wrote \(paths.serverLog)")
    }
    if try await files.status(of: paths.backupConfiguration) != nil {
      evidence.append("its backup configuration \(paths.backupConfiguration) is there")
    }
    if let repository = instance.backup?.configuration.repository,
      try await backups(instance, user).repositoryHoldsStanza(repository)
    {
      evidence.append("\(repository) holds backups of \(instance.stanza)")
    }
    return evidence
  }

  private func stopped(
    _ instance: DesiredInstance, _ cluster: DataDirectory, isOurs: Bool
  ) async throws(FileFailure) -> Observed {
    let installation = host.installation(for: instance, major: cluster.major)
    var observed = Observed(
      presence: .stopped, version: installation?.version ?? ServerVersion(major: cluster.major))
    observed.systemIdentifier = cluster.systemIdentifier
    let known = pristineParameters(major: cluster.major)
    (observed.layer, observed.masks) = (known.spelled(cluster.layer), known.spelled(cluster.masks))
    observed.host = HostState(
      isOurs: isOurs,
      includesLayer: cluster.mainConfiguration.map { includesLayer($0, instance.paths) } ?? false,
      hasStaging: try await files.status(of: instance.paths.staging) != nil,
      libraries: installation?.libraries,
      availableExtensions: installation?.extensions)
    return observed
  }

  private func backups(_ instance: DesiredInstance, _ user: OSUser) -> BackupObserver {
    BackupObserver(instance: instance, host: host, user: user, files: files, runner: runner, secrets: secrets)
  }

  private func backup(
    _ instance: DesiredInstance, _ user: OSUser, _ cluster: DataDirectory?, archiver: ArchiverStatus?,
    segmentBytes: UInt64 = 16 << 20, looked: BackupObserver.Look? = nil
  ) async throws(FileFailure) -> BackupState? {
    guard let wanted = instance.backup else { return nil }
    let backups = backups(instance, user)
    let look = if let looked { looked } else { try await backups.look(wanted) }
    return try await backups.observe(
      wanted, look, systemIdentifier: cluster?.systemIdentifier, archiver: archiver,
      segmentBytes: segmentBytes)
  }
}

extension LocalObserver {
  /// - Parameter known: what the files told.
  private func running(
    _ instance: DesiredInstance, _ cluster: DataDirectory, _ postmaster: Postmaster, _ user: OSUser,
    files known: Observed, _ now: Timestamp, _ earlier: EarlierLook?
  ) async throws(FileFailure) -> Result<Observed, ObservationFailure> {
    let failures = LocalFailures(instance: instance)
    let role = instance.connect.user ?? instance.connect.applyUser ?? user.name
    let endpoint: LocalEndpoint
    do throws(SecretFailure) {
      endpoint = try await LocalEndpoint(
        instance, postmaster: postmaster, connectingAs: role, application: "holdfast", secrets: secrets)
    } catch {
      return .failure(failures.noPassword(error))
    }
    // pgBackRest's report takes as long as the catalogs.
    async let looking = look(instance, user)
    let read: Catalogs
    do throws(SQLFailure) { read = try await catalogs(instance, endpoint, now, earlier) } catch {
      return .failure(failures.notReached(error, role: role, user: user))
    }
    guard read.observed.systemIdentifier == cluster.systemIdentifier else {
      return .failure(failures.otherServer(read.observed.systemIdentifier, cluster, endpoint.database()))
    }
    var observed = read.observed
    // The server knows parameters of libraries too.
    observed.layer = observed.parameters.spelled(known.layer)
    observed.masks = observed.parameters.spelled(known.masks)
    observed.dataBytes = read.bytes
    observed.host = try await hostState(instance, user, known: known, read: read.observed)
    let segment = observed.parameters["wal_segment_size"]?.running.flatMap { UInt64($0) } ?? 16 << 20
    observed.backup = try await backup(
      instance, user, cluster, archiver: read.archiver, segmentBytes: segment, looked: try await looking.get()
    )
    return .success(observed)
  }

  /// A result, because `async let` forgets what it may throw.
  private func look(_ instance: DesiredInstance, _ user: OSUser) async -> Result<
    BackupObserver.Look?, FileFailure
  > {
    guard let wanted = instance.backup else { return .success(nil) }
    do throws(FileFailure) { return .success(try await backups(instance, user).look(wanted)) } catch {
      return .failure(error)
    }
  }

  private struct Catalogs {
    var observed: Observed
    var archiver: ArchiverStatus
    var bytes: Int?
  }

  private func catalogs(
    _ instance: DesiredInstance, _ endpoint: LocalEndpoint, _ now: Timestamp, _ earlier: EarlierLook?
  ) async throws(SQLFailure) -> Catalogs {
    let maintenance = try await connector.connect(to: endpoint.database())
    let connector = connector
    let connect: @Sendable (String) async throws(SQLFailure) -> any SQLConnection = {
      name async throws(SQLFailure) in
      try await connector.connect(to: endpoint.database(name))
    }
    do throws(SQLFailure) {
      let observed = try await observeCluster(
        over: maintenance, connect: connect, instance: instance, judge: judge, now: now, since: earlier)
      let archiver = try await readArchiver(over: maintenance)
      let size = try await maintenance.query(
        """
        SELECT sum(pg_database_size(oid)) FROM pg_database
        WHERE has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE')
        """)
      await maintenance.close()
      return Catalogs(observed: observed, archiver: archiver, bytes: size.firstCell.flatMap { Int($0) })
    } catch {
      await maintenance.close()
      throw error
    }
  }

  /// The main file of an adopted cluster may lie outside its data directory, as on Debian.
  private func hostState(
    _ instance: DesiredInstance, _ user: OSUser, known: Observed, read: Observed
  ) async throws(FileFailure) -> HostState? {
    guard var state = known.host else { return nil }
    state.libraries = read.host?.libraries ?? state.libraries
    state.availableExtensions = read.host?.availableExtensions ?? state.availableExtensions
    let main = read.parameters["config_file"]?.running
    if let main, main != instance.paths.mainConfiguration,
      let bytes = try await files.read(main, of: user, limitBytes: 4 << 20)
    {
      state.includesLayer = includesLayer(String(decoding: bytes, as: UTF8.self), instance.paths)
      try await checkExtensible(main, user, state)
    }
    return state
  }

  /// The step that adds our line would refuse a file that isn't the instance's own: told while planning.
  private func checkExtensible(_ main: String, _ user: OSUser, _ state: HostState) async throws(FileFailure) {
    guard !state.includesLayer, let status = try await files.status(of: main) else { return }
    guard status.kind == .regular, status.ownerUID == user.uid else {
      throw FileFailure(
        "extend", main, message: "the server's `config_file` is no file of `\(user.name)`")
    }
  }
}
