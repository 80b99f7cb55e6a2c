import ArgumentParser
import Diagnostics
import Execution
import Model
import Planner
import PlatformKit
import Rendering

struct DriftCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drift", abstract: "Tell how the platforms differ from the specs. Exits with 2 where they do.")

  @OptionGroup var specs: SpecOptions
  @OptionGroup var scope: ScopeOptions
  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("List what the specs of this commit held and today's don't.", valueName: "ref"))
  var since: String?

  @Flag(help: "List the roles that no document declares. They are no differences.")
  var undeclared = false

  @Flag(name: .shortAndLong, help: "Name everything instead of counting.")
  var verbose = false

  func run() async throws {
    let session = try await Session.open(
      specs: specs, only: scope.only, width: scope.parallel, output: output, verbose: verbose)
    let made = try await session.makePlan(
      PlanMode(deferRestart: true, listsUndeclared: undeclared, since: since), catalog: session.composition.reading)
    let plan = made.plan
    let status = ExitStatus.combined([made.status(detailed: false), plan.hasDifferences ? .differs : .done])
    switch output.format {
    case .text: session.terminal.write(renderDrift(plan, style: session.terminal.output))
    case .json: session.terminal.write(renderDriftJSON(plan, exitStatus: Int(status.rawValue)))
    case .markdown: session.terminal.write(renderDriftMarkdown(plan, title: "Holdfast drift"))
    }
    if status != .done { throw ExitCode(status.rawValue) }
  }
}

extension Plan {
  /// What time alone makes due is none, nor is a value that waits for a restart.
  fileprivate var hasDifferences: Bool {
    instances.contains { plan in
      plan.changes.contains { $0.action != .run } || !plan.alarms.isEmpty || plan.notes.contains(where: \.isDifference)
    }
  }
}
