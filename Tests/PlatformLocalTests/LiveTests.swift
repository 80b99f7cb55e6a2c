import Diagnostics
import Glibc
import Model
import NativeClients
import Planner
import PlatformKit
import TestServers
import Testing

@testable import PlatformLocal

@Suite(.serialized) struct LiveLocalTests {
  @Test func anInstanceIsMadeChangedStoppedAndRemoved() async throws {
    let live = try await LiveInstance()
    #expect(try await live.observe().presence == .absent)
    #expect(try await live.observe().evidence.isEmpty)

    var observed = try await live.create()
    #expect(observed.presence == .running)
    #expect(observed.host?.isOurs == true)
    #expect(observed.host?.includesLayer == true)
    #expect(observed.layer == live.planner.derivedParameters(for: live.desired))
    #expect(observed.parameters["port"]?.running == "\(live.desired.localSettings.port)")
    #expect(observed.capabilities.isSuperuser)
    #expect(observed.dataBytes ?? 0 > 1_000_000)
    #expect(try live.psql("SHOW data_checksums") == "on\n")

    observed = try await live.apply([
      .setParameter(name: "work_mem", value: "64MB"), .setParameter(name: "max_connections", value: "40"),
      .reload,
    ])
    #expect(observed.parameters["work_mem"]?.running == "65536")
    #expect(observed.parameters["max_connections"]?.pendingRestart == true)
    observed = try await live.apply([.restart])
    #expect(observed.parameters["max_connections"]?.running == "40")

    let before = try await live.observe()
    let role = Edit.createRole(name: "orders_owner", attributes: RoleAttributes())
    observed = try await live.apply([role])
    #expect(observed.roles["orders_owner"] != nil)
    #expect(observed.systemIdentifier == before.systemIdentifier)
    observed = try await live.apply([.createDatabase(name: "orders", owner: "orders_owner")])
    #expect(observed.databases["orders"]?.owner == "orders_owner")

    _ = try live.psql("ALTER SYSTEM SET work_mem = '1MB'")
    #expect(try await live.observe().masks == ["work_mem": "1MB"])

    observed = try await live.apply([.stopInstance])
    #expect(observed.presence == .stopped)
    #expect(observed.version?.major == 15)
    observed = try await live.apply([.removeInstance])
    #expect(observed.presence == .absent)
    #expect(observed.evidence.count == 1)
  }

  /// Root looks for programs where specs and `PATH` say; what others may have put there is left alone.
  @Test func programsOfOthersAreNotRun() async throws {
    guard geteuid() == 0 else { return }
    let live = try await LiveInstance()
    let trap = try TemporaryDirectory(owner: TestServers.OSUser(named: "nobody"))
    let bin = trap.path + "/bin"
    let script = "#!/bin/sh\nid -u >>\(trap.path)/ran\n"
    for name in ["postgres", "initdb", "pg_ctl", "pgbackrest"] { try trap.write(script, to: "bin/\(name)") }
    _ = try ChildProcess.check(["/bin/chmod", "-R", "a+rwX,a+x", trap.path])
    live.desired.local?.binaries = bin
    for runAs in [nil, "nobody", "nobody-here"] {
      live.desired.platform.kind = .local(hostname: "localhost", runAs: runAs)
      let host = try await LocalHost.discover(
        for: [live.desired], files: LocalFiles(), runner: ChildProcessRunner(), searchPath: [bin])
      #expect(host.namedInstallations.isEmpty)
      #expect((host.refusedPrograms[bin] != nil) == (runAs == nil))
      #expect(host.pgBackRest?.hasPrefix(bin) != true)
      #expect(access(trap.path + "/ran", F_OK) != 0)
      let messages = LocalStepPlanner(host: host).diagnose(
        live.desired, observed: Observed(presence: .absent), sources: SourceMap()
      ).map(\.message)
      #expect(runAs != nil || messages.contains { $0.contains("is not used: ") })
    }
  }

