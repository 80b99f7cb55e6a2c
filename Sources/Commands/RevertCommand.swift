import ArgumentParser
import Diagnostics
import Execution
import Model
import Planner
import PlatformKit
import Rendering

struct RevertCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revert", abstract: "Plan the way back from a run, show it, ask and run it.",
    discussion: "The specs are left as they are: the plan names the lines that still ask for what is taken back.")

  @Argument(help: "A run, or the beginning of its name; `holdfast runs` lists them.")
  var run: String

  @OptionGroup var specs: SpecOptions
  @OptionGroup var scope: ScopeOptions
  @OptionGroup var consent: ConsentOptions
  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("Save the plan instead of running it.", valueName: "file"))
  var out: String?

  @Flag(name: .shortAndLong, help: "With the statements, commands and files of each step.")
  var verbose = false

  func run() async throws {
    var session = try await Session.open(specs: specs, width: scope.parallel, output: output, verbose: verbose)
    let listing = try await session.listing(of: run)
    let recorded = try await session.plan(of: listing)
    // What the run changed may have left the specs since.
    session.selection = try session.select(scope.only, besides: recorded.addresses)
    let made = await session.revertPlan(of: listing, recorded)
    session.terminal.show(made.diagnostics, of: session.repository)
    guard let out else {
      let flow = try ApplyFlow(session, consent: consent, format: output.format)
      return try await flow.apply(
        made.plan, isReviewed: false, command: PastableCommand("revert", run).adding(specs.words + scope.words))
    }
    do throws(PlanFileFailure) {
      try await savePlan(made.plan, to: out)
    } catch {
      throw session.terminal.end(error)
    }
    let command = PastableCommand("apply", out).adding(specs.words)
    session.terminal.write(renderPlan(made.plan, style: session.terminal.output, command: command.text))
    let status = made.status(detailed: false)
    if status != .done { throw ExitCode(status.rawValue) }
  }
}

extension Session {
  /// The run that the text names.
  fileprivate func listing(of name: String) async throws -> Execution.RunListing {
    guard let history = try await history() else {
      throw terminal.end(
        "there is no journal at \(journalDirectory)", hint: "nothing was applied from this repository", .usage)
    }
    switch history.run(name) {
    case .found(let listing): return listing
    case .unknown: throw terminal.end("the journal has no run `\(name)`", hint: "`holdfast runs` lists them", .usage)
    case .ambiguous(let runs):
      let names = runs.map(\.text).joined(separator: ", ")
      throw terminal.end("`\(name)` is the beginning of several runs: \(names)", hint: "write more of it", .usage)
    }
  }

  fileprivate func plan(of listing: Execution.RunListing) async throws -> Plan {
    do throws(PlanFileFailure) {
      return try await loadKeptPlan(listing.plan, in: journalDirectory)
    } catch {
      throw terminal.end(error)
    }
  }

  /// The plan that undoes a run on the selected instances.
  fileprivate func revertPlan(of listing: Execution.RunListing, _ recorded: Plan) async -> MadePlan {
    var plan = Plan(
      toolVersion: HoldfastCommand.version, createdAt: now, origin: .revert(run: listing.id.text), specs: identity,
      scope: selection.texts, instances: [])
    var diagnostics: [Diagnostic] = []
    let catalog = composition.reading
    for former in recorded.instances where selection.instances?.contains(former.instance) ?? true {
      guard let desired = repository.desired.instances.first(where: { $0.name == former.instance }) else {
        let message = "it has left the specs, which say how it is reached: bring its spec back first"
        plan.notPlanned.append(NotPlanned(address: former.address, reason: .invalid, message: message))
        continue
      }
      let record = RunRecord(plan: former, begun: listing.steps[former.instance]?.begun ?? [])
      let outcome = await revert(record, desired, catalog.platform(of: desired))
      diagnostics += outcome.diagnostics
      plan.instances += outcome.plan.instances
      plan.notPlanned += outcome.plan.notPlanned
    }
    return MadePlan(plan: plan, diagnostics: diagnostics)
  }

  private func revert(
    _ record: RunRecord, _ desired: DesiredInstance, _ platform: ReadingPlatform
  ) async -> (plan: (instances: [InstancePlan], notPlanned: [NotPlanned]), diagnostics: [Diagnostic]) {
    if let reason = platform.observer.reasonToSkip(desired) {
      return (([], [NotPlanned(address: desired.address, reason: .otherHost, message: reason)]), [])
    }
    do {
      let observed = try await platform.observer.observe(desired.remembering(record.plan), at: now)
      let context = PlanContext(now: now, planner: platform.planner, sources: repository.desired.sources)
      let scope = selection.addresses.filter { $0.instanceName == desired.name }
      let planned = revertInstance(record, desired: desired, observed: observed, context: context, scope: scope)
      guard planned.diagnostics.hasErrors else { return (([planned.plan], []), planned.diagnostics) }
      let message = "its reverts are refused; see the errors"
      return (([], [NotPlanned(address: desired.address, reason: .invalid, message: message)]), planned.diagnostics)
    } catch {
      let message = "\(error.message) (\(error.hint))"
      return (([], [NotPlanned(address: desired.address, reason: .notObserved, message: message)]), [])
    }
  }
}

extension Plan {
  /// All that its run may have changed in its instances; what is about one as a whole, such as a restart, names nothing.
  fileprivate var addresses: [Address] {
    instances.flatMap { part in part.changes.map(\.address).filter { $0 != part.address } }
  }
}
