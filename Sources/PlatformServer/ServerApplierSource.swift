import Model
import PlatformKit
import PostgresCatalog
import SQL

/// Takes the lock of a server and gives the writer that holds it, as `connect.apply_user`.
package struct ServerApplierSource: ApplierSource {
  private let connector: any SQLConnector
  private let secrets: any SecretSource
  private let looks: KeptSessions?

  /// - Parameter looks: the sessions of the run's looks, which end with it.
  package init(connector: any SQLConnector, secrets: any SecretSource, looks: KeptSessions? = nil) {
    (self.connector, self.secrets, self.looks) = (connector, secrets, looks)
  }

  package func lockAndOpen(_ instance: DesiredInstance, run: String) async throws(LockFailure) -> any Applier {
    try await lockAndOpen(instance, at: try await endpoint(of: instance, run: run))
  }

  /// The same where a platform of its own knows how the server is reached.
  package func lockAndOpen(
    _ instance: DesiredInstance, at endpoint: ServerEndpoint
  ) async throws(LockFailure) -> any Applier {
    let session = try await connect(to: endpoint, instance)
    do throws(LockFailure) {
      let entry = try await enter(session, instance)
      try check(entry, instance)
      return ServerApplier(
        session: session, endpoint: endpoint, connector: connector, looks: looks,
        runner: SQLBatchRunner(secrets: secrets, protectsPasswords: entry.isSuperuser))
    } catch {
      await session.close()
      throw error
    }
  }

  private func endpoint(of instance: DesiredInstance, run: String) async throws(LockFailure) -> ServerEndpoint {
    do throws(ServerEndpoint.Failure) {
      return try await ServerEndpoint.resolve(instance, for: .applying(run: run), secrets: secrets)
    } catch {
      throw .failed(message: error.message, hint: error.hint)
    }
  }

  private func connect(
    to endpoint: ServerEndpoint, _ instance: DesiredInstance
  ) async throws(LockFailure) -> any SQLConnection {
    do throws(SQLFailure) { return try await connector.connect(to: endpoint.database()) } catch {
      throw failed(error, instance)
    }
  }

  private func failed(_ failure: SQLFailure, _ instance: DesiredInstance) -> LockFailure {
    let observation = observationFailure(failure, of: instance)
    return .failed(message: observation.message, hint: observation.hint)
  }
}

extension ServerApplierSource {
  private struct Entry {
    var isInRecovery: Bool
    var systemIdentifier: String?
    var isSuperuser: Bool
    /// Who has the lock, where that isn't this session.
    var holder: String?
  }

  private func enter(_ session: any SQLConnection, _ instance: DesiredInstance) async throws(LockFailure)
    -> Entry
  {
    do throws(SQLFailure) {
      // After a kill the server is to notice soon that nobody waits, and to let the lock go. 13 can't.
      if await session.serverVersion >= 140_000 {
        _ = try? await session.query("SET client_connection_check_interval = '500ms'")
      }
      let about = try await session.query(
        """
        SELECT pg_is_in_recovery(), (SELECT system_identifier FROM pg_control_system()),
          current_setting('is_superuser') = 'on'
        """)
      return Entry(
        isInRecovery: about[0, 0] == "t", systemIdentifier: about[0, 1], isSuperuser: about[0, 2] == "t",
        holder: try await ServerLock.take(over: session))
    } catch {
      throw failed(error, instance)
    }
  }

  private func check(_ entry: Entry, _ instance: DesiredInstance) throws(LockFailure) {
    if entry.isInRecovery {
      throw .failed(
        message: "\(instance.name) is a standby: nothing can be changed on it",
        hint: "point `connect` at the primary")
    }
    if let pinned = instance.server?.systemIdentifier, pinned != entry.systemIdentifier {
      throw .failed(
        message:
          "this is not the pinned server: its system identifier is \(entry.systemIdentifier ?? "unknown"), "
          + "the spec says \(pinned)",
        hint: "check `connect`")
    }
    if let holder = entry.holder {
      throw .held(message: "\(instance.name) is locked by another run: \(holder)")
    }
  }
}
