import Glibc

/// A PostgreSQL server of a test's own: empty, in a temporary directory, on a socket there and on 127.0.0.1.
///
/// It runs until `stop()`, or until the last reference to it or the test process goes. Every cluster has a system
/// identifier of its own. `fsync` is off unless the settings say otherwise.
package final class TestCluster: Sendable {
  package static let superuser = "postgres"

  package let major: Int
  package let port: Int
  package var superuser: String { Self.superuser }
  package var socketDirectory: String { directory.path }
  package var dataDirectory: String { "\(directory.path)/data" }
  private let directory: TemporaryDirectory
  private let binaries: String

  /// Makes and starts a cluster; returns when it accepts connections.
  ///
  /// - Parameter settings: added to `postgresql.conf`, values as they are, without quotes.
  /// - Parameter hba: the whole of `pg_hba.conf`, in place of: all trusted on the socket, SCRAM on 127.0.0.1.
  package static func start(
    major: Int, settings: [String: String] = [:], hba: String? = nil
  ) async throws -> TestCluster {
    guard let binaries = PostgresBinaries.directory(major: major) else {
      throw TestFailure("PostgreSQL \(major) is missing: run `make setup-tests`")
    }
    let template = try await ClusterTemplates.shared.template(major: major, binaries: binaries)
    return try await offThePool {
      let cluster = try TestCluster(major: major, binaries: binaries, copying: template)
      try cluster.configure(settings: settings, hba: hba ?? trustedSocket)
      try cluster.control("start")
      return cluster
    }
  }

  private init(major: Int, binaries: String, copying template: TemporaryDirectory) throws {
    self.major = major
    self.binaries = binaries
    port = try FreePort.next()
    directory = try TemporaryDirectory(owner: .ofServers)
    _ = try ChildProcess.check(["/bin/cp", "-a", "\(template.path)/data", dataDirectory])
    try giveOwnIdentity()
  }

  /// Runs SQL through `psql` as the superuser and returns its output, one line a row, columns apart by `|`.
  package func psql(_ sql: String, database: String = "postgres") throws -> String {
    let command = [
      "\(binaries)/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", socketDirectory, "-p", "\(port)",
      "-U", superuser, "-d", database, "-f", "-",
    ]
    let output = try ChildProcess.check(command, in: directory.path, stdin: sql)
    return output.hasSuffix("\n") ? String(output.dropLast()) : output
  }

  /// Stops the server if it runs. Its directory stays, and `restart()` starts it again.
  package func stop() throws {
    guard let postmaster = postmasterID else { return }
    try control("stop")
    // `pg_ctl` waits for `postmaster.pid` to go, which the server removes shortly before it ends.
    for _ in 0..<10_000 where access("/proc/\(postmaster)/cwd", F_OK) == 0 { usleep(1000) }
  }

  /// Stops the server if it runs, and starts it.
  package func restart() throws {
    try control("restart")
  }

  /// What the server has logged.
  package var logText: String {
    (try? ChildProcess.check(["/bin/cat", logFile])) ?? ""
  }

  /// The process that `postmaster.pid` names, or `nil` where the server is stopped.
  package var postmasterID: Int32? {
    let lines = try? ChildProcess.check(["/usr/bin/head", "-n", "1", "\(dataDirectory)/postmaster.pid"])
    return lines.flatMap { Int32($0.prefix { $0.isNumber }) }
  }

  private var logFile: String { "\(directory.path)/server.log" }
}

extension TestCluster {
  private static let trustedSocket = """
    local all all trust
    local replication all trust
    host all all 127.0.0.1/32 scram-sha-256
    """

  /// Runs `pg_ctl`, which stops only the process named in this data directory.
  private func control(_ action: String) throws {
    let command = ["\(binaries)/pg_ctl", action, "-D", dataDirectory, "-w", "-t", "60", "-s"]
    let options = action == "stop" ? ["-m", "fast"] : ["-l", logFile]
    let outcome = try ChildProcess.run(
      command + options, in: directory.path, runAs: .ofServers, timeoutSeconds: 90)
    guard outcome.status == 0 else {
      throw TestFailure("pg_ctl \(action) failed: \(outcome.stdout)\(outcome.stderr)\n\(logText)")
    }
  }

  private func configure(settings: [String: String], hba: String) throws {
    let defaults = [
      "port": "\(port)", "unix_socket_directories": socketDirectory, "listen_addresses": "127.0.0.1",
      "fsync": "off",
    ]
    let lines = defaults.merging(settings) { $1 }.sorted { $0.key < $1.key }.map { name, value in
      "\(name) = '\(value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'\n"
    }
    try directory.write(hba + "\n", to: "data/pg_hba.conf", runAs: .ofServers)
    try directory.append(lines.joined(), to: "data/postgresql.conf", runAs: .ofServers)
  }

  /// Gives the copy a system identifier of its own: two servers with the same one are one server to Holdfast.
  ///
  /// It is the first 8 bytes of `pg_control`. Overwriting them breaks that file's checksum, which `pg_resetwal -f`
  /// mends as it writes a new log with the new identifier; all else in the file is kept.
  private func giveOwnIdentity() throws {
    let file = open("\(dataDirectory)/global/pg_control", O_WRONLY | O_CLOEXEC)
    defer { close(file) }
    var identifier = UInt64(time(nil)) << 32 | UInt64(UInt32.random(in: 1...UInt32.max))
    guard pwrite(file, &identifier, 8, 0) == 8 else { throw TestFailure("pg_control: errno \(errno)") }
    _ = try ChildProcess.check(
      ["\(binaries)/pg_resetwal", "-f", "-D", dataDirectory], in: directory.path, runAs: .ofServers)
  }
}
