import ArgumentParser
import Diagnostics
import Execution
import Glibc
import Model
import NativeClients
import Planner
import PlatformKit
import Rendering
import SpecText

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Write specs of instances that run already, so that the first plan is empty.")

  @Argument(help: "The `Platform` of the specs, of type aws, whose instances are written down.")
  var platform: String

  @Option(
    help: ArgumentHelp(
      "Only instances whose identifier fits: `*` is any text, `?` one character; may be repeated.", valueName: "glob"))
  var only: [String] = []

  @Option(help: ArgumentHelp("Only instances with this tag; may be repeated, for all of them.", valueName: "key=value"))
  var label: [String] = []

  @Option(
    help: ArgumentHelp("Write below this directory. Unset: the `specs` of the repository.", valueName: "directory"))
  var output: String?

  @Flag(name: .customLong("dry-run"), help: "Print the files, and write nothing.")
  var dryRun = false

  @Flag(name: .customLong("no-color"), help: "No colours, whatever the terminal can do.")
  var noColor = false

  @OptionGroup var specs: SpecOptions

  func validate() throws {
    for text in label where !text.dropFirst().contains("=") {
      throw ValidationError("--label takes KEY=VALUE, not `\(text)`.")
    }
  }

  func run() async throws {
    let terminal = Terminal(noColor: noColor)
    let repository = try read(terminal)
    let platform = try platform(of: repository, terminal)
    let source = try await source(for: platform, terminal)
    let run = ImportRun(
      platform: platform, repository: repository, terminal: terminal, directory: output ?? repository.root + "/specs",
      isDryRun: dryRun, now: currentTime())
    let labels = label.map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init) }
    let filter = ImportFilter(
      patterns: only, labels: Dictionary(labels.map { ($0[0], $0[1]) }, uniquingKeysWith: { _, last in last }))
    let status = try await run.perform(filter, importer: source.importer, planner: source.planner)
    if status != .done { throw ExitCode(status.rawValue) }
  }

  /// Specs that declare no instance yet are what most imports begin with.
  private func read(_ terminal: Terminal) throws -> Repository {
    var repository = Repository.read(specs.paths)
    repository.diagnostics.removeAll { $0.code == .noDocuments }
    terminal.show(repository.diagnostics, of: repository)
    if repository.diagnostics.hasErrors { throw ExitCode(ExitStatus.failed.rawValue) }
    return repository
  }

  private func platform(of repository: Repository, _ terminal: Terminal) throws -> DesiredPlatform {
    let known = platforms(of: repository.documents)
    guard let found = known.first(where: { $0.name == platform }) else {
      let near = closest(platform, in: known.map(\.name)).map { "did you mean `\($0)`?" }
      throw terminal.end(
        "there is no `Platform` named `\(platform)`",
        hint: near ?? "declare it under specs/: kind: Platform, name: \(platform), type: aws", .usage)
    }
    return found
  }

  private func source(
    for platform: DesiredPlatform, _ terminal: Terminal
  ) async throws -> (importer: any Importer, planner: any StepPlanner) {
    let composition: Composition
    do throws(FileFailure) {
      composition = try await Composition(for: [], platforms: [platform])
    } catch {
      throw terminal.end("\(error)", hint: nil, .failed)
    }
    guard let source = composition.importing(from: platform) else {
      throw terminal.end(
        "importing from `\(platform.name)` is not supported by this version",
        hint: "import lists platforms of type aws", .usage)
    }
    return source
  }
}