  /// A data directory whose owner put links in it shows nothing of what only root may read.
  @Test func linksInADataDirectoryAreNotFollowed() async throws {
    guard geteuid() == 0 else { return }
    let live = try await LiveInstance()
    _ = try await live.create()
    try await live.apply([.stopInstance])
    let secret = try live.directory.write("pin = hidden\n", to: "secret")
    _ = try ChildProcess.check(["/bin/chmod", "600", secret])
    for name in ["holdfast.conf", "postgresql.auto.conf", "postgresql.conf", "PG_VERSION"] {
      let file = "\(live.paths.dataDirectory)/\(name)"
      _ = try live.shell("mv \(file) \(file).kept && ln -s \(secret) \(file)")
      await #expect { try await live.observe() } throws: { failure in
        let text = "\(failure)"
        return text.contains("symbolic link") && text.contains(name) && !text.contains("hidden")
      }
      _ = try live.shell("mv \(file).kept \(file)")
    }
    #expect(try await live.observe().presence == .stopped)
  }

  @Test(arguments: [15, 16, 18])
  func aFreshClusterIsAsItWasAssumed(major: Int) async throws {
    guard PostgresBinaries.directory(major: major) != nil else { return }
    let live = try await LiveInstance(major: major)
    let observed = try await live.create()
    let assumed = live.planner.pristine(for: live.desired)
    #expect(observed.roles == assumed.roles)
    #expect(observed.memberships == assumed.memberships)
    #expect(observed.databases.mapValues(\.owner) == assumed.databases.mapValues(\.owner))
    #expect(observed.databases.mapValues(\.acl) == assumed.databases.mapValues(\.acl))
    #expect(observed.capabilities == assumed.capabilities)
    #expect(Set(observed.parameters.keys) == Set(assumed.parameters.keys))
    for (name, state) in observed.parameters
    where state.definition.bootValue == assumed.parameters[name]?.definition.bootValue {
      #expect(state.definition == assumed.parameters[name]?.definition)
    }
  }

  @Test func backupsAreTakenAndWatched() async throws {
    let live = try await LiveInstance()
    live.addBackups()
    guard live.host.pgBackRest != nil, let backup = live.desired.backup else { return }
    var observed = try await live.apply([.configureBackup(backup.configuration)])
    #expect(observed.backup?.file == .matches)
    #expect(observed.backup?.fileText?.contains("hush-hush") == false)
    _ = try live.shell("chmod 0644 \(live.paths.backupConfiguration)")
    #expect(try await live.observe().backup?.file == .differs)
    _ = try live.shell("chmod 0600 \(live.paths.backupConfiguration)")
    observed = try await live.create()
    #expect(observed.backup?.stanza == .absent)

    observed = try await live.apply([.createStanza])
    #expect(observed.backup?.stanza == .ready)
    #expect(observed.backup?.backups.isEmpty == true)
    observed = try await live.apply([.takeBackup(kind: .full)])
    #expect(observed.backup?.newest(.full) != nil)
    #expect(observed.backup?.archiverFailure == nil)
    for _ in 0..<3 { try await archive(live) }
    observed = try await live.observe()
    #expect(observed.backup?.missingWAL == [])

    _ = try live.shell(
      "ls repository/archive/orders/15-1/0000000100000000/*-* | tail -n 2 | head -n 1 | xargs rm")
    observed = try await live.observe()
    #expect(observed.backup?.missingWAL.count == 1)

    try await wrongCipher(live)
    try await newClusterTakesOver(live)
  }

  private func archive(_ live: LiveInstance) async throws {
    _ = try live.psql("SELECT pg_create_restore_point('something to archive')")
    let name = try live.psql("SELECT pg_walfile_name(pg_switch_wal())").prefix(24)
    for _ in 0..<100 {
      if try live.psql("SELECT last_archived_wal FROM pg_stat_archiver").prefix(24) >= name { return }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  /// A key that the file doesn't hold differs; a file with a wrong key can't read the repository.
  private func wrongCipher(_ live: LiveInstance) async throws {
    live.desired.backup?.configuration.cipher = .environment(variable: "OTHER")
    var observed = try await live.observe()
    #expect(observed.backup?.file == .differs)
    let mistakes = live.planner.diagnose(live.desired, observed: observed, sources: SourceMap())
    #expect(mistakes.contains { $0.message.contains("encrypted with another passphrase") })
    live.desired.backup?.configuration.cipher = .environment(variable: "CIPHER")
    let file = live.paths.backupConfiguration
    _ = try live.shell("cp \(file) kept && sed -i 's/hush-hush/wrong/' \(file)")
    observed = try await live.observe()
    guard case .unreadable(let message)? = observed.backup?.stanza else {
      Issue.record("\(String(describing: observed.backup?.stanza))")
      return
    }
    #expect(message.contains("code 99"))
    _ = try live.shell("mv kept \(file)")
  }

  private func newClusterTakesOver(_ live: LiveInstance) async throws {
    try await live.apply([.stopInstance])
    var observed = try await live.apply([.removeInstance])
    #expect(observed.evidence.count == 3)
    #expect(observed.backup?.stanza == .ready)
    live.desired.fresh = true
    observed = try await live.create()
    #expect(observed.backup?.stanza == .absent)
    #expect(observed.backup?.earlierStanza != nil)
    observed = try await live.apply([.createStanza])
    #expect(observed.backup?.stanza == .ready)
    #expect(observed.backup?.backups.isEmpty == true)
    try await live.apply([.stopInstance])
  }

  @Test func oneRunAtATimeAndOnlyWhatIsOurs() async throws {
    let live = try await LiveInstance()
    let first = try await live.open()
    await #expect(throws: LockFailure.self) { try await live.open() }
    await #expect(throws: ApplyFailure.self) {
      try await first.perform(.file(.removeTree(path: live.directory.path)))
    }
    await #expect(throws: ApplyFailure.self) {
      try await first.perform(.file(.removeTree(path: live.paths.sidecar + "/../orders")))
    }
    _ = try live.shell("mkdir orders && touch orders/mine")
    await #expect(throws: ApplyFailure.self) {
      try await first.perform(.file(.move(from: live.paths.dataDirectory, to: live.paths.removed)))
    }
    await #expect(throws: ObservationFailure.self) { try await live.observe() }
    await first.finish()
    await (try live.open()).finish()
  }

  @Test func foreignClustersAndTakenPortsAreSeenBefore() async throws {
    let live = try await LiveInstance()
    let observed = try await live.create()
    _ = try live.shell("rm orders/holdfast.conf")
    #expect(try await live.observe().host?.isOurs == false)
    live.desired.local?.systemIdentifier = observed.systemIdentifier
    #expect(try await live.observe().host?.isOurs == true)
    live.desired.local?.systemIdentifier = "1"
    await #expect(throws: ObservationFailure.self) { try await live.observe() }

    let port = live.desired.localSettings.port
    let other = try await LiveInstance()
    other.desired.local?.port = port
    other.desired.local?.socketDirectory = live.paths.socketDirectory
    try await other.lookAround()
    let mistakes = other.planner.diagnose(
      other.desired, observed: try await other.observe(), sources: SourceMap())
    #expect(mistakes.map(\.message) == ["port \(port) is in use by another program"])
    other.desired.version = VersionConstraint("19")
    #expect(
      other.planner.diagnose(other.desired, observed: try await other.observe(), sources: SourceMap()).count
        == 2)
    live.desired.local?.systemIdentifier = observed.systemIdentifier
    try await live.apply([.stopInstance])
  }

  @Test func aServerThatCantStartSaysWhy() async throws {
    let live = try await LiveInstance()
    _ = try await live.create()
    try await live.apply([.setParameter(name: "shared_preload_libraries", value: "no_such_library")])
    let failure = await #expect(throws: ApplyFailure.self) { try await live.apply([.restart]) }
    #expect(failure?.message.contains("no_such_library") == true)
    try await live.apply([.setParameter(name: "shared_preload_libraries", value: "")])
    #expect(try await live.apply([.startInstance]).presence == .running)
    try await live.apply([.stopInstance])
  }

  @Test func aClusterOfSomebodyElsesIsAdopted() async throws {
    let cluster = try await TestCluster.start(major: 15)
    let live = try await LiveInstance()
    live.desired.local?.dataDirectory = cluster.dataDirectory
    live.desired.local?.port = cluster.port
    live.desired.local?.socketDirectory = cluster.socketDirectory
    live.desired.connect.user = cluster.superuser
    var observed = try await live.observe()
    #expect(observed.host?.isOurs == false)
    #expect(observed.roles.isEmpty)
    live.desired.local?.systemIdentifier = observed.systemIdentifier
    observed = try await live.observe()
    #expect(observed.host?.includesLayer == false)
    #expect(!observed.roles.isEmpty)
    observed = try await live.apply([.includeLayer, .setParameter(name: "work_mem", value: "64MB"), .reload])
    #expect(observed.host?.includesLayer == true)
    #expect(observed.layer == ["work_mem": "64MB"])
    #expect(observed.parameters["work_mem"]?.running == "65536")
    observed = try await live.apply([.restart])
    #expect(observed.presence == .running)
  }
}
