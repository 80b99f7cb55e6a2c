import Model

/// Where everything of one local instance lies: the data directory, and beside it a directory of Holdfast's own.
struct LocalPaths: Hashable, Sendable {
  let dataDirectory: String
  /// `run_as`'s: what must survive the data directory, and what must not be in it.
  let sidecar: String
  let socketDirectory: String

  /// Others may pass through to the socket, and see nothing: applications connect as users of their own.
  static let sidecarMode: UInt16 = 0o711

  init(_ settings: LocalSettings) {
    dataDirectory = Self.trimmed(settings.dataDirectory)
    sidecar = dataDirectory + ".holdfast"
    socketDirectory = settings.socketDirectory.map(Self.trimmed) ?? sidecar + "/sock"
  }

  var lock: String { sidecar + "/lock" }
  var backupConfiguration: String { sidecar + "/pgbackrest.conf" }
  var log: String { sidecar + "/log" }
  var serverLog: String { log + "/postgresql.log" }
  /// Locks and spool of its own: a restore that shared them would hold up archiving.
  var backupLocks: String { sidecar + "/lock-pgbackrest" }
  var spool: String { sidecar + "/spool" }
  /// `initdb` works here; one rename makes the result the data directory.
  var staging: String { sidecar + "/staging" }
  /// One rename puts a data directory here; only then is it deleted.
  var removed: String { sidecar + "/removed" }
  var layer: String { dataDirectory + "/holdfast.conf" }
  var mainConfiguration: String { dataDirectory + "/postgresql.conf" }

  /// Whether the path is below the directory.
  static func isInside(_ path: String, _ directory: String) -> Bool {
    path.hasPrefix(directory + "/") && !path.split(separator: "/").contains("..")
  }

  static func parent(of path: String) -> String {
    let parts = path.split(separator: "/").dropLast()
    return "/" + parts.joined(separator: "/")
  }

  private static func trimmed(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.last == "/" { path.removeLast() }
    return String(path)
  }
}

extension DesiredInstance {
  /// The settings that an instance of a local platform has; the spec reader requires them there.
  var localSettings: LocalSettings {
    guard let local else { preconditionFailure("instance \(name) of a local platform has no `local:`") }
    return local
  }

  var paths: LocalPaths { LocalPaths(localSettings) }

  /// Where what all databases share is read and done.
  var maintenanceDatabase: String { connect.database ?? "postgres" }

  /// The name of the instance in its backup repository.
  var stanza: String { name }
}
