import Foundation
import TestServers
import Testing

/// Clusters that somebody else made, and hosts that can't give what the specs ask.
@Suite struct LocalAdoptionTests {
  @Test func aForeignClusterIsAnAlarmUntilItIsPinned() throws {
    let live = try LocalInstance()
    live.specs.hasAccess = false
    try makeForeign(live)
    let stopped = try live.holdfast("plan", "--detailed-exitcode", exits: 2)
    #expect(stopped.contains("ALARM unmanaged directory"), "\(stopped)")
    try startForeign(live)
    let running = try live.holdfast("drift", exits: 2)
    let identifier = try live.psql("SELECT system_identifier FROM pg_control_system()", socket: live.path)
    #expect(
      running.contains("to adopt it, write `local: { system_identifier: \"\(identifier)\" }` into its spec"),
      "\(running)")
    try live.holdfast("apply", "--yes", "--allow", "create-instance=instance/orders", "--allow", "restart")
    #expect(!live.exists("\(live.specs.dataDirectory)/holdfast.conf") && !live.exists(live.sidecar))
    live.specs.local = ["system_identifier: \"1\(identifier.dropFirst())9\""]
    let wrong = try live.holdfast("plan", exits: 1)
    #expect(wrong.contains(identifier), "\(wrong)")
    live.specs.local = ["system_identifier: \"\(identifier)\""]
    try adopt(live)
  }

  private func makeForeign(_ live: LocalInstance) throws {
    let data = live.specs.dataDirectory
    try live.shell(
      """
      /usr/lib/postgresql/15/bin/initdb -D \(data) -A trust --no-sync --locale=C.UTF-8 >/dev/null
      echo "work_mem = 7MB" >>\(data)/postgresql.conf
      """)
  }

  /// With options on the command line, as service units have them: they win over every file for as long as it runs.
  private func startForeign(_ live: LocalInstance) throws {
    try live.shell(
      "/usr/lib/postgresql/15/bin/pg_ctl -D \(live.specs.dataDirectory) -o '-k \(live.path) -p \(live.port)' -l \(live.path)/foreign.log -w -s start"
    )
  }

  private func adopt(_ live: LocalInstance) throws {
    let plan = try live.holdfast("plan", "--detailed-exitcode", exits: 2)
    #expect(
      plan.contains("postgresql.conf doesn't include holdfast.conf yet")
        && !plan.contains("make the instance"), "\(plan)")
    #expect(plan.contains("+ parameter/work_mem: not set (7MB in force) → 64MB"), "\(plan)")
    let applied = try live.holdfast("apply", "--yes", "--allow", "restart")
    #expect(applied.contains("Done: 2 steps"), "\(applied)")
    #expect(try live.psql("SHOW work_mem", "SHOW unix_socket_directories") == "64MB\n\(live.sidecar)/sock")
    try live.expectConverged()
    // What the layer hid comes back with its value of before, which is in no spec.
    let run = try live.newestRun()
    let reverted = try live.holdfast(
      "revert", run, "--only", "instance/orders/parameter/work_mem", "--yes", "--allow", "parameter-reset")
    #expect(reverted.contains("Done: 1 step"), "\(reverted)")
    #expect(try live.psql("SHOW work_mem") == "7MB")
    try live.shell("/usr/lib/postgresql/15/bin/pg_ctl -D \(live.specs.dataDirectory) -m fast -s -w stop")
  }

  @Test func whatTheHostCantGiveIsRefusedAndLeavesNothing() throws {
    let live = try LocalInstance(runAs: LocalInstance.users[LocalInstance.users.count - 1])
    live.specs.hasAccess = false
    try portInUse(live)
    live.specs.version = "11"
    try refused(live, "there is no PostgreSQL 11 on this host; found: 15")
    live.specs.version = "15"
    try otherHost(live)
    try foreignDirectories(live)
    live.specs.local = ["binaries: /nowhere"]
    try refused(live, "there is no PostgreSQL 15 on `/nowhere`")
  }

  private func refused(_ live: LocalInstance, _ words: String, at location: SourceLocation = #_sourceLocation)
    throws
  {
    let before = try everything(live)
    let plan = try live.holdfast("plan", exits: 1, at: location)
    #expect(plan.contains(words), "\(plan)", sourceLocation: location)
    let applied = try live.holdfast(
      "apply", "--yes", "--allow", "create-instance=instance/orders", exits: 1, at: location)
    #expect(applied.contains(words), "\(applied)", sourceLocation: location)
    #expect(try everything(live) == before, "something was left behind", sourceLocation: location)
  }

  private func everything(_ live: LocalInstance) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: live.path).sorted()
  }

  private func portInUse(_ live: LocalInstance) throws {
    let script =
      "import socket,time; s=socket.socket(); s.bind(('127.0.0.1', \(live.port))); s.listen(); print('ready', flush=True); time.sleep(100)"
    let listener = try ChildProcess(
      ["/usr/bin/python3", "-c", script], in: live.path, environment: ChildProcess.environment)
    try listener.waitForOutput("ready")
    live.specs.local = ["listen_addresses: 127.0.0.1"]
    try refused(live, "port \(live.port) is in use by another program")
    _ = try listener.killAndReap()
    live.specs.local = []
  }

  private func otherHost(_ live: LocalInstance) throws {
    live.specs.hostname = "elsewhere.example.net"
    for command in ["plan", "drift"] {
      let skipped = try live.holdfast(command)
      #expect(skipped.contains("platform here is the host elsewhere.example.net, and this is"), "\(skipped)")
      #expect(skipped.contains("1 instance of other hosts left alone"), "\(skipped)")
    }
    try live.holdfast("apply", "--yes", "--allow", "create-instance=instance/orders")
    #expect(!live.exists(live.specs.dataDirectory))
    live.specs.hostname = "localhost"
  }

  private func foreignDirectories(_ live: LocalInstance) throws {
    let data = live.specs.dataDirectory
    try live.shell("mkdir -p \(data) && echo 'Dear all' >\(data)/letter")
    try refused(live, "`\(data)` exists and holds no PostgreSQL cluster")
    try live.shell("rm -r \(live.path)/pg && mkdir \(live.path)/locked && chmod 500 \(live.path)/locked")
    live.specs.dataDirectory = "\(live.path)/locked/orders"
    try refused(live, "the data directory can't be made")
    live.specs.dataDirectory = data
  }
}
