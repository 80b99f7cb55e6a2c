import Model
import PlatformKit
import SQL

/// What a failed connect or query says about an instance, with the next thing to do.
package func observationFailure(_ failure: SQLFailure, of instance: DesiredInstance) -> ObservationFailure {
  ObservationFailure(
    address: instance.address, message: failure.summary,
    hint: hint(for: failure, instance.maintenanceDatabase) ?? failure.hint
      ?? "check `connect` of the instance",
    isTransient: failure.isTransient)
}

private func hint(for failure: SQLFailure, _ database: String) -> String? {
  switch failure.sqlState {
  case "28P01": "check `connect.password` or `connect.passfile`, and that it is this user's"
  case "28000": "check pg_hba.conf for this user, database, address and TLS mode"
  case "3D000": "name an existing maintenance database in `connect.database`; it is \(database) now"
  case "53300": "all connections are taken: free some, raise max_connections, or lower --parallel"
  case "57P03": "the server is starting, stopping or recovering: try again shortly"
  case "57014": "the server took too long to answer: look for what keeps it busy"
  case nil where failure.kind == .timedOut:
    "the host doesn't answer: check `connect.host`, `connect.port` and firewalls"
  case nil where failure.message.contains("refused") || failure.message.contains("No such file"):
    "is the server running there, and are `connect.host` and `connect.port` right?"
  default: nil
  }
}
