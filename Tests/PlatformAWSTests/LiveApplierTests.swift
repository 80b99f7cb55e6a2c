import AWSWire
import HTTP
import Model
import NativeClients
import Planner
import PlatformAWS
import PlatformKit
import Simulator
import TestServers
import Testing
import XML

/// The life of instances, by the planner's operations through the applier, with the stand-in as RDS.
@Suite struct LiveApplierTests {
  /// What RDS says of an instance, as text by member.
  private struct Look {
    let client: AWSClient

    func instance(_ name: String = "orders") async throws -> XMLElement? {
      do throws(AWSFailure) {
        let call = AWSCall.rds("DescribeDBInstances", AWSFields(["DBInstanceIdentifier": name]))
        return try await client.call(call, isWrite: false).list("DBInstances").first
      } catch {
        guard error.code == "DBInstanceNotFound" else { throw error }
        return nil
      }
    }

    func waitUntil(_ what: String, _ isSo: (XMLElement?) -> Bool) async throws {
      for _ in 0..<200 {
        if isSo(try await instance()) { return }
        try await Task.sleep(for: .milliseconds(50))
      }
      throw TestFailure("never seen: \(what), but \(String(describing: try await instance()))")
    }
  }

  private struct World {
    let standIn: RDSStandIn
    let bench: Bench
    let look: Look
    let applier: any Applier
    var instance: DesiredInstance
    var observed = Observed(presence: .absent)

    init(_ instance: DesiredInstance) async throws {
      standIn = try await RDSStandIn.start()
      try standIn.control("timing", #"{"all": 0.1}"#)
      // Pauses of seconds are of no use where everything takes a tenth of one.
      let system = RetryClock.system
      let quick = RetryClock(
        now: system.now,
        sleep: { (_: Duration) async throws(CancellationError) in try await system.sleep(.milliseconds(50)) },
        random: system.random)
      bench = try Bench(CurlClient(), environment: standIn.environment, clock: quick)
      let clients = AWSAccountClients(Samples.account, bench.surroundings)
      look = Look(client: try await clients.client())
      applier = try await bench.source.lockAndOpen(instance, run: "r1")
      self.instance = instance
    }

    mutating func apply(_ edits: [Edit]) async throws {
      let planner = AWSStepPlanner()
      var simulator = Simulator(observed, pristine: planner.pristine(for: instance), now: Timestamp(seconds: 0))
      simulator.apply(edits)
      let operations = planner.operations(for: edits, of: instance, before: observed, after: simulator.observed)
      for operation in operations { try await applier.perform(operation) }
      observed = simulator.observed
    }

    func end() async throws {
      await applier.finish()
      #expect(try await standIn.validateRequests().isEmpty)
      #expect(try standIn.problems() == #"{"problems": []}"#)
      try standIn.stop()
    }
  }

  private static var wanted: DesiredInstance {
    var instance = Samples.instance([
      .instanceClass: "db.t4g.medium", .storageSize: "100", .storageType: "gp3", .masterUser: "postgres",
      .backupRetention: "7", .multiAZ: "false",
    ])
    instance.labels = ["team": "orders"]
    instance.parameters.values = [:]
    return instance
  }

  private static let group = ParameterGroup(name: "holdfast-orders-postgres16", family: "postgres16")

  @Test func anInstanceIsMadeChangedRestartedAndDeleted() async throws {
    var world = try await World(Self.wanted)
    let look = world.look
    try await world.apply([.createParameterGroup(Self.group)])
    try await world.apply([.createInstance(version: ServerVersion(major: 16, minor: 4))])
    try await look.waitUntil("available") { $0?.text("DBInstanceStatus") == "available" }
    #expect(try await look.instance()?.text("EngineVersion") == "16.4")

    // The restart right after finds it busy, and waits.
    try await world.apply([.setManaged(member: nil, values: [.instanceClass: "db.m6g.large"], moment: .now)])
    try await world.apply([.restart])
    try await look.waitUntil("the class") { $0?.text("DBInstanceClass") == "db.m6g.large" }

    try await look.waitUntil("available") { $0?.text("DBInstanceStatus") == "available" }
    try await world.apply([.setManaged(member: nil, values: [.multiAZ: "true"], moment: .window)])
    try await look.waitUntil("pending") { $0?["PendingModifiedValues"]?.text("MultiAZ") == "true" }
    #expect(try await look.instance()?.text("MultiAZ") == "false")

    world.observed.systemIdentifier = try await look.instance()?.text("DbiResourceId")
    try await world.apply([.removeInstance])
    try await look.waitUntil("gone") { $0 == nil }
    try await world.end()
  }

  @Test func parametersTagsAndSnapshotsArrive() async throws {
    var world = try await World(Self.wanted)
    try await world.apply([.createParameterGroup(Self.group)])
    try await world.apply([.createParameterGroup(Self.group)])
    try await world.apply([.createInstance(version: ServerVersion(major: 16, minor: 4))])
    try await world.look.waitUntil("available") { $0?.text("DBInstanceStatus") == "available" }
    for (name, kind, context) in [
      ("work_mem", ParameterDefinition.Kind.integer, ParameterDefinition.Context.sighup),
      ("max_connections", .integer, .postmaster), ("log_connections", .bool, .sighup),
    ] {
      world.observed.parameters[name] = ParameterState(
        definition: ParameterDefinition(kind: kind, context: context, unit: name == "work_mem" ? "kB" : nil),
        running: nil)
    }
    try await world.apply([
      .setParameter(name: "work_mem", value: "64MB"), .setParameter(name: "max_connections", value: "200"),
      .setParameter(name: "log_connections", value: "on"),
    ])
    try await world.apply([.setParameter(name: "log_connections", value: nil)])
    try await world.apply([.setTag(name: "tier", value: "1"), .setTag(name: "team", value: nil)])
    try await world.apply([.takeBackup(kind: .full)])
    let set = try await world.look.client.pages(
      AWSPages(
        .rds("DescribeDBParameters", AWSFields(["DBParameterGroupName": Self.group.name, "Source": "user"])),
        items: ["Parameters"]))
    let values = Dictionary(
      set.map { ($0.text("ParameterName") ?? "", $0.text("ParameterValue") ?? "") }
    ) { first, _ in first }
    #expect(values == ["work_mem": "65536", "max_connections": "200"])
    let tags = try await world.look.instance()?.list("TagList").map { $0.text("Key") }
    #expect(tags == ["tier"])
    let snapshots = try await world.look.client.pages(
      AWSPages(.rds("DescribeDBSnapshots", AWSFields(["SnapshotType": "manual"])), items: ["DBSnapshots"]))
    #expect(snapshots.map { $0.text("DBSnapshotIdentifier") } == ["holdfast-orders-20261119030000"])
    try await world.end()
  }
}
