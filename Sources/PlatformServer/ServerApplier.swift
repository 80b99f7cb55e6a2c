import Planner
import PlatformKit
import PostgresCatalog
import SQL

/// The writer of one server for one run. Its first session holds the lock; each other database gets one of its own,
/// which is kept until another database's turn comes: a database that somebody is connected to can't be renamed.
actor ServerApplier: Applier {
  private let session: any SQLConnection
  private let endpoint: ServerEndpoint
  private let connector: any SQLConnector
  private let looks: KeptSessions?
  private let runner: SQLBatchRunner
  private var open: (database: String, connection: any SQLConnection)?

  init(
    session: any SQLConnection, endpoint: ServerEndpoint, connector: any SQLConnector, looks: KeptSessions?,
    runner: SQLBatchRunner
  ) {
    (self.session, self.endpoint, self.connector) = (session, endpoint, connector)
    (self.looks, self.runner) = (looks, runner)
  }

  func perform(_ operation: Operation) async throws(ApplyFailure) {
    switch operation {
    case .sql(let batch): try await perform(batch)
    case .command, .file, .http:
      throw ApplyFailure(message: "a server of somebody else's takes SQL alone", leftNothing: true)
    }
  }

  func finish() async {
    await open?.connection.close()
    open = nil
    await session.close()
    await looks?.end(with: endpoint.database())
  }

  private func perform(_ batch: SQLBatch) async throws(ApplyFailure) {
    try await checkLock()
    let home = endpoint.database()
    if batch.concernsDatabases { await looks?.end(with: home, besides: [batch.database, home.database]) }
    let connection = try await connection(to: batch.database)
    do throws(ApplyFailure) { try await runner.run(batch, over: connection) } catch {
      // A session that may be broken serves no other batch. The first one is the lock: its loss shows next time.
      await closeOpen()
      throw error
    }
  }

  /// Without its first session the run has no lock any more.
  private func checkLock() async throws(ApplyFailure) {
    do throws(SQLFailure) { _ = try await session.query("SELECT 1") } catch {
      throw ApplyFailure(
        message: "the lock is lost with its session: \(error.message)", hint: "run apply again",
        leftNothing: true)
    }
  }

  private func connection(to database: String) async throws(ApplyFailure) -> any SQLConnection {
    if database == endpoint.database().database {
      await closeOpen()
      return session
    }
    if let open, open.database == database { return open.connection }
    await closeOpen()
    do throws(SQLFailure) {
      let connection = try await connector.connect(to: endpoint.database(database))
      open = (database, connection)
      return connection
    } catch {
      throw ApplyFailure(
        message: error.summary, hint: error.hint, leftNothing: true, isTransient: error.isTransient)
    }
  }

  private func closeOpen() async {
    await open?.connection.close()
    open = nil
  }
}

extension SQLBatch {
  /// Whether somebody who is connected to another database may be in its way.
  fileprivate var concernsDatabases: Bool {
    statements.contains {
      guard case .text(let text) = $0 else { return false }
      return ["ALTER DATABASE ", "CREATE DATABASE "].contains(where: text.text.hasPrefix)
    }
  }
}
