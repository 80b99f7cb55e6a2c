import Diagnostics
import Model
import Planner

extension LocalStepPlanner {
  package func diagnose(_ instance: DesiredInstance, observed: Observed, sources: SourceMap) -> [Diagnostic] {
    guard !(instance.state == .absent && observed.presence == .absent) else { return [] }
    let diagnosis = LocalDiagnosis(host: host, instance: instance, observed: observed, sources: sources)
    guard instance.state != .absent else { return diagnosis.binaries }
    return diagnosis.version + diagnosis.binaries + diagnosis.place + diagnosis.network + diagnosis.parameters
      + diagnosis.backup
  }
}

/// What this host can't give to an instance, as mistakes of the specs.
private struct LocalDiagnosis {
  let host: LocalHost
  let instance: DesiredInstance
  let observed: Observed
  let sources: SourceMap

  private var site: Site { host.sites[instance.name] ?? Site() }
  private var isAbsent: Bool { observed.presence == .absent }
  private var startsServer: Bool { observed.presence != .running && instance.state != .stopped }

  private func mistake(
    _ address: Address, _ message: String, hint: String?, _ code: DiagnosticCode = .platform
  ) -> Diagnostic {
    Diagnostic(code, message: message, at: sources.location(of: address), hint: hint)
  }

  private func key(_ first: String, _ second: String? = nil) -> Address {
    let address = instance.address.appending(first)
    return second.map { address.appending($0) } ?? address
  }

  /// An existing cluster is never downgraded, nor upgraded to another major version.
  var version: [Diagnostic] {
    guard let wanted = instance.version, let found = observed.version, !isAbsent, !wanted.accepts(found)
    else { return [] }
    let message = "`\(instance.name)` is PostgreSQL \(found), and the spec asks for \(wanted)"
    if let below = wanted.below, found >= below {
      return [mistake(key("version"), message, hint: "a downgrade is never done: change `version:`")]
    }
    if found.major == wanted.atLeast.major {
      return [
        mistake(
          key("version"), message,
          hint: "install the newer packages on the host, restart the instance, and plan again")
      ]
    }
    return [
      mistake(
        key("version"), message,
        hint: "an upgrade to another major version is not supported by this version of Holdfast")
    ]
  }

  var binaries: [Diagnostic] {
    let major = isAbsent ? nil : observed.version?.major
    guard host.installation(for: instance, major: major) == nil else { return [] }
    let wanted =
      major.map { "PostgreSQL \($0)" } ?? instance.version.map { "PostgreSQL \($0)" } ?? "PostgreSQL"
    let found = host.candidates(for: instance).map { "\($0.version) in \($0.binaries)" }.joined(
      separator: ", ")
    let place = instance.local?.binaries.map { "`\($0)`" } ?? "this host"
    let number = major ?? instance.version?.atLeast.major ?? 15
    return [
      mistake(
        instance.local?.binaries == nil ? key("version") : key("local", "binaries"),
        "there is no \(wanted) on \(place); found: \(found.isEmpty ? "none" : found)\(notUsed)",
        hint:
          "install it (on Debian: apt-get install postgresql-\(number)), or name its directory in `local.binaries`"
      )
    ]
  }

  /// What is there and not run, because another could have put it there.
  private var notUsed: String {
    let refused = host.refusedPrograms.filter { directory, _ in
      instance.local?.binaries.map { $0 == directory } ?? !directory.hasSuffix("/pgbackrest")
    }
    return refused.sorted { $0.key < $1.key }.map { "; \($0.key) is not used: \($0.value)" }.joined()
  }

  var place: [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    if !instance.localSettings.dataDirectory.hasPrefix("/") {
      diagnostics.append(
        mistake(
          key("local", "data_directory"), "`data_directory` is not an absolute path", hint: nil, .invalidValue
        ))
    }
    if isAbsent, let problem = site.dataDirectoryProblem {
      diagnostics.append(
        mistake(
          key("local", "data_directory"), "the data directory can't be made: \(problem)",
          hint: "create the directory above it, owned by `\(host.runAsName(of: instance))`, or run as root"))
    }
    return diagnostics
  }

