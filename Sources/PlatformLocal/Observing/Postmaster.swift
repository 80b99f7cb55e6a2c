import PlatformKit

/// A server as it writes itself down in `postmaster.pid`.
///
/// - Source: PostgreSQL's `pidfile.h`: process, data directory, start, port, socket directory, address, …, status.
struct Postmaster: Hashable, Sendable {
  var process: Int
  var dataDirectory: String
  var port: Int?
  /// The first one; `nil` where the server has no socket.
  var socketDirectory: String?
  var address: String?

  init?(file: String) {
    let lines = file.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count >= 2, let process = Int(lines[0].filter { $0 != " " }), process > 1 else { return nil }
    self.process = process
    dataDirectory = lines[1]
    port = lines.count > 3 ? Int(lines[3]) : nil
    socketDirectory = lines.count > 4 && !lines[4].isEmpty ? lines[4] : nil
    address = lines.count > 5 && !lines[5].isEmpty ? lines[5] : nil
  }

  /// The server that runs on the data directory; `nil` where none does, whatever a crash has left there.
  ///
  /// - Parameter user: whose the data directory is.
  static func read(
    _ dataDirectory: String, of user: OSUser, _ files: any HostFiles
  ) async throws(FileFailure) -> Postmaster? {
    guard let bytes = try await files.read(dataDirectory + "/postmaster.pid", of: user, limitBytes: 4096),
      let postmaster = Postmaster(file: String(decoding: bytes, as: UTF8.self))
    else { return nil }
    return try await postmaster.isAlive(files) ? postmaster : nil
  }

  /// Whether the process is there and still is a server: process numbers come back after a restart of the host.
  func isAlive(_ files: any HostFiles) async throws(FileFailure) -> Bool {
    guard try await files.status(of: "/proc/\(process)") != nil else { return false }
    guard let line = try? await files.read("/proc/\(process)/cmdline", limitBytes: 1 << 16) else {
      return false
    }
    let program = line.prefix { $0 != 0 }
    let name = String(decoding: program, as: UTF8.self).split(separator: "/").last
    return name == "postgres" || name == "postmaster"
  }
}
