import Diagnostics
import Execution
import Model
import NativeClients
import PlanLaws
import Planner
import PlatformKit
import Simulator
import SpecText
import Testing

@testable import Commands

@Suite("Importing what lies inside a server") struct ServerImportTests {
  @Test(arguments: 0..<400 as Range<UInt64>)
  func whatIsWrittenReadsWellAndItsFirstPlanIsEmpty(seed: UInt64) async throws {
    let server = randomServer(seed: seed)
    let written = files(of: server)
    let proof = await proof(of: written, against: server.observed)
    let text = written.files.map(\.text).joined(separator: "---\n")
    #expect(proof.mistakes.map(\.message) == [], "\(text)")
    #expect(proof.diagnostics.filter { $0.severity == .error }.map(\.message) == [], "\(text)")
    #expect(proof.plan.notPlanned == [] && proof.plan.instances.count == 1, "\(text)")
    // What awaits a reload or a restart gets it by the first plan: nobody imported that.
    let changes = proof.plan.instances.flatMap(\.changes).filter { $0.action != .run }
    #expect(changes == [], "\(text)")
    var again = server
    again.observed = server.observed.reordered
    #expect(files(of: again).files == written.files, "whatever order dictionaries have")
  }

  /// What is asked of a server that has nothing but its objects and roles makes it what it was, but for what was told.
  @Test(arguments: 0..<400 as Range<UInt64>)
  func whatIsWrittenMakesTheServerAnew(seed: UInt64) async throws {
    let server = randomServer(seed: seed)
    let written = files(of: server)
    let proof = await proof(of: written, against: server.observed.withoutAccess)
    let steps = proof.plan.instances.flatMap(\.steps)
    var simulator = Simulator(
      server.observed.withoutAccess, pristine: pristineCluster(version: server.version), now: noon)
    for step in steps { simulator.apply(step.work.edits) }
    let isWhole = !written.remarks.contains { $0.hasPrefix("Left out:") }
    let lost = server.observed.access.subtracting(simulator.observed.access)
    #expect(lost.isEmpty || !isWhole, "\(lost.sorted())\n\(written.files.map(\.text).joined(separator: "---\n"))")
    let gained = simulator.observed.access.subtracting(server.observed.access)
    #expect(gained.isEmpty || !isWhole, "\(gained.sorted())\n\(written.files.map(\.text).joined(separator: "---\n"))")
  }

  private let noon = Timestamp(seconds: 1_794_000_000)

  private func randomServer(seed: UInt64) -> ImportedServer {
    var random = SeededRandom(seed: seed)
    let observed = randomObserved(&random)
    var simulator = Simulator(observed, pristine: pristineCluster(version: ServerVersion(major: 15)), now: noon)
    for (old, new) in [("amy", "PUBLIC"), ("bob", "line\nbreak"), ("carol", "null"), ("dan d", "a.b ${instance}")]
    where observed.roles[old] != nil && random.chance(15) {
      simulator.apply([.renameRole(from: old, to: new)])
    }
    var connect = ConnectSettings()
    (connect.host, connect.user) = ("db1.example.net", "postgres")
    return ImportedServer(name: "db1", observed: simulator.observed, connect: connect)
  }

  private func files(of server: ImportedServer) -> ServerFiles {
    let context = ImportContext(platform: DesiredPlatform(name: "servers", kind: .server), now: noon)
    return ServerFiles(of: server, in: context, declaresPlatform: true)
  }

  private func proof(of written: ServerFiles, against observed: Observed) async -> ImportProof {
    let repository = Repository(
      root: "/nowhere", documents: [], rootDocuments: [], desired: Desired(), sources: SourceCache(), diagnostics: [],
      digest: "")
    return await ImportProof.make(
      of: written.files, [written.instance: observed], beside: repository,
      planner: FakeStepPlanner(canRestart: false), now: noon)
  }
}

extension Observed {
  /// The same objects, owners and roles, and nothing granted or set.
  fileprivate var withoutAccess: Observed {
    var copy = self
    (copy.memberships, copy.settings) = ([], [])
    let version = version ?? ServerVersion(major: 15)
    for name in roles.keys where name != "postgres" && !name.hasPrefix("pg_") {
      copy.roles[name]?.attributes = RoleAttributes()
      copy.roles[name]?.comment = nil
    }
    for (name, database) in databases where database.isRead {
      copy.databases[name]?.acl = .initial(kind: .database, owner: database.owner, version: version)
      for (schema, value) in database.schemas {
        copy.databases[name]?.schemas[schema]?.acl = .initial(kind: .schema, owner: value.owner, version: version)
      }
      for (id, state) in database.objects.states {
        copy.databases[name]?.objects.states[id]?.acl = .initial(kind: id.kind, owner: state.owner, version: version)
      }
      copy.databases[name]?.defaultPrivileges = [:]
    }
    return copy
  }

  /// Who may do what, a line each, whoever gave it.
  fileprivate var access: Set<String> {
    var lines: Set<String> = []
    for (name, role) in roles {
      lines.formUnion(RoleAttributes.Field.allCases.map { "\(name) \($0) \(role.attributes.text(of: $0))" })
    }
    let granted = memberships.filter { !$0.isAutomatic(for: self) }
    lines.formUnion(granted.map { "\($0.member) in \($0.role)" + ($0.admin ? ", admin" : "") })
    for (name, database) in databases where database.isRead {
      func add(_ acl: ACL, _ owner: String, _ thing: String) {
        for entry in acl.entries where entry.grantee != .role(owner) {
          lines.formUnion(entry.privileges.keywords.map { "\(entry.grantee) \($0) on \(name) \(thing)" })
        }
      }
      add(database.acl, database.owner, "itself")
      for (schema, value) in database.schemas { add(value.acl, value.owner, schema) }
      for (id, state) in database.objects.states { add(state.acl, state.owner, "\(id.kind) \(id.schema).\(id.name)") }
      for (list, acl) in database.defaultPrivileges {
        add(acl, list.owner, "new \(list.kind) of \(list.owner) in \(list.schema ?? "all schemas")")
      }
    }
    return lines
  }
}
