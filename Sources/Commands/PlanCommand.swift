import ArgumentParser
import Diagnostics
import Execution
import Model
import NativeClients
import Planner
import PlatformKit
import Rendering

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what differs and what would be done. Changes nothing anywhere.")

  @OptionGroup var specs: SpecOptions
  @OptionGroup var scope: ScopeOptions
  @OptionGroup var planning: PlanningOptions
  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("Save the plan, for `apply` to run as it is.", valueName: "file"))
  var out: String?

  @Flag(name: .customLong("detailed-exitcode"), help: "Exit with 2 where there is something to do, or an alarm.")
  var detailedExitCode = false

  func run() async throws {
    let session = try await Session.open(
      specs: specs, only: scope.only, width: scope.parallel, output: output, verbose: planning.verbose)
    let made = try await session.makePlan(planning.mode, catalog: session.composition.reading)
    let status = made.status(detailed: detailedExitCode)
    let digest = try await save(made.plan, session)
    let command = command.text
    switch output.format {
    case .text: session.terminal.write(renderPlan(made.plan, style: session.terminal.output, command: command))
    case .json:
      session.terminal.write(
        renderPlanJSON(made.plan, digest: digest, command: command, exitStatus: Int(status.rawValue)))
    case .markdown:
      let frame = MarkdownFrame(title: "Holdfast plan", digest: digest, expires: made.plan.expiry, command: command)
      session.terminal.write(renderMarkdown(made.plan, frame: frame))
    }
    if status != .done { throw ExitCode(status.rawValue) }
  }

  /// What applies the plan.
  private var command: PastableCommand {
    if let out { return PastableCommand("apply", out).adding(specs.words) }
    return PastableCommand("apply").adding(specs.words + scope.words + planning.words)
  }

  private func save(_ plan: Plan, _ session: Session) async throws -> String? {
    guard let out else { return nil }
    do throws(PlanFileFailure) {
      let saved = SavedPlan(of: plan)
      try await savePlan(saved, to: out)
      return saved.digest
    } catch {
      throw session.terminal.end(error)
    }
  }
}

/// What `plan` and `apply` share beside the scope.
struct PlanningOptions: ParsableArguments {
  @Flag(help: "Only what time alone makes due: backups and expired access.")
  var due = false

  @Option(
    name: .customLong("defer"), help: ArgumentHelp("Leave pending what needs this: restart.", valueName: "restart"))
  var deferred: Deferrable?

  @Option(help: ArgumentHelp("List what the specs of this commit held and today's don't.", valueName: "ref"))
  var since: String?

  @Flag(name: .shortAndLong, help: "With the statements, commands and files of each step.")
  var verbose = false

  enum Deferrable: String, ExpressibleByArgument, CaseIterable { case restart }

  var mode: PlanMode { PlanMode(dueOnly: due, deferRestart: deferred == .restart, since: since) }
}

extension Plan {
  /// Until when the saved plan may be applied.
  var expiry: String { "\(createdAt + planAgeLimit)" }
}

/// What kind of plan is made.
struct PlanMode: Sendable {
  var dueOnly = false
  var deferRestart = false
  /// Tell of every role that no document declares.
  var listsUndeclared = false
  /// A commit whose specs are looked at for what has left them.
  var since: String?
}

extension Session {
  /// Plans what is asked for; mistakes found on the way are shown.
  func makePlan(_ mode: PlanMode, catalog: any PlatformCatalog) async throws -> MadePlan {
    var request = request
    (request.dueOnly, request.deferRestart) = (mode.dueOnly, mode.deferRestart)
    request.listsUndeclared = mode.listsUndeclared
    let history = try await history()
    let known = history?.instances ?? [:]
    request.evidence = { known[$0.name]?.evidence ?? [] }
    var made = await Commands.makePlan(for: repository.desired, catalog: catalog, request: request)
    made.plan.released = try await released(since: mode.since, history: history)
    terminal.show(made.diagnostics, of: repository)
    return made
  }
}

extension InstanceHistory {
  /// What the journal knows of an instance that isn't there.
  fileprivate var evidence: [String] {
    guard removed == nil else { return [] }
    return ["run \(lastRun.text) of \(lastChanged) changed it"]
  }
}

extension MadePlan {
  func status(detailed: Bool) -> ExitStatus {
    var statuses = [plan.exitStatus]
    if detailed, !plan.isEmpty || plan.instances.contains(where: { !$0.alarms.isEmpty }) { statuses.append(.differs) }
    return .combined(statuses)
  }
}
