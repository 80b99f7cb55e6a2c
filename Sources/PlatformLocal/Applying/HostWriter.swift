import Model
import Planner
import PlatformKit
import SQL

/// Changes files of one instance, and only its own.
struct HostWriter: Sendable {
  let paths: LocalPaths
  let files: any HostFiles
  let writer: any HostFilesWriter
  let secrets: any SecretSource
  let user: OSUser

  func perform(_ change: FileChange) async throws(ApplyFailure) {
    do throws(FileFailure) {
      switch change {
      case .write(let path, let parts, let mode, let owner):
        let bytes = try await bytes(parts, path)
        try await writer.write(
          bytes, to: path, mode: try bits(mode, path), owner: try await owned(owner, path))
      case .lastLine(let path, let line, _): try await addLastLine(line, to: path)
      case .move(let from, let to):
        try await checkMove(from)
        try await writer.move(from, to: to)
      case .makeDirectory(let path, let mode, let owner):
        try await writer.makeDirectory(path, mode: try bits(mode, path), owner: try await owned(owner, path))
      case .removeTree(let path):
        try checkRemoval(path)
        try await writer.removeTree(path)
      }
    } catch {
      throw ApplyFailure(message: error.description, leftNothing: change.leavesNothingWhenItFails)
    }
  }

  /// Secrets are had at the last moment; an error names the reference alone.
  private func bytes(_ parts: [FilePart], _ path: String) async throws(FileFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    for part in parts {
      switch part {
      case .literal(let text): bytes += Array(text.utf8)
      case .secret(let reference): bytes += Array(try await oneLine(reference, path).utf8)
      }
    }
    return bytes
  }

  /// In a file of lines a secret of two lines would be an option more.
  private func oneLine(_ reference: SecretRef, _ path: String) async throws(FileFailure) -> String {
    let secret: Secret
    do throws(SecretFailure) { secret = try await secrets.resolve(reference) } catch {
      throw FileFailure("write", path, message: "the secret \(reference) can't be had: \(error.message)")
    }
    let text = secret.reveal()
    let isLine =
      text.unicodeScalars.allSatisfy { $0.value >= 0x20 } && !text.isEmpty && text.first != " "
      && text.last != " "
    guard isLine else {
      throw FileFailure(
        "write", path,
        message: "the secret \(reference) is empty, has more than one line, or spaces at an end")
    }
    return text
  }

  private func bits(_ mode: String, _ path: String) throws(FileFailure) -> UInt16 {
    guard let bits = UInt16(mode, radix: 8), bits <= 0o777 else {
      throw FileFailure("write", path, message: "`\(mode)` is no mode")
    }
    return bits
  }

  private func owned(_ name: String, _ path: String) async throws(FileFailure) -> OSUser {
    if name == user.name { return user }
    throw FileFailure(
      "write", path, message: "the plan gives it to `\(name)`, and the instance is `\(user.name)`'s")
  }

  private func addLastLine(_ line: String, to path: String) async throws(FileFailure) {
    guard let status = try await files.status(of: path),
      let bytes = try await files.read(path, of: user, limitBytes: 4 << 20)
    else {
      throw FileFailure("extend", path, message: "it does not exist")
    }
    // The server itself names this file: root must not write into whatever it says.
    guard status.kind == .regular, status.ownerUID == user.uid else {
      throw FileFailure("extend", path, message: "it is no file of `\(user.name)`")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if let wanted = ConfigurationText.lastEntry(in: line), let last = ConfigurationText.lastEntry(in: text),
      wanted == last
    {
      return
    }
    let added = Array(((text.isEmpty || text.hasSuffix("\n") ? "" : "\n") + line + "\n").utf8)
    try await writer.write(bytes + added, to: path, mode: status.mode, owner: user)
  }
}

// What may be taken away.
extension HostWriter {
  private func checkRemoval(_ path: String) throws(FileFailure) {
    guard LocalPaths.isInside(path, paths.sidecar) else {
      throw FileFailure("remove", path, message: "only what lies in \(paths.sidecar) is ever removed")
    }
  }

  /// A data directory is moved only where it is ours and no server runs on it.
  private func checkMove(_ from: String) async throws(FileFailure) {
    if LocalPaths.isInside(from, paths.sidecar) { return }
    guard from == paths.dataDirectory, try await files.status(of: paths.layer) != nil else {
      throw FileFailure("move", from, message: "it holds no holdfast.conf: it isn't Holdfast's")
    }
    guard try await Postmaster.read(paths.dataDirectory, of: user, files) == nil else {
      throw FileFailure("move", from, message: "a server runs on it")
    }
  }
}

extension FileChange {
  /// Files are replaced whole or not at all; a tree goes file by file.
  fileprivate var leavesNothingWhenItFails: Bool {
    switch self {
    case .write, .lastLine, .move: true
    case .makeDirectory, .removeTree: false
    }
  }
}
