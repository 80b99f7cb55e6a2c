import Model
import Planner
import PostgresCatalog

/// Renders the edits of one step on one instance of this host.
struct LocalOperations {
  let host: LocalHost
  let instance: DesiredInstance
  let before: Observed
  let after: Observed

  var paths: LocalPaths { instance.paths }
  var user: String { host.runAsName(of: instance) }

  func operations(for edits: [Edit]) -> [Operation] {
    var rest = edits
    var operations: [Operation] = []
    if case .createInstance(let version)? = edits.first {
      operations = createInstance(version)
      rest.removeAll { $0.isOfLayer || $0 == edits[0] }
    } else if edits.contains(where: \.isOfLayer) {
      operations = writeLayer(includes: edits.contains(.includeLayer))
      rest.removeAll(where: \.isOfLayer)
    }
    operations += rest.flatMap(operation)
    let context = StatementContext(
      version: before.version ?? ServerVersion(major: 15), user: before.capabilities.user,
      maintenanceDatabase: instance.maintenanceDatabase, before: before, after: after)
    return operations + sqlOperations(for: rest.filter { $0 != .reload }, context)
  }

  /// Edits that are SQL give nothing here.
  private func operation(for edit: Edit) -> [Operation] {
    switch edit {
    case .createInstance, .includeLayer, .setParameter: []  // Rendered by the caller, all of a step at once.
    case .startInstance: [checkConfiguration, control("start", ["-l", paths.serverLog])]
    case .restart:
      [checkConfiguration, control("restart", ["-m", "fast", "-l", paths.serverLog, "-o", restartOptions])]
    case .stopInstance: [control("stop", ["-m", "fast"])]
    case .removeInstance: removeInstance
    case .reload: [reload]
    case .configureBackup(let configuration): configureBackup(configuration)
    case .createStanza:
      [
        backRest(before.backup?.earlierStanza == nil ? ["stanza-create"] : ["stanza-upgrade"]),
        backRest(["check"]),
      ]
    case .takeBackup(let kind): [takeBackup(kind)]
    case .createRole, .alterRole, .renameRole, .dropRole, .comment, .setPassword, .removePassword, .grantMembership,
      .revokeMembership,
      .setSetting, .createDatabase, .renameDatabase, .setDatabaseOwner, .createExtension, .dropExtension,
      .createSchema, .dropSchema, .setSchemaOwner, .setOwner, .grant, .revoke, .grantDefault, .revokeDefault,
      .reassignOwned, .setRowSecurity, .createPolicy, .alterPolicy, .dropPolicy, .deleteBackup, .copyBackups,
      .copySnapshot, .deleteSnapshotCopy, .endSharing,
      .setManaged, .renameInstance, .setTag, .addMember, .removeMember,
      .restartMember,
      .createParameterGroup, .removeParameterGroup:
      []
    }
  }
}

extension Edit {
  fileprivate var isOfLayer: Bool {
    switch self {
    case .includeLayer, .setParameter: true
    default: false  // No other edit writes the layer.
    }
  }
}

// Files.
extension LocalOperations {
  private func directory(_ path: String, mode: String = "0700") -> Operation {
    .file(.makeDirectory(path: path, mode: mode, owner: user))
  }

  private func write(_ path: String, _ text: String) -> Operation {
    .file(.write(path: path, parts: [.literal(text)], mode: "0600", owner: user))
  }

  /// Everything is made beside the data directory; the rename at the end is what creates the instance.
  private func createInstance(_ version: ServerVersion) -> [Operation] {
    let staging = paths.staging
    let main = staging + "/postgresql.conf"
    return [.file(.removeTree(path: staging))] + ownDirectories + [
      initialize(version), write(staging + "/pg_hba.conf", AccessFiles.hba(superuser: user)),
      write(staging + "/pg_ident.conf", AccessFiles.ident(superuser: user)),
      write(staging + "/holdfast.conf", layerFile(after.layer, of: instance)),
      .file(.lastLine(path: main, line: includeLine(mainFile: paths.mainConfiguration, paths), owner: user)),
      .file(.move(from: staging, to: paths.dataDirectory)),
    ]
  }

  private var ownDirectories: [Operation] {
    let sockets =
      paths.socketDirectory.hasPrefix(paths.sidecar + "/") ? [directory(paths.socketDirectory, mode: "0755")] : []
    return [directory(paths.log)] + sockets
  }

