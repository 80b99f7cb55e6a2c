import Model
import PlatformKit

@testable import PlatformLocal

enum Samples {
  static let postgres = OSUser(name: "postgres", uid: 101, gid: 104, home: "/var/lib/postgresql")

  static var host: LocalHost {
    var host = LocalHost(names: ["db1"], invokingUser: OSUser(name: "root", uid: 0, gid: 0, home: "/root"))
    host.users = ["postgres": postgres]
    host.installations = [
      Installation(version: ServerVersion(major: 16, minor: 4), binaries: "/usr/lib/postgresql/16/bin"),
      Installation(version: ServerVersion(major: 15, minor: 20), binaries: "/usr/lib/postgresql/15/bin"),
    ]
    host.pgBackRest = "/usr/bin/pgbackrest"
    return host
  }

  static func instance(_ change: (inout DesiredInstance) -> Void = { _ in }) -> DesiredInstance {
    var instance = DesiredInstance(
      name: "orders", platform: DesiredPlatform(name: "db1", kind: .local(hostname: "db1", runAs: nil)))
    instance.local = LocalSettings(port: 5433, dataDirectory: "/srv/pg/orders/")
    instance.version = VersionConstraint("15")
    change(&instance)
    return instance
  }

  static func backup(cipher: SecretRef? = .file(path: "/etc/holdfast/cipher")) -> DesiredBackup {
    DesiredBackup(
      policy: "tier-1",
      configuration: BackupConfiguration(
        repository: "/backup/orders", retain: TimeSpan("35d"), cipher: cipher, pointInTime: true))
  }
}
