import Model
import Planner
import PlatformKit
import PostgresCatalog
import SQL

/// The session of one run: opened when it is first needed, and again after a restart or for another database.
///
/// One at a time: an idle session would keep its database from being renamed.
actor LocalSessions {
  private let instance: DesiredInstance
  private let user: OSUser
  private let run: String
  private let files: any HostFiles
  private let connector: any SQLConnector
  private let secrets: any SecretSource
  private var open: Session?

  private struct Session {
    var database: String
    var connection: any SQLConnection
    var isSuperuser: Bool
  }

  init(
    instance: DesiredInstance, user: OSUser, run: String, files: any HostFiles, connector: any SQLConnector,
    secrets: any SecretSource
  ) {
    (self.instance, self.user, self.run) = (instance, user, run)
    (self.files, self.connector, self.secrets) = (files, connector, secrets)
  }

  func run(_ batch: SQLBatch) async throws(ApplyFailure) {
    let session = try await session(for: batch.database)
    let runner = SQLBatchRunner(secrets: secrets, protectsPasswords: session.isSuperuser)
    do throws(ApplyFailure) { try await runner.run(batch, over: session.connection) } catch {
      // A session that may be broken serves no other batch.
      await close()
      throw error
    }
  }

  func close() async {
    await open?.connection.close()
    open = nil
  }

  private func session(for database: String) async throws(ApplyFailure) -> Session {
    if let open, open.database == database { return open }
    await close()
    let endpoint = try await endpoint()
    do throws(SQLFailure) {
      let connection = try await connector.connect(to: endpoint.database(database))
      let about = try await connection.query(
        "SELECT current_setting('is_superuser') = 'on', (SELECT system_identifier FROM pg_control_system())")
      try await check(about[0, 1], connection)
      let session = Session(database: database, connection: connection, isSuperuser: about[0, 0] == "t")
      open = session
      return session
    } catch {
      throw ApplyFailure(
        message: error.summary, hint: error.hint, leftNothing: true, isTransient: error.isTransient)
    }
  }

  /// What answers there has to be the server of this data directory.
  private func check(_ found: String?, _ connection: any SQLConnection) async throws(SQLFailure) {
    let expected = (try? await DataDirectory.systemIdentifier(instance.paths, files)).flatMap { $0 }
    guard found != expected || expected == nil else { return }
    await connection.close()
    throw SQLFailure(
      .cannotConnect,
      message: "it is the cluster \(found ?? "unknown"), not the one in \(instance.paths.dataDirectory)",
      endpoint: instance.name)
  }

  private func endpoint() async throws(ApplyFailure) -> LocalEndpoint {
    let postmaster: Postmaster?
    do throws(FileFailure) {
      postmaster = try await Postmaster.read(instance.paths.dataDirectory, files)
    } catch {
      throw ApplyFailure(message: error.description, leftNothing: true)
    }
    guard let postmaster else {
      throw ApplyFailure(
        message: "the server of \(instance.paths.dataDirectory) doesn't run",
        hint: "see \(instance.paths.serverLog)",
        leftNothing: true)
    }
    do throws(SecretFailure) {
      return try await LocalEndpoint(
        instance, postmaster: postmaster,
        connectingAs: instance.connect.applyUser ?? instance.connect.user ?? user.name,
        application: "holdfast run \(run)", secrets: secrets)
    } catch {
      throw ApplyFailure(
        message: "the password of `connect` (\(error.reference)) can't be had: \(error.message)",
        leftNothing: true)
    }
  }
}
