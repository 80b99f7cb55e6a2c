import Diagnostics
import Model
import Planner
import PostgresCatalog

/// Plans for clusters on this host: programs, files and SQL.
package struct LocalStepPlanner: StepPlanner {
  let host: LocalHost

  package init(host: LocalHost) { self.host = host }

  package func summary(of instance: DesiredInstance, observed: Observed) -> String {
    let found = observed.version ?? host.installation(for: instance, major: nil)?.version
    let version = found.map { " \($0)" } ?? ""
    guard case .local(let hostname, _) = instance.platform.kind else { return "PostgreSQL\(version)" }
    return "PostgreSQL\(version) on \(hostname) (local\(observed.isInRecovery ? ", a standby" : ""))"
  }

  package func pristine(for instance: DesiredInstance) -> Observed {
    let installation = host.installation(for: instance, major: nil)
    let version = installation?.version ?? instance.version?.atLeast ?? ServerVersion(major: 15)
    var pristine = pristineCluster(
      version: version, superuser: host.runAsName(of: instance), applyUser: instance.connect.applyUser)
    pristine.host = HostState(
      isOurs: true, includesLayer: false, libraries: installation?.libraries,
      availableExtensions: installation?.extensions)
    return pristine
  }

  package func derivedParameters(for instance: DesiredInstance) -> [String: String] {
    let settings = instance.localSettings
    var derived = [
      "port": "\(settings.port)", "listen_addresses": settings.listenAddresses ?? "",
      "unix_socket_directories": Self.listElement(instance.paths.socketDirectory),
    ]
    if instance.backup != nil {
      derived["archive_mode"] = "on"
      derived["archive_command"] = archiveCommand(of: instance)
    }
    return derived
  }

  package func reservedParameters(for instance: DesiredInstance) -> Set<String> {
    let files: Set = ["config_file", "data_directory", "external_pid_file", "hba_file", "ident_file"]
    return files.union([
      "archive_command", "archive_library", "archive_mode", "listen_addresses", "port",
      "unix_socket_directories",
    ])
  }

  package var canRestart: Bool { true }

  package func operations(
    for edits: [Edit], of instance: DesiredInstance, before: Observed, after: Observed
  ) -> [Operation] {
    LocalOperations(host: host, instance: instance, before: before, after: after).operations(for: edits)
  }

  package func obstacles(to edits: [Edit], observed: Observed) -> [Obstacle] {
    // What is done to the host needs no right in the server.
    let isOnHost = { (edit: Edit) in
      switch edit {
      case .setParameter, .reload: true
      default: false  // All other edits of the host are no obstacle anyway.
      }
    }
    return PostgresCatalog.obstacles(to: edits.filter { !isOnHost($0) }, observed: observed)
  }

  package func timing(of field: ManagedField, from old: String?, to new: String) -> ManagedTiming { .atCreation }

  package func deadlineSeconds(for edits: [Edit]) -> Int {
    edits.map { edit in
      switch edit {
      case .startInstance, .restart, .stopInstance: 60
      case .reload: 10
      case .createStanza, .takeBackup: 30
      default: 5  // What a command or a transaction did shows at once.
      }
    }.max() ?? 5
  }

  /// `%` is the server's own escape; the shell sees the rest.
  private func archiveCommand(of instance: DesiredInstance) -> String {
    let words = [
      host.pgBackRest ?? "/usr/bin/pgbackrest", "--config=\(instance.paths.backupConfiguration)",
      "--stanza=\(instance.stanza)",
    ]
    let escaped = words.map {
      Self.shellWord($0).split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
    }
    return (escaped + ["archive-push", "%p"]).joined(separator: " ")
  }

  static func shellWord(_ text: String) -> String {
    guard !text.unicodeScalars.allSatisfy(isPlain) else { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  static func listElement(_ text: String) -> String {
    text.unicodeScalars.allSatisfy(isPlain) ? text : text.inDoubleQuotes
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || "/._-=+:@%".unicodeScalars.contains(scalar))
  }
}
