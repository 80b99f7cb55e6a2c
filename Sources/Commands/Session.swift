import ArgumentParser
import Diagnostics
import Execution
import Glibc
import Model
import NativeClients
import Planner
import PlatformKit
import Rendering

/// What one invocation of a command that plans or applies works with.
struct Session: Sendable {
  /// Where the specs were asked for.
  var specs: SpecOptions
  var terminal: Terminal
  var repository: Repository
  var composition: Composition
  var selection: Selection
  var width: Int
  var now: Timestamp
  var identity: SpecsIdentity

  /// Reads the specs and the selection. Mistakes in either are shown and end the command.
  static func open(
    specs: SpecOptions, only: [String] = [], width: Int = 1, output: OutputOptions, verbose: Bool = false
  ) async throws -> Session {
    try await open(specs: specs, only: only, width: width, noColor: output.noColor, verbose: verbose)
  }

  static func open(
    specs: SpecOptions, only: [String] = [], width: Int = 1, noColor: Bool, verbose: Bool = false
  ) async throws -> Session {
    let terminal = Terminal(noColor: noColor, verbose: verbose)
    // Side by side, as the one waits for another program.
    async let checkout = Repository.checkout(Composition.processes)
    let repository = Repository.read(specs.paths)
    terminal.show(repository.diagnostics, of: repository)
    if repository.diagnostics.hasErrors { throw ExitCode(ExitStatus.failed.rawValue) }
    let selection = try terminal.select(only, in: repository)
    let composition = try await composition(for: repository.desired.instances.filter(selection.contains), terminal)
    return Session(
      specs: specs, terminal: terminal, repository: repository, composition: composition, selection: selection,
      width: width,
      now: currentTime(), identity: repository.identity(of: await checkout))
  }

  /// The selection where a run may have known more addresses than the specs do now.
  func select(_ only: [String], besides former: [Address]) throws -> Selection {
    try terminal.select(only, in: repository, besides: former)
  }

  private static func composition(for instances: [DesiredInstance], _ terminal: Terminal) async throws -> Composition {
    do throws(FileFailure) {
      return try await Composition(for: instances)
    } catch {
      throw terminal.end("\(error)", hint: nil, .failed)
    }
  }

  var request: PlanRequest { PlanRequest(selection: selection, width: width, now: now, identity: identity) }

  /// Where the journal of this repository is: the place that `holdfast.yaml` names, else one of the user's own.
  var journalDirectory: String {
    if let directory = repository.desired.journalDirectory {
      return directory.hasPrefix("/") ? directory : repository.root + "/" + directory
    }
    let name = repository.root.split(separator: "/").last.map(String.init) ?? "root"
    let digest = sha256Hex(Array(repository.root.utf8)).prefix(12)
    return "\(stateDirectory(composition.environment))/\(name)-\(digest)"
  }

  /// What the journal tells; `nil` where nothing was applied yet. A damaged one is told, not ignored.
  func history() async throws -> JournalHistory? {
    do {
      let history = try await Journal.read(journalDirectory)
      if let torn = history?.tornBytes, torn > 0 {
        terminal.complain("The journal's last record was cut off (\(torn) bytes); everything before it is used.\n")
      }
      return history
    } catch {
      throw terminal.end(error, .failed)
    }
  }
}

/// Where Holdfast keeps what is the user's own: `~/.local/state/holdfast`.
func stateDirectory(_ environment: [String: String]) -> String {
  let home = environment["HOME"] ?? "/"
  let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.local/state"
  return state + "/holdfast"
}

/// The wall clock in whole seconds.
@Sendable func currentTime() -> Timestamp { Timestamp(seconds: Int(time(nil))) }

extension Terminal {
  /// Tells the failure and what to do next; the caller throws the result.
  func end(_ failure: JournalFailure, _ status: ExitStatus) -> ExitCode {
    end(failure.message, hint: failure.hint, status)
  }

  func end(_ failure: PlanFileFailure) -> ExitCode { end(failure.message, hint: failure.hint, failure.exitStatus) }

  func end(_ message: String, hint: String?, _ status: ExitStatus) -> ExitCode {
    let next = hint.map { "  → \($0)\n" } ?? ""
    complain(escapedForTerminal("holdfast: \(message)") + "\n" + next)
    return ExitCode(status.rawValue)
  }

  var diagnosticStyle: DiagnosticStyle { errors.colour ? .colour : .plain }

  /// Reads the selection; a mistake in it ends the command.
  fileprivate func select(
    _ only: [String], in repository: Repository, besides former: [Address] = []
  ) throws -> Selection {
    let (selection, mistakes) = Selection.read(only, in: repository.desired, besides: former)
    guard mistakes.isEmpty else {
      complain(renderDiagnostics(mistakes, sources: repository.sources, style: diagnosticStyle))
      throw ExitCode(ExitStatus.usage.rawValue)
    }
    return selection
  }

  /// Mistakes go to standard error, and to GitHub as annotations of the lines they are in.
  func show(_ diagnostics: [Diagnostic], of repository: Repository, warningsAlike: Int = 10) {
    guard !diagnostics.isEmpty else { return }
    complain(
      renderDiagnostics(
        diagnostics, sources: repository.sources, style: diagnosticStyle, warningsAlike: warningsAlike))
    if isGitHub { complain(githubAnnotations(diagnostics)) }
  }
}
