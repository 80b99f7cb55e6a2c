import Model
import PlatformKit
import PostgresCatalog
import SQL

/// Observes servers that somebody else runs, through SQL alone. A standby is observed like any other.
package struct ServerObserver: Observer {
  private let connector: any SQLConnector
  private let secrets: any SecretSource
  private let judge: any PasswordJudge

  package init(connector: any SQLConnector, secrets: any SecretSource, judge: any PasswordJudge) {
    (self.connector, self.secrets, self.judge) = (connector, secrets, judge)
  }

  /// Every host may reach a server.
  package func reasonToSkip(_ instance: DesiredInstance) -> String? { nil }

  package func observe(
    _ instance: DesiredInstance, at now: Timestamp, since earlier: EarlierLook?
  ) async throws(ObservationFailure) -> Observed {
    let endpoint = try await endpoint(of: instance)
    let observed: Observed
    do throws(SQLFailure) {
      observed = try await observeServer(
        at: endpoint, connector, instance: instance, judge: judge, now: now, since: earlier)
    } catch {
      throw observationFailure(error, of: instance)
    }
    try checkIdentity(of: observed, instance)
    return observed
  }

  private func endpoint(of instance: DesiredInstance) async throws(ObservationFailure) -> ServerEndpoint {
    do throws(ServerEndpoint.Failure) {
      return try await ServerEndpoint.resolve(instance, for: .observing, secrets: secrets)
    } catch {
      throw ObservationFailure(address: instance.address, message: error.message, hint: error.hint)
    }
  }

  private func checkIdentity(of observed: Observed, _ instance: DesiredInstance) throws(ObservationFailure) {
    guard let pinned = instance.server?.systemIdentifier, pinned != observed.systemIdentifier else { return }
    throw ObservationFailure(
      address: instance.address,
      message:
        "this is not the pinned server: its system identifier is \(observed.systemIdentifier ?? "unknown"), "
        + "the spec says \(pinned)",
      hint: "check `connect`; where the server was rightly replaced, change `server.system_identifier`")
  }
}
