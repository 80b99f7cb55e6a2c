import Model
import PlatformKit
import SQL

/// Takes the lock of an instance, which lies beside its data directory, and gives the writer that holds it.
package struct LocalApplierSource: ApplierSource {
  private let host: LocalHost
  private let files: any HostFiles
  private let writer: any HostFilesWriter
  private let runner: any ProcessRunner
  private let connector: any SQLConnector
  private let secrets: any SecretSource

  package init(
    host: LocalHost, files: any HostFiles, writer: any HostFilesWriter, runner: any ProcessRunner,
    connector: any SQLConnector, secrets: any SecretSource
  ) {
    (self.host, self.files, self.writer, self.runner) = (host, files, writer, runner)
    (self.connector, self.secrets) = (connector, secrets)
  }

  package func lockAndOpen(_ instance: DesiredInstance, run: String) async throws(LockFailure) -> any Applier {
    let user = try user(of: instance)
    let lock = try await lock(instance, user)
    let hostWriter = HostWriter(
      paths: instance.paths, files: files, writer: writer, secrets: secrets, user: user)
    let programs = ProgramRunner(
      instance: instance, host: host, user: user, files: files, runner: runner, lock: lock)
    let sessions = LocalSessions(
      instance: instance, user: user, run: run, files: files, connector: connector, secrets: secrets)
    return LocalApplier(lock: lock, files: hostWriter, programs: programs, sessions: sessions)
  }

  private func user(of instance: DesiredInstance) throws(LockFailure) -> OSUser {
    do throws(RunAsRefusal) { return try host.runAs(instance) } catch {
      throw .failed(message: error.message, hint: error.hint)
    }
  }

  /// What a killed run started may still work, and holds the lock until it ends.
  private func isGone(_ holder: String?) async -> String {
    guard let words = holder?.split(separator: " "), words.count > 1, let process = Int(words[1]) else {
      return ""
    }
    do throws(FileFailure) {
      guard try await files.status(of: "/proc/\(process)") == nil else { return "" }
    } catch {
      return ""
    }
    return " (which was killed; a program that it started still works: try again when it has ended)"
  }

  private func lock(_ instance: DesiredInstance, _ user: OSUser) async throws(LockFailure) -> any FileLock {
    let paths = instance.paths
    do throws(FileFailure) {
      try await writer.makeDirectory(paths.sidecar, mode: LocalPaths.sidecarMode, owner: user)
      if let lock = try await writer.lock(paths.lock, owner: user) { return lock }
    } catch {
      throw .failed(
        message: error.description,
        hint: "run Holdfast as root or as `\(user.name)`, whose \(paths.lock) has to be")
    }
    let holder = (try? await files.lockHolder(paths.lock, owner: user)).flatMap { $0 }
    throw .held(
      message:
        "\(instance.name) is locked by another run: \(holder ?? "its holder is not known")\(await isGone(holder))"
    )
  }
}
