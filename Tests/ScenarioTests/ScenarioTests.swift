import Diagnostics
import Foundation
import Model
import NativeClients
import PlanLaws
import Planner
import PlatformAWS
import PlatformKit
import PlatformLocal
import PlatformServer
import Rendering
import SpecText
import Testing

@Test func everyFolderIsASentence() {
  #expect(!Scenario.all.isEmpty)
  for scenario in Scenario.all {
    #expect(scenario.name.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)+/) != nil, "\(scenario.name)")
    #expect(scenario.unknownFiles.isEmpty, "\(scenario.name) holds \(scenario.unknownFiles.sorted())")
  }
}

@Test(arguments: Scenario.all)
func scenariosComeToWhatTheySay(scenario: Scenario) throws {
  let outcome = try Outcome(of: ScenarioSetting(scenario))
  if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" { try outcome.write() }
  for name in Scenario.goldens.sorted() {
    let golden = scenario.bytes(name).map { String(decoding: $0, as: UTF8.self) }
    #expect(golden == outcome.texts[name], "\(scenario.name)/\(name) differs; UPDATE_GOLDENS=1 rewrites it")
  }
}

@Test(arguments: Scenario.all)
func scenariosKeepTheLaws(scenario: Scenario) throws {
  let setting = try ScenarioSetting(scenario)
  guard let laws = setting.laws else { return }
  #expect(laws.violations() == [])
  if !setting.scope.isEmpty { #expect(laws.holdsScope(setting.scope) == []) }
  #expect(Outcome(of: setting).texts == Outcome(of: setting).texts)
}

@Test(arguments: Scenario.all)
func whatIsObservedHasOneTextForm(scenario: Scenario) throws {
  guard let observed = try ScenarioSetting(scenario).laws?.observed else { return }
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  let text = try encoder.encode(observed)
  let again = try JSONDecoder().decode(Observed.self, from: text)
  #expect(again == observed)
  #expect(try encoder.encode(again) == text)
}

/// A scenario, read.
struct ScenarioSetting {
  let scenario: Scenario
  var sources = SourceCache()
  var diagnostics: [Diagnostic]
  var options: Scenario.Options
  var scope: [Address]
  /// `nil` where the specs alone are wrong: nothing is planned then.
  var laws: PlanLaws?

  init(_ scenario: Scenario) throws {
    self.scenario = scenario
    guard let spec = scenario.bytes("spec.yaml"), let observed = scenario.bytes("observed.json") else {
      throw ScenarioFault("\(scenario.name) lacks spec.yaml or observed.json")
    }
    options = try scenario.options()
    scope = try options.scope()
    sources["spec.yaml"] = SourceText(Array(spec))
    let read = readDocuments(in: Array(spec), file: "spec.yaml")
    let result = readSpecs(documents: read.documents, root: [])
    diagnostics = read.diagnostics + result.diagnostics
    guard !diagnostics.hasErrors else { return }
    guard let desired = result.desired.instances.first, result.desired.instances.count == 1 else {
      throw ScenarioFault("\(scenario.name) declares \(result.desired.instances.count) instances, not one")
    }
    let planner = stepPlanner(of: desired)
    let context = PlanContext(
      now: try options.moment(), planner: planner, sources: result.desired.sources,
      deferRestart: options.deferRestart, dueOnly: options.dueOnly)
    laws = PlanLaws(
      desired, observed: try ObservedText(desired: desired, host: host).read(observed), context: context)
  }
}

/// The real planner of the instance's platform, on a host that is the same everywhere.
private func stepPlanner(of instance: DesiredInstance) -> any StepPlanner {
  switch instance.platform.kind {
  case .local: LocalStepPlanner(host: host)
  case .server: ServerStepPlanner()
  case .aws: AWSStepPlanner()
  }
}

private let host: LocalHost = {
  var host = LocalHost(
    names: ["db1.example.net"], invokingUser: OSUser(name: "root", uid: 0, gid: 0, home: "/root"))
  host.users["postgres"] = OSUser(name: "postgres", uid: 105, gid: 109, home: "/var/lib/postgresql")
  host.pgBackRest = "/usr/bin/pgbackrest"
  host.installations = [(18, 1), (16, 11), (15, 20)].map { major, minor in
    Installation(
      version: ServerVersion(major: major, minor: minor), binaries: "/usr/lib/postgresql/\(major)/bin",
      libraries: ["auto_explain", "pg_stat_statements", "plpgsql"],
      extensions: ["pg_stat_statements", "pgcrypto", "plpgsql"])
  }
  return host
}()

/// What a scenario comes to: the text of each golden.
private struct Outcome {
  let scenario: Scenario
  let texts: [String: String]

  init(of setting: ScenarioSetting) {
    let planned = setting.laws?.plan(scope: setting.scope)
    let diagnostics = setting.diagnostics + (planned?.diagnostics ?? [])
    var texts: [String: String] = [:]
    if !diagnostics.isEmpty {
      texts["diagnostics.txt"] = renderDiagnostics(diagnostics, sources: setting.sources)
    }
    if let planned, let laws = setting.laws, !diagnostics.hasErrors {
      let plan = Plan(
        toolVersion: "0.0.0", createdAt: laws.context.now, origin: .specs,
        specs: SpecsIdentity(digest: "scenario"), dueOnly: setting.options.dueOnly,
        deferRestart: setting.options.deferRestart, scope: setting.options.texts, instances: [planned.plan])
      texts["plan.txt"] = renderPlan(plan, style: TextStyle(width: 100))
      texts["plan.json"] = renderPlanJSON(plan, exitStatus: 0)
    }
    (self.scenario, self.texts) = (setting.scenario, texts)
  }

  /// A golden that nothing comes to any more is taken away.
  func write() throws {
    for name in Scenario.goldens {
      let path = scenario.path(name)
      if let text = texts[name] {
        try Data(text.utf8).write(to: URL(filePath: path))
      } else if FileManager.default.fileExists(atPath: path) {
        try FileManager.default.removeItem(atPath: path)
      }
    }
  }
}
