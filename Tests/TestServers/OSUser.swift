import Glibc

/// A user of the operating system.
package struct OSUser: Sendable, Hashable {
  package let name: String
  package let userID: UInt32
  package let groupID: UInt32

  /// Looks the name up in the user database; `nil` where there is no such user.
  package init?(named name: String) {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16_384)
    guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
    self.name = name
    userID = entry.pw_uid
    groupID = entry.pw_gid
  }

  /// The user that servers run as when the tests run as root, which PostgreSQL refuses; `nil` where that is
  /// the invoking user.
  package static let ofServers: OSUser? = geteuid() == 0 ? OSUser(named: "postgres") : nil

  /// The command line that runs another one as this user, in the same process.
  func running(_ command: [String]) -> [String] {
    ["/usr/bin/setpriv", "--reuid=\(userID)", "--regid=\(groupID)", "--init-groups", "--"] + command
  }
}
