import ArgumentParser
import Execution
import Model
import Planner
import Rendering

struct ApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Run a saved plan as it is, or plan, show, ask and run.",
    discussion:
      "With a FILE nothing is asked: the plan was reviewed. Without one and without a terminal, --yes is needed.")

  @Argument(help: "A file that `plan --out` wrote.")
  var file: String?

  @OptionGroup var specs: SpecOptions
  @OptionGroup var scope: ScopeOptions
  @OptionGroup var planning: PlanningOptions
  @OptionGroup var consent: ConsentOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard file != nil, !scope.only.isEmpty || planning.due || planning.deferred != nil else { return }
    throw ValidationError("A saved plan runs as it is: --only, --due and --defer belong to `plan`.")
  }

  private func readPlan() async -> Result<SavedPlan, PlanFileFailure>? {
    guard let file else { return nil }
    do throws(PlanFileFailure) {
      return .success(try await loadPlan(file, toolVersion: HoldfastCommand.version))
    } catch {
      return .failure(error)
    }
  }

  func run() async throws {
    // A large plan takes as long to read as its specs.
    async let read = readPlan()
    let session = try await Session.open(
      specs: specs, only: scope.only, width: scope.parallel, output: output, verbose: planning.verbose)
    let run = try ApplyFlow(session, consent: consent, format: output.format)
    if let file, let outcome = await read {
      let saved = try session.check(outcome)
      try await run.apply(
        saved.plan, saved: saved, isReviewed: true,
        command: PastableCommand("apply", file).adding(specs.words))
    } else {
      let made = try await session.makePlanOnceMade(planning.mode, catalog: session.composition.reading)
      try await run.apply(
        made.plan, isReviewed: false,
        command: PastableCommand("apply").adding(specs.words + scope.words + planning.words))
    }
  }
}

/// What the user agrees to.
struct ConsentOptions: ParsableArguments {
  @Option(
    name: .customLong("allow"),
    help: ArgumentHelp(
      "Allow this hazard, everywhere or at and below one address; may be repeated.", valueName: "hazard[=address]"))
  var allowed: [String] = []

  @Flag(help: "Don't ask.")
  var yes = false

  /// As typed, each once.
  var uniqueAllowances: [String] {
    allowed.enumerated().filter { !allowed[..<$0.offset].contains($0.element) }.map(\.element)
  }
}

extension Session {
  /// A saved plan, if it may still run: whole, young enough, and made from the specs of today.
  func check(_ plan: Result<SavedPlan, PlanFileFailure>) throws -> SavedPlan {
    do throws(PlanFileFailure) {
      let saved = try plan.get()
      try checkPlan(saved.plan, now: now, specs: identity)
      return saved
    } catch {
      throw terminal.end(error)
    }
  }
}
