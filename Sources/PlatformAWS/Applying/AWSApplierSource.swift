import AWSWire
import HTTP
import Model
import PlatformKit
import PlatformServer
import SQL

/// Takes the lock of an instance of RDS and gives the writer that holds it.
///
/// RDS has no lock to take: runs of one user of one host are kept apart by a file. Runs of different hosts are where SQL
/// lies inside, by the advisory lock that the first session takes; otherwise by the facts that every step looks at.
package struct AWSApplierSource: ApplierSource {
  private let clients: AWSAccountClients
  private let writer: any HostFilesWriter
  private let connector: any SQLConnector
  private let secrets: any SecretSource
  private let lockDirectory: String

  /// - Parameter lockDirectory: absolute, the user's own; made where it isn't there.
  package init(
    clients: AWSAccountClients, writer: any HostFilesWriter, connector: any SQLConnector, secrets: any SecretSource,
    lockDirectory: String
  ) {
    (self.clients, self.writer, self.connector) = (clients, writer, connector)
    (self.secrets, self.lockDirectory) = (secrets, lockDirectory)
  }

  package func lockAndOpen(_ instance: DesiredInstance, run: String) async throws(LockFailure) -> any Applier {
    let lock = try await lock(instance)
    do throws(AWSFailure) { try await clients.checkAccount() } catch {
      await lock.release()
      throw .failed(message: error.message, hint: error.hint ?? "check the credentials, and try again")
    }
    return AWSApplier(
      instance: instance, run: run, clients: clients, secrets: secrets,
      inside: ServerApplierSource(connector: connector, secrets: secrets), lock: lock,
      now: clients.surroundings.now, clock: clients.surroundings.clock)
  }

  private func lock(_ instance: DesiredInstance) async throws(LockFailure) -> any FileLock {
    let path = "\(lockDirectory)/\(lockName(of: instance)).lock"
    do throws(FileFailure) {
      try await writer.makeDirectory(lockDirectory, mode: 0o700, owner: nil)
      if let lock = try await writer.lock(path, owner: nil) { return lock }
    } catch {
      throw .failed(message: error.description, hint: "let the user that runs Holdfast write to \(lockDirectory)")
    }
    let holder = (try? await clients.surroundings.files.lockHolder(path, owner: nil)).flatMap { $0 }
    throw .held(
      message: "\(instance.name) is locked by another run: \(holder ?? "its holder is not known")")
  }

  /// What is no letter, digit or hyphen in a name must not lead out of the directory.
  private func lockName(of instance: DesiredInstance) -> String {
    let account = instance.account
    let name = "aws-\(account.account)-\(account.region)-\(instance.cloud.identifier.lowercased())"
    return String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" })
  }
}
