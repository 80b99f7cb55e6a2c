import AWSWire
import Glibc
import HTTP
import Model
import NativeClients
import PlatformKit
import SQL
import TestServers
import Testing
import XML

@testable import PlatformAWS

/// Observing an account of RDS that a stand-in plays.
@Suite struct FleetTests {
  @Test(.timeLimit(.minutes(3))) func readsAFleetByPage() async throws {
    let standIn = try await RDSStandIn.start()
    try standIn.control("timing", #"{"all": 0}"#)
    let account = Account(standIn)
    for number in 0..<5 { try await account.makeGroup("shared-\(number)", ["work_mem": "65536"]) }
    for number in 0..<12 { try await account.makeInstance("orders-\(number)", group: "shared-\(number % 5)") }
    try await account.makeCluster("ledger", members: ["ledger-1", "ledger-2"])
    try standIn.control("finish")

    var fleet = (0..<12).map { instance("orders-\($0)", sharing: "shared-\($0 % 5)") }
    fleet.append(cluster("ledger", ["ledger-1", "ledger-2"]))
    let before = try standIn.actions().count
    await account.observer.prepare(for: fleet, at: now)
    for one in fleet {
      let observed = try await account.observer.observe(one, at: now)
      #expect(observed.presence == .running)
      #expect(observed.managed?.isSettled == true)
      #expect(observed.systemIdentifier?.isEmpty == false)
    }
    let requests = try standIn.actions().dropFirst(before)
    #expect(requests.count <= 12, "\(requests)")
    #expect(try await standIn.validateRequests() == [])

    let one = try await account.observer.observe(fleet[3], at: now)
    #expect(one.layer == ["work_mem": "64MB"])
    #expect(one.parameters["work_mem"]?.running == "65536")
    #expect(one.parameters["work_mem"]?.definition.unit == "kB")
    #expect(one.managed?.group == ParameterGroup(name: "shared-3", family: "postgres16"))
    #expect(one.managed?.settings.values[.storageSize] == "20")
    #expect(try standIn.actions().dropFirst(before + requests.count).count <= 3)

    let aurora = try await account.observer.observe(fleet[12], at: now)
    #expect(aurora.managed?.members?.keys.sorted() == ["ledger-1", "ledger-2"])
    #expect(aurora.managed?.members?.values.count { $0.isWriter } == 1)
    #expect(aurora.managed?.engine == "aurora-postgresql")
    #expect(try standIn.problems() == #"{"problems": []}"#)
  }

  @Test(.timeLimit(.minutes(3))) func neverTakesAFailureForAbsence() async throws {
    let standIn = try await RDSStandIn.start()
    let account = Account(standIn)
    try standIn.control("faults", #"{"kind": "access-denied", "action": "DescribeDBInstances", "times": 1}"#)
    let failure = await account.failure(of: instance("orders"))
    #expect(failure?.message.contains("DescribeDBInstances") == true, "\(failure?.message ?? "none")")

    let absent = try await account.observer.observe(instance("orders"), at: now)
    #expect(absent.presence == .absent)
    #expect(absent.version?.major == 16)
    #expect(absent.evidence == [])

    try standIn.control("timing", #"{"all": 0}"#)
    try await account.makeInstance("orders", group: nil)
    try standIn.control("finish")
    try standIn.control("vanish", #"{"instance": "orders"}"#)
    try standIn.control("faults", #"{"kind": "access-denied", "action": "DescribeEvents", "times": 1}"#)
    let untold = await account.failure(of: instance("orders"))
    #expect(untold?.message.contains("DescribeEvents") == true, "\(untold?.message ?? "none")")
    let gone = try await account.observer.observe(instance("orders"), at: now)
    #expect(!gone.evidence.isEmpty)
  }

  @Test(.timeLimit(.minutes(2))) func refusesAnotherAccount() async throws {
    let standIn = try await RDSStandIn.start()
    let account = Account(standIn, number: "000000000001")
    let failure = await account.failure(of: instance("orders"))
    #expect(failure?.message.contains("000000000001") == true)
    #expect(failure?.message.contains("123456789012") == true)
    #expect(try standIn.actions() == [])
  }

  @Test(.timeLimit(.minutes(2))) func refusesARenameThatIsAmbiguous() async throws {
    let standIn = try await RDSStandIn.start()
    try standIn.control("timing", #"{"all": 0}"#)
    let account = Account(standIn)
    try await account.makeInstance("old", group: nil)
    var renamed = instance("new")
    renamed.renamedFrom = "old"
    #expect(try await account.observer.observe(renamed, at: now).managed?.identifier == "old")
    try await account.makeInstance("new", group: nil)
    let failure = await account.failure(of: renamed)
    #expect(failure?.message.contains("renamed from") == true)
  }

  @Test(.timeLimit(.minutes(3))) func looksInsideAtTheEndpoint() async throws {
    let standIn = try await RDSStandIn.start()
    let server = try await TestCluster.start(
      major: 16, hba: "local all all trust\nhost all all 127.0.0.1/32 trust\n")
    _ = try server.psql("CREATE ROLE app LOGIN")
    try standIn.control("timing", #"{"all": 0}"#)
    let account = Account(standIn)
    try await account.makeInstance("orders", group: nil)
    try standIn.control("finish")
    try standIn.control("endpoint", #"{"instance": "orders", "address": "127.0.0.1", "port": \#(server.port)}"#)
    var wanted = instance("orders")
    (wanted.connect.user, wanted.connect.tls) = ("postgres", .disable)
    #expect(try await account.observer.observe(wanted, at: now).roles.isEmpty)
    wanted.databases["postgres"] = DesiredDatabase()
    wanted.parameters.values = ["work_mem": Self.workMemory]
    let observed = try await account.observer.observe(wanted, at: now)
    #expect(observed.roles["app"] != nil)
    #expect(observed.databases["postgres"] != nil)
    #expect(observed.capabilities.isSuperuser)
    #expect(observed.layer == [:])
    #expect(observed.parameters["work_mem"]?.running == nil)
    #expect(observed.managed?.group == nil)

    // Without a word about it, the server has to prove who it is.
    wanted.connect.tls = nil
    let failure = await account.failure(of: wanted)
    #expect(failure?.message.contains("SSL") == true, "\(failure?.message ?? "none")")
    try server.stop()
  }

  private let now = Timestamp(seconds: 1_795_370_400)

  private func instance(_ name: String, sharing group: String? = nil) -> DesiredInstance {
    var instance = Samples.instance(group.map { [.parameterGroup: $0] } ?? [:])
    instance.name = name
    instance.managed?.identifier = name
    if group != nil { instance.parameters.values = ["work_mem": Self.workMemory] }
    return instance
  }

  private static let workMemory = DesiredParameter(value: .scalar("64MB"), document: .instance("oltp"))

  private func cluster(_ name: String, _ members: [String]) -> DesiredInstance {
    var instance = Samples.instance(members: Dictionary(uniqueKeysWithValues: members.map { ($0, [:]) }))
    instance.name = name
    instance.managed?.identifier = name
    return instance
  }
}

/// An account of the stand-in, with what observes it.
private struct Account {
  let observer: AWSObserver
  private let clients: AWSAccountClients

  init(_ standIn: RDSStandIn, number: String = RDSStandIn.account) {
    var account = AWSAccount(region: RDSStandIn.region, account: number)
    account.endpoints = [:]
    let surroundings = AWSSurroundings(
      environment: standIn.environment, files: LocalFiles(), http: CurlClient(), xml: ExpatReader(),
      hashing: LibcryptoHashing(), now: { Timestamp(seconds: Int(time(nil))) }, clock: .system)
    clients = AWSAccountClients(account, surroundings)
    let secrets = FixedSecrets()
    observer = AWSObserver(
      fleet: AWSFleet(clients), clients: clients, connector: LibPQConnector(), secrets: secrets, judge: NoJudge())
  }

  func failure(of instance: DesiredInstance) async -> ObservationFailure? {
    do {
      _ = try await observer.observe(instance, at: Timestamp(seconds: 1_795_370_400))
      return nil
    } catch { return error }
  }

  func makeGroup(_ name: String, _ values: [String: String]) async throws {
    try await write(
      "CreateDBParameterGroup",
      ["DBParameterGroupName": name, "DBParameterGroupFamily": "postgres16", "Description": "of a test"])
    for (index, value) in values.sorted(by: { $0.key < $1.key }).enumerated() {
      let prefix = "Parameters.Parameter.\(index + 1)"
      try await write(
        "ModifyDBParameterGroup",
        [
          "DBParameterGroupName": name, "\(prefix).ParameterName": value.key, "\(prefix).ParameterValue": value.value,
          "\(prefix).ApplyMethod": "immediate",
        ])
    }
  }

  func makeInstance(_ name: String, group: String?) async throws {
    var fields = [
      "DBInstanceIdentifier": name, "Engine": "postgres", "EngineVersion": "16.4", "DBInstanceClass": "db.t4g.medium",
      "AllocatedStorage": "20", "MasterUsername": "postgres", "MasterUserPassword": "not-a-secret-1",
    ]
    fields["DBParameterGroupName"] = group
    try await write("CreateDBInstance", fields)
  }

  func makeCluster(_ name: String, members: [String]) async throws {
    try await write(
      "CreateDBCluster",
      [
        "DBClusterIdentifier": name, "Engine": "aurora-postgresql", "EngineVersion": "16.4",
        "MasterUsername": "postgres", "MasterUserPassword": "not-a-secret-1",
      ])
    for member in members {
      try await write(
        "CreateDBInstance",
        [
          "DBInstanceIdentifier": member, "DBClusterIdentifier": name, "Engine": "aurora-postgresql",
          "DBInstanceClass": "db.r6g.large",
        ])
    }
  }

  private func write(_ action: String, _ texts: [String: String]) async throws {
    var fields = AWSFields()
    for (name, text) in texts { fields.set(name, text) }
    _ = try await clients.client().call(.rds(action, fields), isWrite: true)
  }
}

private struct NoJudge: PasswordJudge {
  func judge(verifier: String?, reference: SecretRef) async -> PasswordState { .unknown(because: "nobody judges") }
}
