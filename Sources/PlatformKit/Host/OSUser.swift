/// A user of the operating system.
package struct OSUser: Sendable, Hashable, Codable {
  package var name: String
  package var uid: UInt32
  package var gid: UInt32
  package var home: String

  package init(name: String, uid: UInt32, gid: UInt32, home: String) {
    self.name = name
    self.uid = uid
    self.gid = gid
    self.home = home
  }
}
