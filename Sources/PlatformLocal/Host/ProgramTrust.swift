import PlatformKit

/// Whether a program that a spec or `PATH` leads to may be run at all.
///
/// Root acts on programs that anybody may have put there: `/tmp/x/postgres` named in a pull request, or a directory
/// of `PATH` that a group shares. They run as `run_as` and not as root, but what is run must be nobody else's.
struct ProgramTrust: Sendable {
  let files: any HostFiles
  /// Who runs Holdfast. Anybody but root runs programs with no more rights than their own shell has.
  let invoker: OSUser
  /// As whom the programs are run.
  let user: OSUser

  /// Why the program is not run: somebody other than root and `user` could put another one in its place.
  func objection(to program: String) async throws(FileFailure) -> String? {
    guard invoker.uid == 0 else { return nil }
    if let objection = try await objection(toWayTo: program) { return objection }
    // A link leads elsewhere, where others may write.
    guard let target = try await files.resolve(program) else { return "`\(program)` leads nowhere" }
    return target == program ? nil : try await objection(toWayTo: target)
  }

  /// Looks at the path itself and at each directory above it: who may write in one of those may swap the rest.
  private func objection(toWayTo path: String) async throws(FileFailure) -> String? {
    var prefix = ""
    for part in [""] + path.split(separator: "/").map(String.init) {
      prefix = prefix == "/" || prefix.isEmpty ? "/" + part : prefix + "/" + part
      guard let status = try await files.status(of: prefix) else { return "`\(prefix)` does not exist" }
      if let objection = objection(to: prefix, status) { return objection }
    }
    return nil
  }

  private func objection(to path: String, _ status: FileStatus) -> String? {
    guard status.ownerUID == 0 || status.ownerUID == user.uid else {
      return "`\(path)` belongs to user \(status.ownerUID), neither to root nor to `\(user.name)`"
    }
    // The mode of a link says nothing. In a sticky directory (`/tmp`) each may only swap what is their own.
    let isSticky = status.kind == .directory && status.mode & 0o1000 != 0
    guard status.kind != .symlink, !isSticky, status.mode & 0o022 != 0 else { return nil }
    return "others than its owner may write in `\(path)`"
  }
}
