import ArgumentParser
import Diagnostics
import Execution
import Glibc
import Model
import NativeClients
import Planner
import PlatformKit
import Rendering

/// From a plan to a finished run: hazards, consent, the run itself, and what came of it.
struct ApplyFlow: Sendable {
  let session: Session
  let consent: ConsentOptions
  let allowances: [Allowance]
  let format: OutputFormat

  init(_ session: Session, consent: ConsentOptions, format: OutputFormat) throws {
    (self.session, self.consent, self.format) = (session, consent, format)
    allowances = try consent.allowed.map { text in
      do throws(AllowanceMistake) {
        return try Allowance(parsing: text)
      } catch {
        throw ValidationError("--allow: \(error.message); \(error.hint)")
      }
    }
  }

  private var terminal: Terminal { session.terminal }

  /// - Parameters:
  ///   - isReviewed: the plan is a saved one, which somebody has seen: it is neither shown nor asked about.
  ///   - saved: the plan as it was read, where it was.
  ///   - command: the one that makes and runs this plan, without what the user agrees to.
  func apply(_ plan: Plan, saved: SavedPlan? = nil, isReviewed: Bool, command: PastableCommand) async throws {
    if !isReviewed && format != .json {
      let again = command.adding(consent.yes ? ["--yes"] : [])
      terminal.write(renderPlan(plan, style: terminal.output, command: again.text))
    }
    guard !plan.isEmpty else { return try finishEmpty(plan, isReviewed: isReviewed) }
    let again = command.adding(consent.words)
    try refuseHazards(plan, again)
    try requireJournalInCI()
    if !isReviewed { try ask() }
    try await run(saved ?? SavedPlan(of: plan), again)
  }

  private func finishEmpty(_ plan: Plan, isReviewed: Bool) throws {
    let status = ExitStatus.combined([plan.exitStatus, plan.leavesOut])
    if isReviewed || format == .json {
      terminal.write(
        format == .json
          ? renderPlanJSON(plan, exitStatus: Int(status.rawValue)) : "The plan is empty: there is nothing to do.\n")
    }
    tellWhatIsLeftOut(plan)
    if status != .done { throw ExitCode(status.rawValue) }
  }

  private func tellWhatIsLeftOut(_ plan: Plan) {
    let count = plan.instances.flatMap(\.alarms).count { $0.kind == .notPossible }
    guard count > 0 else { return }
    let changes = count == 1 ? "1 change is" : "\(count) changes are"
    terminal.complain("\(changes) left out as not possible for `apply_user`: `holdfast plan` says who could.\n")
  }

  private func refuseHazards(_ plan: Plan, _ command: PastableCommand) throws {
    let missing = missingAllowances(plan, allowed: allowances)
    guard !missing.isEmpty else { return }
    let flags = allowFlags(missing).joined(separator: " ")
    for allowance in idleAllowances(plan, allowed: allowances) {
      terminal.complain(escapedForTerminal("--allow \(allowance) fits no hazard of this plan") + "\n")
    }
    let count = Set(missing).count
    throw terminal.end(
      "\(count == 1 ? "1 hazard is" : "\(count) hazards are") not allowed, so nothing was done",
      hint: "look at the plan, then: \(command.text) \(flags)", .combined([.refused, plan.exitStatus]))
  }

  private func requireJournalInCI() throws {
    guard terminal.isCI, session.repository.desired.journalDirectory == nil else { return }
    terminal.complain(
      "apply: in CI the journal would go with the job. Say where it stays, in \(Repository.settingsFile):\n"
        + "  journal: { directory: /var/lib/holdfast/journal }\n")
    throw ExitCode(ExitStatus.usage.rawValue)
  }

  private func ask() throws {
    guard !consent.yes else { return }
    guard terminal.isInteractive else {
      throw ValidationError("There is no terminal to ask at: look at the plan, then add --yes.")
    }
    terminal.complain("\nRun these steps? Only \"yes\" does: ")
    guard readLine() == "yes" else {
      terminal.complain("Nothing was done.\n")
      throw ExitCode(ExitStatus.failed.rawValue)
    }
  }

  private func run(_ saved: SavedPlan, _ command: PastableCommand) async throws {
    let plan = saved.plan
    let journal = try await openJournal()
    let earlier = try await session.history()?.lastRun(ofPlan: saved.digest)
    let interruption = Interruption()
    let signals = InterruptSignals(interruption)
    defer { signals.stop() }
    let progress = ProgressPrinter(terminal)
    let options = RunOptions(
      width: session.width, allowances: allowances, origin: await origin(of: plan),
      secrets: session.composition.secretSource,
      interruption: interruption, now: currentTime)
    let report = await Executor().run(
      saved, desired: session.repository.desired, catalog: session.composition.writing, journal: journal,
      options: options
    ) { progress.show($0) }
    progress.finish()
    var summary = session.summary(of: report, plan: plan, command: command)
    if report.wasAllDoneBefore {
      summary.appliedBefore = earlier.map { "at \($0.finished ?? $0.started) by run \($0.id.text)" }
    }
    let status = ExitStatus.combined([report.exitStatus, plan.leavesOut])
    summary.exitStatus = Int(status.rawValue)
    terminal.write(format == .json ? renderRunReportJSON(summary) : renderRunReport(summary, style: terminal.output))
    tellWhatIsLeftOut(plan)
    if status != .done { throw ExitCode(status.rawValue) }
  }

  private func openJournal() async throws -> Journal {
    do throws(JournalFailure) {
      return try await Journal.open(session.journalDirectory, toolVersion: HoldfastCommand.version, now: session.now)
    } catch {
      throw terminal.end(error, .failed)
    }
  }

  private func origin(of plan: Plan) async -> RunOrigin {
    let environment = session.composition.environment
    let page =
      environment["CI_JOB_URL"]
      ?? environment["GITHUB_RUN_ID"].map { run in
        "\(environment["GITHUB_SERVER_URL"] ?? "https://github.com")/\(environment["GITHUB_REPOSITORY"] ?? "")/actions/runs/\(run)"
      }
    let reverted: String? = if case .revert(let run) = plan.origin { run } else { nil }
    let user = (try? await session.composition.files.currentUser())?.name ?? "uid \(getuid())"
    return RunOrigin(
      user: user, host: await session.composition.files.hostNames().first ?? "unknown", process: getpid(), ciRun: page,
      toolVersion: HoldfastCommand.version, specs: plan.specs, reverts: reverted,
      allowances: allowances.map(\.description))
  }
}