  var network: [Diagnostic] {
    let settings = instance.localSettings
    var diagnostics: [Diagnostic] = []
    let moves = observed.presence == .running && observed.parameters["port"]?.running != "\(settings.port)"
    if site.portIsTaken, startsServer || moves {
      diagnostics.append(
        mistake(
          key("local", "port"), "port \(settings.port) is in use by another program",
          hint: "choose a free port, or stop what listens there (ss -ltnp)"))
    }
    let socket = "\(instance.paths.socketDirectory)/.s.PGSQL.\(settings.port)"
    if socket.utf8.count > Self.longestSocketPath {
      diagnostics.append(
        mistake(
          key("local"), "the path of the socket, `\(socket)`, is longer than \(Self.longestSocketPath) bytes",
          hint: "set `local.socket_directory` to a shorter path"))
    }
    return diagnostics
  }

  /// `sun_path` of Linux, without the NUL at its end.
  private static let longestSocketPath = 107

  var parameters: [Diagnostic] {
    (instance.parameters.values ?? [:]).sorted { $0.key < $1.key }.compactMap { name, parameter in
      guard !ConfigurationText.isName(name) else { return nil }
      return mistake(
        parameter.document.appending(name), "`\(name)` can't be the name of a parameter", hint: nil, .unknownParameter)
    }
  }

  var backup: [Diagnostic] {
    guard let backup = instance.backup else { return [] }
    var diagnostics: [Diagnostic] = []
    if host.pgBackRest == nil {
      diagnostics.append(
        mistake(
          key("backup"), "pgBackRest is not installed on this host\(notUsedPgBackRest)",
          hint: "install it (on Debian: apt-get install pgbackrest)"))
    }
    let policy = Address(["backup-policy", backup.policy])
    if let problem = site.repositoryProblem {
      diagnostics.append(
        mistake(
          policy.appending("local", "repository"),
          "the backup repository of `\(instance.name)` can't be used: \(problem)",
          hint: "create it, owned by `\(host.runAsName(of: instance))`, or choose another one"))
    }
    if let retain = backup.configuration.retain, retain.seconds < 86_400 {
      diagnostics.append(
        mistake(
          policy.appending("retain"), "`retain: \(retain)` is less than a day",
          hint: "pgBackRest keeps backups by whole days: write `1d` or more", .invalidValue))
    }
    return diagnostics + cipherChange(policy, backup.configuration) + walLevel
  }

  private var notUsedPgBackRest: String {
    let refused = host.refusedPrograms.filter { $0.key.hasSuffix("/pgbackrest") }
    return refused.sorted { $0.key < $1.key }.map { "; \($0.key) is not used: \($0.value)" }.joined()
  }

  /// pgBackRest gives a repository its cipher when it is made, for good.
  private func cipherChange(_ policy: Address, _ wanted: BackupConfiguration) -> [Diagnostic] {
    guard let state = observed.backup, state.stanza == .ready, let text = state.fileText else { return [] }
    let lines = text.split(separator: "\n")
    guard lines.contains(where: { $0 == "repo1-path=\(wanted.repository)" }) else { return [] }
    let pass = lines.first { $0.hasPrefix(BackupFile.passLine) }?.dropFirst(BackupFile.passLine.count)
    let isEncrypted = pass != nil
    guard isEncrypted != (wanted.cipher != nil) || pass.map(String.init) == FoundBackupFile.differingPass
    else { return [] }
    return [
      mistake(
        policy.appending("local", "cipher"),
        "the repository `\(wanted.repository)` exists and \(isEncrypted ? "is encrypted with another passphrase" : "is not encrypted"): its cipher can't be changed",
        hint: "put the cipher back, or name a new `repository`", .conflict)
    ]
  }

  /// The server would not start: archiving needs more than `minimal`.
  private var walLevel: [Diagnostic] {
    guard let parameter = instance.parameters.values?["wal_level"], parameter.value == .scalar("minimal")
    else { return [] }
    return [
      mistake(
        parameter.document.appending("wal_level"),
        "`wal_level: minimal` and a backup policy exclude each other: nothing could be archived",
        hint: "take one of them away", .conflict)
    ]
  }
}
