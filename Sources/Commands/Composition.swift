import Execution
import HTTP
import Model
import NativeClients
import Planner
import PlatformAWS
import PlatformKit
import PlatformLocal
import PlatformServer
import PostgresCatalog
import SQL

/// The one place that names concrete platforms and clients. To add a platform, add a case of it here.
struct Composition: Sendable {
  /// Runs programs of this host.
  static var processes: some ProcessRunner { ChildProcessRunner() }

  let environment: [String: String]
  let runner: any ProcessRunner
  let files: LocalFiles
  private let connector: any SQLConnector
  private let secrets: SecretStore
  private let judge: ScramJudge
  private let host: LocalHost
  private let clouds: CloudAccounts

  /// Looks around on this host for what those of the instances need that live here.
  ///
  /// - Parameter platforms: those that something is asked of beside the instances.
  /// - Errors: `FileFailure` where not even the user and the host can be told.
  init(
    for instances: [DesiredInstance], platforms: [DesiredPlatform] = [],
    environment: [String: String] = ProcessEnvironment.atStart
  ) async throws(FileFailure) {
    self.environment = environment
    (runner, files, connector) = (Self.processes, LocalFiles(), LibPQConnector())
    clouds = CloudAccounts(of: instances.map(\.platform) + platforms, environment: environment, files: files)
    secrets = SecretStore(environment: environment, files: files, cloud: clouds.secrets)
    judge = ScramJudge(secrets: secrets)
    let searchPath = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    host = try await LocalHost.discover(for: instances, files: files, runner: runner, searchPath: searchPath)
  }

  /// For the executor, which asks for all secrets of a plan before its first step.
  var secretSource: any SecretSource { secrets }

  /// What only reads: for `plan` and `drift`.
  var reading: some PlatformCatalog { ReadingPlatforms(composition: self) }

  /// What may write too: for `apply` and `revert`.
  var writing: some WritingPlatformCatalog {
    WritingPlatforms(composition: self, looks: KeptSessions(connector))
  }

  /// What lists the instances of a platform, and plans them; `nil` where none can be listed.
  func importing(from platform: DesiredPlatform) -> (importer: any Importer, planner: any StepPlanner)? {
    switch platform.kind {
    case .local, .server: nil
    case .aws(let account):
      (AWSImporter(fleet: clouds.fleet(of: account), platform: platform), AWSStepPlanner())
    }
  }

  fileprivate func readingPlatform(of instance: DesiredInstance, keeping sessions: KeptSessions? = nil)
    -> ReadingPlatform
  {
    switch instance.platform.kind {
    case .local:
      ReadingPlatform(
        observer: LocalObserver(
          host: host, files: files, runner: runner, connector: connector, secrets: secrets, judge: judge),
        planner: LocalStepPlanner(host: host))
    case .server:
      ReadingPlatform(
        observer: ServerObserver(connector: sessions ?? connector, secrets: secrets, judge: judge),
        planner: ServerStepPlanner())
    case .aws(let account):
      ReadingPlatform(
        observer: AWSObserver(
          fleet: clouds.fleet(of: account), clients: clouds.clients(of: account), connector: connector,
          secrets: secrets, judge: judge),
        planner: AWSStepPlanner())
    }
  }

  fileprivate func appliers(of instance: DesiredInstance, looks: KeptSessions) -> any ApplierSource {
    switch instance.platform.kind {
    case .local:
      LocalApplierSource(
        host: host, files: files, writer: LocalFilesWriter(), runner: runner, connector: connector, secrets: secrets)
    case .server: ServerApplierSource(connector: connector, secrets: secrets, looks: looks)
    case .aws(let account):
      AWSApplierSource(
        clients: clouds.clients(of: account), writer: LocalFilesWriter(), connector: connector, secrets: secrets,
        lockDirectory: stateDirectory(environment) + "/locks")
    }
  }
}

private struct ReadingPlatforms: PlatformCatalog {
  let composition: Composition

  func platform(of instance: DesiredInstance) -> ReadingPlatform { composition.readingPlatform(of: instance) }
}

private struct WritingPlatforms: WritingPlatformCatalog {
  let composition: Composition
  let looks: KeptSessions

  func platform(of instance: DesiredInstance) -> ReadingPlatform {
    composition.readingPlatform(of: instance, keeping: looks)
  }

  func appliers(of instance: DesiredInstance) -> any ApplierSource { composition.appliers(of: instance, looks: looks) }
}
