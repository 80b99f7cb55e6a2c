import Model
import PlatformKit
import SQL

/// Why an instance of this host can't be observed, with what to do about it.
struct LocalFailures {
  let instance: DesiredInstance

  private var data: String { instance.paths.dataDirectory }

  func failure(_ message: String, hint: String, isTransient: Bool = false) -> ObservationFailure {
    ObservationFailure(address: instance.address, message: message, hint: hint, isTransient: isTransient)
  }

  func unreadable(_ error: FileFailure, user: OSUser) -> ObservationFailure {
    failure(
      error.description,
      hint:
        "run Holdfast as root or as `\(user.name)`, and see to it that \(error.path) is a file of `\(user.name)` and no link"
    )
  }

  func notACluster(_ message: String) -> ObservationFailure {
    failure(
      "`\(data)` \(message)",
      hint: "choose a path that doesn't exist for `local.data_directory`: Holdfast makes the directory itself"
    )
  }

  func wrongCluster(_ cluster: DataDirectory, pinned: String) -> ObservationFailure {
    failure(
      "`\(data)` holds the cluster \(cluster.systemIdentifier), and the spec pins \(pinned)",
      hint:
        "check `local.data_directory`; where the cluster was rightly replaced, change `local.system_identifier`"
    )
  }

  func otherServer(_ found: String?, _ cluster: DataDirectory, _ endpoint: SQLEndpoint) -> ObservationFailure {
    failure(
      "\(endpoint) is the cluster \(found ?? "unknown"), and `\(data)` holds \(cluster.systemIdentifier)",
      hint: "check `connect` of the instance, or remove it: then the server's own socket is used")
  }

  func noPassword(_ error: SecretFailure) -> ObservationFailure {
    failure(
      "the password of `connect` (\(error.reference)) can't be had: \(error.message)",
      hint: "set it, or use `connect.passfile`")
  }

  func notReached(_ error: SQLFailure, role: String, user: OSUser) -> ObservationFailure {
    failure(error.summary, hint: hint(error, role, user), isTransient: error.isTransient)
  }

  private func hint(_ error: SQLFailure, _ role: String, _ user: OSUser) -> String {
    switch error.sqlState {
    case "28000":
      "let `\(role)` in: run Holdfast as `\(user.name)`, or map root to `\(role)` with the lines `local all \(role) peer "
        + "map=holdfast` first in pg_hba.conf and `holdfast root \(role)` in pg_ident.conf, or give `connect:` a user and password"
    case "28P01": "check `connect.password` or `connect.passfile`, and that it is this user's"
    case "3D000":
      "name an existing maintenance database in `connect.database`; it is \(instance.maintenanceDatabase) now"
    case "53300": "all connections are taken: free some, or raise max_connections"
    case "57P03": "the server is starting, stopping or recovering: try again shortly"
    default: error.hint ?? "see \(instance.paths.serverLog)"
    }
  }
}