  private func writeLayer(includes: Bool) -> [Operation] {
    let layer = write(paths.layer, layerFile(after.layer, of: instance))
    guard includes else { return [layer] }
    let main = before.parameters["config_file"]?.running ?? paths.mainConfiguration
    let line = Operation.file(
      .lastLine(path: main, line: includeLine(mainFile: main, paths), owner: user))
    return ownDirectories + [layer, line]
  }

  /// Out of the way by one rename, so that a crash never leaves half a data directory where a whole one is looked for.
  /// Its backups, and the directory of Holdfast's own beside it, stay.
  private var removeInstance: [Operation] {
    [
      .file(.removeTree(path: paths.removed)),
      .file(.move(from: paths.dataDirectory, to: paths.removed)),
      .file(.removeTree(path: paths.removed)),
    ]
  }

  private func configureBackup(_ configuration: BackupConfiguration) -> [Operation] {
    let file = BackupFile(instance: instance, configuration: configuration, user: user)
    return [paths.log, paths.backupLocks, paths.spool].map { directory($0) } + [
      .file(.makeDirectory(path: configuration.repository, mode: "0750", owner: user)),
      .file(.write(path: paths.backupConfiguration, parts: file.parts, mode: "0600", owner: user)),
    ]
  }
}

// Programs.
extension LocalOperations {
  private func command(
    _ program: Command.Program, _ arguments: [String], major: Int?, timeoutSeconds: Int,
    stopsSafely: Bool = false
  ) -> Operation {
    let binaries = host.installation(for: instance, major: major)?.binaries
    return .command(
      Command(
        program: program, binaries: program == .pgBackRest ? nil : binaries, arguments: arguments,
        runAs: user,
        workingDirectory: paths.sidecar, timeoutSeconds: timeoutSeconds, stopsSafely: stopsSafely))
  }

  private func initialize(_ version: ServerVersion) -> Operation {
    let arguments = [
      "--pgdata=\(paths.staging)", "--data-checksums", "--encoding=UTF8",
      "--locale=\(instance.localSettings.locale ?? "C.UTF-8")", "--auth-local=peer",
      "--auth-host=scram-sha-256",
      "--username=\(user)",
    ]
    return command(.initdb, arguments, major: version.major, timeoutSeconds: 300)
  }

  /// Says what is wrong with the files while the server that runs still runs.
  private var checkConfiguration: Operation {
    let arguments = ["-D", paths.dataDirectory] + mainFileOption + ["-C", "data_directory"]
    return command(.postgres, arguments, major: before.version?.major, timeoutSeconds: 30)
  }

  private var mainFileOption: [String] {
    guard let main = before.parameters["config_file"]?.running, main != paths.mainConfiguration else {
      return []
    }
    return ["-c", "config_file=\(main)"]
  }

  /// Without `-o`, `pg_ctl restart` takes over the options of whoever started the server, and those win over every
  /// file. It hands them to a shell.
  private var restartOptions: String {
    let quoted = mainFileOption.map { option in
      "'" + option.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
    return quoted.joined(separator: " ")
  }

  private func control(_ action: String, _ arguments: [String]) -> Operation {
    command(
      .pgCtl, [action, "-D", paths.dataDirectory, "-w", "-t", "300", "-s"] + arguments,
      major: before.version?.major,
      timeoutSeconds: 330)
  }

  private var reload: Operation {
    command(
      .pgCtl, ["reload", "-D", paths.dataDirectory, "-s"], major: before.version?.major, timeoutSeconds: 30)
  }

  private func backRest(_ arguments: [String]) -> Operation {
    command(
      .pgBackRest, ["--config=\(paths.backupConfiguration)", "--stanza=\(instance.stanza)"] + arguments,
      major: nil,
      timeoutSeconds: 300)
  }

  /// A day is enough for some terabytes; an interrupted backup is resumed by the next one of its kind.
  private func takeBackup(_ kind: BackupKind) -> Operation {
    let types: [BackupKind: String] = [.full: "full", .differential: "diff", .incremental: "incr"]
    let arguments = [
      "--config=\(paths.backupConfiguration)", "--stanza=\(instance.stanza)",
      "--type=\(types[kind] ?? "full")", "backup",
    ]
    return command(.pgBackRest, arguments, major: nil, timeoutSeconds: 86_400, stopsSafely: true)
  }
}
