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
    commandName: "import", abstract: "Write specs of instances that run already, so that the first plan is empty.",
    discussion: """
      holdfast import PLATFORM lists what a platform of type aws runs.
      holdfast import --host HOST --user USER looks into a PostgreSQL server, through SQL alone.
      holdfast import PLATFORM --data-directory DIRECTORY looks into a cluster of this host, on a platform of type local.
      """)

  @Argument(
    help: "The `Platform` of the specs. With --host one that is not there yet is written too. Unset: servers.")
  var platform: String?

  @OptionGroup(title: "One server") var server: ImportServerOptions

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
    if server.isGiven, !only.isEmpty || !label.isEmpty {
      throw ValidationError("--only and --label choose instances of a cloud, and here is one server.")
    }
    guard platform != nil || server.isGiven else {
      throw ValidationError("name a `Platform` of the specs, or a server: --host HOST --user USER.")
    }
    for text in label where !text.dropFirst().contains("=") {
      throw ValidationError("--label takes KEY=VALUE, not `\(text)`.")
    }
  }

  func run() async throws {
    let terminal = Terminal(noColor: noColor)
    let repository = try read(terminal)
    if server.isGiven { return try await importServer(repository, terminal) }
    let platform = try platform(of: repository, terminal)
    let source = try await source(for: platform, terminal)
    let run = run(platform, repository, terminal)
    let labels = label.map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init) }
    let filter = ImportFilter(
      patterns: only, labels: Dictionary(labels.map { ($0[0], $0[1]) }, uniquingKeysWith: { _, last in last }))
    let status = try await run.perform(filter, importer: source.importer, planner: source.planner)
    if status != .done { throw ExitCode(status.rawValue) }
  }

  private func run(_ platform: DesiredPlatform, _ repository: Repository, _ terminal: Terminal) -> ImportRun {
    ImportRun(
      platform: platform, repository: repository, terminal: terminal, directory: output ?? repository.root + "/specs",
      isDryRun: dryRun, now: currentTime())
  }

  private func importServer(_ repository: Repository, _ terminal: Terminal) async throws {
    let target = try server.target(on: platform, of: repository, terminal)
    let run = run(target.instance.platform, repository, terminal)
    let status = try await run.perform(target) { instance in
      do throws(FileFailure) {
        return try await Composition(for: [instance]).reading.platform(of: instance)
      } catch {
        throw terminal.end("\(error)", hint: nil, .failed)
      }
    }
    if status != .done { throw ExitCode(status.rawValue) }
  }

  /// Specs that declare no instance yet, or none at all, are what most imports begin with.
  private func read(_ terminal: Terminal) throws -> Repository {
    var repository = Repository.read(specs.paths)
    repository.diagnostics.removeAll { $0.code == .noDocuments || $0.code == .emptyDirectory }
    if specs.paths.isEmpty, !exists(repository.root + "/specs") { repository.diagnostics = [] }
    terminal.show(repository.diagnostics, of: repository)
    if repository.diagnostics.hasErrors { throw ExitCode(ExitStatus.failed.rawValue) }
    return repository
  }

  private func platform(of repository: Repository, _ terminal: Terminal) throws -> DesiredPlatform {
    let known = platforms(of: repository.documents)
    let name = platform ?? ""
    guard let found = known.first(where: { $0.name == name }) else {
      let near = closest(name, in: known.map(\.name)).map { "did you mean `\($0)`?" }
      throw terminal.end(
        "there is no `Platform` named `\(name)`",
        hint: near ?? "declare it under specs/: kind: Platform, name: \(name), type: aws", .usage)
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
        "`\(platform.name)` can't be asked what instances it has",
        hint: platform.hint, .usage)
    }
    return source
  }
}

extension DesiredPlatform {
  fileprivate var hint: String {
    switch kind {
    case .server: "name one server: holdfast import \(name) --host HOST --user USER"
    case .local: "name one cluster: holdfast import \(name) --data-directory DIRECTORY"
    case .aws: "import lists platforms of type aws"
    }
  }
}
