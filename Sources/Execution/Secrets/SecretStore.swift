import Model
import NativeClients
import PlatformKit
import SQL

/// Gives the secrets of environment variables and files, and those that a cloud keeps.
package struct SecretStore: SecretSource {
  private let environment: [String: String]
  private let files: any HostFiles
  private let cloud: (any CloudSecrets)?

  /// A longer file is no password.
  package static let largestFileBytes = 64 * 1024

  package init(
    environment: [String: String], files: any HostFiles = LocalFiles(), cloud: (any CloudSecrets)? = nil
  ) {
    (self.environment, self.files, self.cloud) = (environment, files, cloud)
  }

  package func resolve(_ reference: SecretRef) async throws(SecretFailure) -> Secret {
    switch reference {
    case .environment(let variable):
      guard let value = environment[variable] else { throw .of(reference, "the variable is not set") }
      return try secret(value, reference)
    case .file(let path): return try await read(path, reference)
    case .awsSecret(let id, let key, let platform):
      guard let cloud else { throw .of(reference, "AWS Secrets Manager is not asked here") }
      return try secret(try await cloud.value(id: id, key: key, platform: platform).reveal(), reference)
    }
  }

  /// Of a file its last writing. The version's date that AWS Secrets Manager has is not read.
  package func lastChange(of reference: SecretRef) async -> Timestamp? {
    switch reference {
    case .environment, .awsSecret: return nil
    case .file(let path):
      // A link says when it was made, not when the secret was.
      guard let whole = try? await files.resolve(path), let status = try? await files.status(of: whole) else {
        return nil
      }
      return Timestamp(seconds: status.modifiedSeconds)
    }
  }

  /// What is wrong with how a secret is kept, though it can be read.
  package func warning(about reference: SecretRef) async -> String? {
    guard case .file(let path) = reference, let status = try? await files.status(of: path),
      status.kind == .regular,
      status.mode & 0o004 != 0
    else { return nil }
    return "\(path) can be read by everybody on this host: chmod 600 it"
  }

  /// The reader of files refuses FIFOs and devices, and opens without waiting for a writer.
  private func read(_ path: String, _ reference: SecretRef) async throws(SecretFailure) -> Secret {
    let bytes: [UInt8]?
    do throws(FileFailure) {
      bytes = try await files.read(path, limitBytes: Self.largestFileBytes)
    } catch {
      throw .of(reference, error.message)
    }
    guard let bytes else { throw .of(reference, "there is no such file") }
    guard var text = String(validating: bytes, as: UTF8.self) else {
      throw .of(reference, "the file is not UTF-8 text")
    }
    if text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
    if text.unicodeScalars.last == "\r" { text.unicodeScalars.removeLast() }
    return try secret(text, reference)
  }

  private func secret(_ text: String, _ reference: SecretRef) throws(SecretFailure) -> Secret {
    guard !text.isEmpty else { throw .of(reference, "it is empty") }
    guard !text.unicodeScalars.contains(where: { $0.value == 0 || $0 == "\n" }) else {
      throw .of(reference, "it has more than one line")
    }
    return Secret(text)
  }
}

extension SecretFailure {
  fileprivate static func of(_ reference: SecretRef, _ message: String) -> SecretFailure {
    SecretFailure(reference: reference, message: message)
  }
}
