import AWSWire
import Model
import PlatformKit
import PostgresCatalog
import SQL

/// Observes the instances and clusters of one account and region, through calls that describe, and SQL inside.
package struct AWSObserver: Observer {
  private let fleet: AWSFleet
  private let connector: any SQLConnector
  private let secrets: any SecretSource
  private let judge: any PasswordJudge
  private let clients: AWSAccountClients

  /// - Parameter fleet: one for all instances of the platform: they share what is read.
  package init(
    fleet: AWSFleet, clients: AWSAccountClients, connector: any SQLConnector, secrets: any SecretSource,
    judge: any PasswordJudge
  ) {
    (self.fleet, self.clients, self.connector) = (fleet, clients, connector)
    (self.secrets, self.judge) = (secrets, judge)
  }

  /// Every host may call AWS.
  package func reasonToSkip(_ instance: DesiredInstance) -> String? { nil }

  package func prepare(for instances: [DesiredInstance], at now: Timestamp) async {
    await fleet.prepare(for: instances)
  }

  package func observe(
    _ instance: DesiredInstance, at now: Timestamp, since earlier: EarlierLook?
  ) async throws(ObservationFailure) -> Observed {
    let reading = await fleet.reading(for: instance)
    var observed: Observed
    do throws(ReadFailure) {
      let assembly = ObservedAssembly(instance: instance, reading: reading, now: now)
      observed = try assembly.observed()
      if observed.presence == .absent { observed.evidence = try await evidence(of: instance) }
    } catch {
      throw error.observation(of: instance)
    }
    guard observed.isOpen, instance.looksInside, let endpoint = observed.managed?.endpoint else { return observed }
    do throws(ObservationFailure) {
      let inside = try await inside(instance, endpoint, now, since: earlier)
      observed.addWhatLiesInside(of: inside)
      observed.add(sessionParameters: inside.parameters, of: instance)
    } catch {
      // While it changes its class it may well be away for a moment; what lies inside is then not known.
      guard error.isTransient, observed.managed?.activity == .busy else { throw error }
    }
    return observed
  }

  private func inside(
    _ instance: DesiredInstance, _ known: ManagedState.Endpoint, _ now: Timestamp, since earlier: EarlierLook?
  ) async throws(ObservationFailure) -> Observed {
    let endpoint: ServerEndpoint
    do throws(InsideFailure) {
      endpoint = try await clients.sqlEndpoint(of: instance, for: .observing, at: known, secrets: secrets)
    } catch {
      throw ObservationFailure(
        address: instance.address, message: error.message, hint: error.hint, isTransient: error.isTransient)
    }
    var wanted = instance
    // Parameters are the group's affair; nothing of them is asked of the server.
    wanted.parameters.values = nil
    do throws(SQLFailure) {
      return try await observeServer(
        at: endpoint, connector, instance: wanted, judge: judge, now: now, since: earlier)
    } catch {
      throw observationFailure(error, of: instance)
    }
  }
}

// MARK: Traces

extension AWSObserver {
  /// What tells that there was an instance of that name: its snapshots, retained backups, and the event of its end.
  ///
  /// - Errors: where anything of it can't be looked for: to create over one that vanished would be worse.
  private func evidence(of instance: DesiredInstance) async throws(ReadFailure) -> [String] {
    // Where the author has answered, and where none is to be made, nothing hangs on it.
    guard !instance.fresh, instance.state != .absent, instance.cloud.restoreFrom == nil else { return [] }
    let name = instance.cloud.identifier.lowercased()
    let isCluster = instance.cloud.isCluster
    let calls = [
      RDSRead.snapshots(of: name, ofClusters: isCluster), RDSRead.retainedBackups(of: name, ofCluster: isCluster),
      RDSRead.events(of: name, ofCluster: isCluster),
    ]
    let results = await fleet.results(calls)
    let missing: Set = [
      "DBInstanceNotFound", "DBInstanceNotFoundFault", "DBClusterNotFoundFault", "DBSnapshotNotFound",
      "DBClusterSnapshotNotFoundFault", "DBInstanceAutomatedBackupNotFound", "DBClusterAutomatedBackupNotFoundFault",
    ]
    let snapshots = try results[0].read(calls[0], missing: missing, RDSSnapshot.init).get()
    let backups = try results[1].read(calls[1], missing: missing) { $0.value("Status") ?? "retained" }.get()
    let deletions = try results[2].read(calls[2], missing: missing, deletion).get().compactMap(\.self)
    return snapshotEvidence(snapshots) + backups.sorted().map { "there is an automated backup of it (\($0))" }
      + deletions.sorted()
  }
}

private func snapshotEvidence(_ snapshots: [RDSSnapshot]) -> [String] {
  let named = snapshots.map(\.identifier).sorted().prefix(3).map { "`\($0)`" }.joined(separator: ", ")
  guard !snapshots.isEmpty else { return [] }
  let count = snapshots.count == 1 ? "1 snapshot" : "\(snapshots.count) snapshots"
  return ["there is \(count) of it: \(named)\(snapshots.count > 3 ? ", …" : "")"]
}

extension Observed {
  /// Whether sessions may be opened: it runs, and nothing is going on that takes the server away.
  fileprivate var isOpen: Bool {
    let away: Set = [
      "creating", "delete-precheck", "deleting", "failing-over", "rebooting", "renaming", "starting", "stopping",
      "upgrading", ManagedMember.notListed,
    ]
    guard presence == .running, let managed, !away.contains(managed.status) else { return false }
    // Without the member that writes a cluster is storage that nobody can log in to.
    if let members = managed.members {
      guard let writer = members.values.first(where: \.isWriter), !away.contains(writer.status) else { return false }
    }
    if case .broken = managed.activity { return managed.status == "storage-full" }
    return true
  }

  /// What sessions may set, which RDS doesn't say: roles and databases have such settings. The instance's own parameters
  /// stay those that RDS tells of.
  fileprivate mutating func add(sessionParameters inside: [String: ParameterState], of instance: DesiredInstance) {
    let wanted = Set((instance.parameters.values ?? [:]).keys.map { $0.lowercased() })
    for (name, state) in inside where [.user, .superuser].contains(state.definition.context) {
      if let known = parameters[name]?.definition.context {
        if known == .sighup { parameters[name]?.definition.context = state.definition.context }
      } else if !wanted.contains(name.lowercased()) {
        parameters[name] = ParameterState(definition: state.definition, running: nil)
      }
    }
  }
}
