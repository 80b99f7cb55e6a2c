import Model
import PlatformKit

/// The surroundings of one instance that decide whether it can be made: ports and directories.
package struct Site: Hashable, Sendable {
  /// Somebody else listens on the port of the instance, which doesn't run there itself.
  package var portIsTaken = false
  /// Why the data directory can't be made where the spec wants it.
  package var dataDirectoryProblem: String?
  /// Why backups can't go where the policy wants them.
  package var repositoryProblem: String?

  package init() {}

  init(
    of instance: DesiredInstance, host: LocalHost, user: OSUser, files: any HostFiles
  ) async throws(FileFailure) {
    let paths = instance.paths
    let inspector = SiteInspector(instance: instance, host: host, user: user, files: files)
    if try await files.status(of: paths.dataDirectory) == nil {
      dataDirectoryProblem = try await inspector.problem(making: paths.dataDirectory)
    }
    portIsTaken = try await inspector.portIsTaken()
    if let repository = instance.backup?.configuration.repository {
      repositoryProblem = try await inspector.problem(withRepository: repository)
    }
  }
}

private struct SiteInspector {
  let instance: DesiredInstance
  let host: LocalHost
  let user: OSUser
  let files: any HostFiles

  /// A port that our own running server listens on isn't taken.
  func portIsTaken() async throws(FileFailure) -> Bool {
    let port = instance.localSettings.port
    let running = try await Postmaster.read(instance.paths.dataDirectory, of: user, files)
    if running?.port == port { return false }
    if try await socketIsTaken(port) { return true }
    guard let address = firstAddress else { return false }
    // An address that isn't this host's shows when the server starts.
    return !((try? await files.isPortFree(port, address: address)) ?? true)
  }

  private var firstAddress: String? {
    let first = instance.localSettings.listenAddresses?.split(separator: ",").first.map {
      $0.filter { $0 != " " }
    }
    switch first {
    case nil, "": return nil
    case "*": return "0.0.0.0"
    case "localhost": return "127.0.0.1"
    case let address: return address
    }
  }

  /// The lock file of a socket has the form of `postmaster.pid`.
  private func socketIsTaken(_ port: Int) async throws(FileFailure) -> Bool {
    let lock = "\(instance.paths.socketDirectory)/.s.PGSQL.\(port).lock"
    guard let bytes = try? await files.read(lock, limitBytes: 4096),
      let other = Postmaster(file: String(decoding: bytes, as: UTF8.self))
    else { return false }
    guard other.dataDirectory != instance.paths.dataDirectory else { return false }
    return try await other.isAlive(files)
  }

  /// Missing directories above a data directory are made.
  func problem(making path: String) async throws(FileFailure) -> String? {
    var ancestor = LocalPaths.parent(of: path)
    while ancestor != "/", try await files.status(of: ancestor) == nil {
      ancestor = LocalPaths.parent(of: ancestor)
    }
    return try await problem(writing: ancestor)
  }

  /// A missing directory above a repository is more often a file system that isn't mounted.
  func problem(withRepository path: String) async throws(FileFailure) -> String? {
    guard path.hasPrefix("/") else { return "`\(path)` is not an absolute path" }
    let data = instance.paths.dataDirectory
    if path == data || LocalPaths.isInside(path, data) {
      return "`\(path)` lies in the data directory that it is to save"
    }
    let parent = LocalPaths.parent(of: path)
    guard let status = try await files.status(of: path) else {
      guard try await files.status(of: parent) != nil else {
        return "`\(parent)` does not exist: is its file system mounted?"
      }
      return try await problem(writing: parent)
    }
    if status.kind == .directory, status.ownerUID != user.uid {
      return "`\(path)` doesn't belong to `\(user.name)`, as whom pgBackRest runs"
    }
    return status.kind == .directory || status.kind == .symlink ? nil : "`\(path)` is no directory"
  }

  /// What the mode bits tell of the user who runs Holdfast; groups are the system's to judge.
  private func problem(writing directory: String) async throws(FileFailure) -> String? {
    guard let status = try await files.status(of: directory) else { return "`\(directory)` does not exist" }
    guard status.kind == .directory || status.kind == .symlink else {
      return "`\(directory)` is no directory"
    }
    let user = host.invokingUser
    if user.uid == 0 || status.kind == .symlink { return nil }
    let bits: UInt16 = status.ownerUID == user.uid ? 0o200 : 0o022
    return status.mode & bits == 0 ? "`\(user.name)` may not write in `\(directory)`" : nil
  }
}
