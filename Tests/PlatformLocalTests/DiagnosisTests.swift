import Diagnostics
import Model
import PlatformKit
import Testing

@testable import PlatformLocal

struct DiagnosisTests {
  private func messages(
    _ instance: DesiredInstance, _ observed: Observed = Observed(presence: .absent),
    on host: LocalHost = Samples.host
  ) -> [String] {
    LocalStepPlanner(host: host).diagnose(instance, observed: observed, sources: SourceMap()).map(\.message)
  }

  private func running(_ version: String) -> Observed {
    Observed(presence: .running, version: ServerVersion(version))
  }

  @Test func whatIsRightIsSilent() {
    #expect(messages(Samples.instance { $0.backup = Samples.backup() }).isEmpty)
    #expect(messages(Samples.instance(), running("15.20")).isEmpty)
  }

  @Test(arguments: [
    ("16", "15.20", "not supported"), ("15", "16.4", "downgrade"), ("15.30", "15.20", "newer packages"),
  ])
  func versionsAreNeverForced(wanted: String, found: String, hint: String) throws {
    let instance = Samples.instance { $0.version = VersionConstraint(wanted) }
    let diagnostics = LocalStepPlanner(host: Samples.host).diagnose(
      instance, observed: running(found), sources: SourceMap())
    #expect(diagnostics.count == 1)
    #expect(diagnostics.first?.hint?.contains(hint) == true)
  }

  @Test func aMissingVersionNamesWhatIsThere() {
    let instance = Samples.instance { $0.version = VersionConstraint("17") }
    #expect(
      messages(instance) == [
        "there is no PostgreSQL 17 on this host; found: 16.4 in /usr/lib/postgresql/16/bin, 15.20 in /usr/lib/postgresql/15/bin"
      ])
  }

  @Test func theSiteIsLookedAtBefore() {
    var host = Samples.host
    var site = Site()
    (site.portIsTaken, site.dataDirectoryProblem, site.repositoryProblem) = (true, "x", "y")
    host.sites["orders"] = site
    let instance = Samples.instance { $0.backup = Samples.backup() }
    #expect(messages(instance, on: host).count == 3)
    #expect(messages(Samples.instance { $0.state = .absent }, on: host).isEmpty)
  }

  @Test func backupsThatCantWork() {
    var host = Samples.host
    host.pgBackRest = nil
    let instance = Samples.instance {
      $0.backup = Samples.backup()
      $0.backup?.configuration.retain = TimeSpan("12h")
      $0.parameters.values = [
        "wal_level": DesiredParameter(value: .scalar("minimal"), document: Address(["parameters", "p"])),
        "a\nb": DesiredParameter(value: .scalar("1"), document: Address(["parameters", "p"])),
      ]
      $0.local?.dataDirectory = "/srv/" + String(repeating: "x", count: 100)
    }
    #expect(messages(instance, on: host).count == 5)
  }

  @Test func aRepositoryKeepsItsCipher() throws {
    var observed = running("15.20")
    let plain = Samples.instance { $0.backup = Samples.backup(cipher: nil) }
    let encrypted = Samples.instance { $0.backup = Samples.backup() }
    observed.backup = BackupState(
      file: .differs, fileText: "[global]\nrepo1-path=/backup/orders\n", stanza: .ready)
    #expect(messages(encrypted, observed).count == 1)
    #expect(messages(plain, observed).isEmpty)
    observed.backup?.stanza = .absent
    #expect(messages(encrypted, observed).isEmpty)
  }

  @Test(
    arguments: [
      (UInt32(0), nil, true), (0, "postgres", true), (0, "alice", false), (0, "root", false),
      (1000, nil, true),
      (1000, "alice", true), (1000, "postgres", false), (1000, "nobody-here", false),
    ] as [(UInt32, String?, Bool)])
  func nobodyElseIsActedAs(invoker: UInt32, runAs: String?, isAllowed: Bool) {
    let alice = OSUser(name: "alice", uid: 1000, gid: 1000, home: "/home/alice")
    let root = OSUser(name: "root", uid: 0, gid: 0, home: "/root")
    var host = LocalHost(names: ["db1"], invokingUser: invoker == 0 ? root : alice)
    host.users = ["postgres": Samples.postgres, "alice": alice, "root": root]
    var instance = Samples.instance()
    instance.platform.kind = .local(hostname: "db1", runAs: runAs)
    #expect(((try? host.runAs(instance)) != nil) == isAllowed)
  }

  @Test(arguments: [
    ("db1", true), ("DB1.", true), ("localhost", true), ("db2", false), ("db1.example.net", false),
  ])
  func otherHostsAreSkipped(hostname: String, isOurs: Bool) {
    var instance = Samples.instance()
    instance.platform.kind = .local(hostname: hostname, runAs: nil)
    #expect((Samples.host.reasonToSkip(instance) == nil) == isOurs)
  }
}
