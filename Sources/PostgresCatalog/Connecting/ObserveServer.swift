import Model
import PlatformKit
import SQL

/// Observes what lies inside a running server, over sessions of its own.
///
/// - Shape: as `observeCluster` gives it.
/// - Errors: `SQLFailure`, of a connection or a query.
package func observeServer(
  at endpoint: ServerEndpoint, _ connector: any SQLConnector, instance: DesiredInstance, judge: any PasswordJudge,
  now: Timestamp, since earlier: EarlierLook? = nil
) async throws(SQLFailure) -> Observed {
  let maintenance = try await connector.connect(to: endpoint.database())
  let connect: @Sendable (String) async throws(SQLFailure) -> any SQLConnection = { name async throws(SQLFailure) in
    try await connector.connect(to: endpoint.database(name))
  }
  do throws(SQLFailure) {
    let observed = try await observeCluster(
      over: maintenance, connect: connect, instance: instance, judge: judge, now: now, since: earlier)
    await maintenance.close()
    return observed
  } catch {
    await maintenance.close()
    throw error
  }
}
