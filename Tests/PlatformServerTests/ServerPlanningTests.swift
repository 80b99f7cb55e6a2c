import Diagnostics
import Model
import PlatformServer
import Testing

@Suite struct ServerPlanningTests {
  @Test func whatAServerCannotGiveIsAMistake() {
    var instance = server
    instance.state = .stopped
    instance.version = VersionConstraint("17")
    instance.parameters.values = [
      "shared_preload_libraries": DesiredParameter(value: .list([]), document: Address(["parameters", "p"]))
    ]
    let observed = Observed(presence: .running, version: ServerVersion(major: 15, minor: 20))
    let found = ServerStepPlanner().diagnose(instance, observed: observed, sources: SourceMap())
    #expect(found.map(\.code) == [.conflict, .conflict, .invalidValue])
    #expect(found[1].message == "the server runs PostgreSQL 15.20, and the spec asks for 17")
  }

  @Test func aServerThatIsAsAskedHasNoMistakes() {
    var instance = server
    instance.version = VersionConstraint("15")
    let observed = Observed(presence: .running, version: ServerVersion(major: 15, minor: 20))
    #expect(ServerStepPlanner().diagnose(instance, observed: observed, sources: SourceMap()) == [])
    #expect(
      ServerStepPlanner().summary(of: instance, observed: observed) == "PostgreSQL 15.20 on db:5432 (server)")
  }

  private var server: DesiredInstance {
    var instance = DesiredInstance(name: "orders", platform: DesiredPlatform(name: "p", kind: .server))
    instance.connect.host = "db"
    return instance
  }
}
