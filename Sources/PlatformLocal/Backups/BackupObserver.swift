import Model
import PlatformKit
import PostgresCatalog
import SQL

/// Reads how the backups of one instance are. Writes nothing, not even pgBackRest's log.
struct BackupObserver: Sendable {
  let instance: DesiredInstance
  let host: LocalHost
  let user: OSUser
  let files: any HostFiles
  let runner: any ProcessRunner
  let secrets: any SecretSource

  private var paths: LocalPaths { instance.paths }

  /// What needs nothing of the server, so that it can be read while the catalogs are.
  struct Look: Sendable {
    fileprivate var file: FoundBackupFile?
    /// `nil` where there is no file to ask pgBackRest with.
    fileprivate var info: BackupInfo?
  }

  func look(_ wanted: DesiredBackup) async throws(FileFailure) -> Look {
    guard let found = try await file(wanted.configuration) else { return Look() }
    return Look(file: found, info: await info())
  }

  /// - Parameter systemIdentifier: the cluster's; `nil` where there is none yet.
  /// - Parameter archiver: `nil` where the server doesn't run. Read before this is called, because the archive is listed
  ///   here: a segment that comes between the two must not look like a gap.
  func observe(
    _ wanted: DesiredBackup, _ look: Look, systemIdentifier: String?, archiver: ArchiverStatus?,
    segmentBytes: UInt64
  ) async throws(FileFailure) -> BackupState {
    let found = look.file
    var state = BackupState(file: found?.state ?? .absent, fileText: found?.shown, stanza: .absent)
    state.archiverFailure = archiver?.failure
    guard let info = look.info else {
      let hasStanza = try await repositoryHoldsStanza(wanted.configuration.repository)
      if hasStanza, instance.fresh { state.earlierStanza = "found in \(wanted.configuration.repository)" }
      return state
    }
    state.stanza = info.stanza
    guard info.stanza == .ready else { return state }
    if let other = info.systemIdentifier, other != systemIdentifier {
      if instance.fresh {
        (state.stanza, state.earlierStanza) = (.absent, "of the cluster with system identifier \(other)")
      } else if systemIdentifier != nil {
        state.stanza = .unreadable(
          message:
            "the stanza belongs to another cluster, with system identifier \(other); `fresh: true` in the spec "
            + "hands it over to this one")
      }
      return state
    }
    state.backups = info.entries.map(\.backup)
    state.missingWAL = await missingWAL(
      info, pointInTime: wanted.configuration.pointInTime, archiver, segmentBytes)
    return state
  }

  /// Whether there is a stanza of this name, as far as files tell.
  func repositoryHoldsStanza(_ repository: String) async throws(FileFailure) -> Bool {
    try await files.status(of: "\(repository)/backup/\(instance.stanza)/backup.info") != nil
  }

  private func file(_ wanted: BackupConfiguration) async throws(FileFailure) -> FoundBackupFile? {
    guard let bytes = try await files.read(paths.backupConfiguration, limitBytes: 1 << 16) else { return nil }
    var secret: Secret?
    if let cipher = wanted.cipher { secret = try? await secrets.resolve(cipher) }
    let file = BackupFile(instance: instance, configuration: wanted, user: user.name)
    var found = FoundBackupFile(found: String(decoding: bytes, as: UTF8.self), wanted: file, secret: secret)
    // The passphrase is in it: a file that others may read is as wrong as one that says something else.
    let status = try await files.status(of: paths.backupConfiguration)
    if let status, status.mode & 0o077 != 0 || status.ownerUID != user.uid { found.state = .differs }
    return found
  }
}

extension BackupObserver {
  private func info() async -> BackupInfo {
    switch await run(["info", "--output=json"]) {
    case .success(let output): BackupInfo(output: output, stanza: instance.stanza)
    case .failure(let failure): BackupInfo(unreadable: failure.message)
    }
  }

  private struct Failure: Error { var message: String }

  private func run(_ arguments: [String]) async -> Result<[UInt8], Failure> {
    guard let program = host.pgBackRest else {
      return .failure(Failure(message: "pgBackRest isn't installed"))
    }
    let call = ProcessCall(
      program,
      ["--config=\(paths.backupConfiguration)", "--stanza=\(instance.stanza)", "--log-level-file=off"]
        + arguments,
      environment: cleanEnvironment(for: user), workingDirectory: "/", runAs: user, timeout: .seconds(120),
      outputLimitBytes: 64 << 20)
    do throws(ProcessFailure) {
      let result = try await runner.run(call)
      guard result.succeeded, !result.truncated else {
        return .failure(Failure(message: lastWords(of: result) ?? "`pgbackrest \(arguments[0])` failed"))
      }
      return .success(result.standardOutput)
    } catch {
      return .failure(Failure(message: error.description))
    }
  }

  private func missingWAL(
    _ info: BackupInfo, pointInTime: Bool, _ archiver: ArchiverStatus?, _ segmentBytes: UInt64
  ) async -> [String] {
    // Without point-in-time recovery WAL is kept from the newest full backup on.
    let needed = pointInTime ? info.entries.first : info.entries.last { $0.backup.kind == .full }
    guard let archive = info.archive, let name = needed?.archiveStart,
      let start = WALSegment(name: name, segmentBytes: segmentBytes)
    else { return [] }
    let directory = "archive/\(instance.stanza)/\(archive)"
    guard case .success(let listing) = await run(["repo-ls", "--recurse", directory]) else {
      return ["unknown: the archive can't be listed"]
    }
    let found = WALArchive(listing: String(decoding: listing, as: UTF8.self), segmentBytes: segmentBytes)
    let last = archiver?.lastArchivedWAL.flatMap {
      WALSegment(name: $0.prefix(24), segmentBytes: segmentBytes)
    }
    return found.missing(from: start, history: await history(of: found, start, directory), upTo: last)
  }

  private func history(of archive: WALArchive, _ start: WALSegment, _ directory: String) async
    -> TimelineHistory?
  {
    guard let timeline = archive.newestTimeline, timeline != start.timeline,
      archive.histories.contains(timeline)
    else { return nil }
    let name = WALSegment(timeline: timeline, number: 0).name(segmentBytes: archive.segmentBytes).prefix(8)
    guard case .success(let bytes) = await run(["repo-get", "\(directory)/\(name).history"]) else {
      return nil
    }
    return TimelineHistory(text: String(decoding: bytes, as: UTF8.self))
  }
}

extension BackupInfo {
  init(unreadable message: String) { stanza = .unreadable(message: message) }
}

/// All that a program of an instance finds in its environment: no `PGBACKREST_…` and no `PG…` of ours.
func cleanEnvironment(for user: OSUser) -> [String: String] {
  ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": user.home, "LANG": "C.UTF-8", "TZ": "UTC"]
}

/// The last lines that a program wrote, on one line.
func lastWords(of result: ProcessResult) -> String? {
  let output = result.standardError.isEmpty ? result.standardOutput : result.standardError
  let lines = String(decoding: output.suffix(4096), as: UTF8.self).split(whereSeparator: \.isNewline).suffix(
    4)
  return lines.isEmpty ? nil : lines.map { $0.drop { $0 == " " } }.joined(separator: " | ")
}
