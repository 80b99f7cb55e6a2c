import ArgumentParser
import Diagnostics
import Execution
import Model
import Rendering

struct ValidateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check the specs without looking at any platform.")

  @OptionGroup var specs: SpecOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let terminal = Terminal(noColor: output.noColor)
    let repository = Repository.read(specs.paths)
    let status: ExitStatus = repository.diagnostics.hasErrors ? .failed : .done
    switch output.format {
    case .json:
      terminal.write(
        diagnosticsJSON(
          repository.diagnostics, documents: repository.documents.count, exitStatus: Int(status.rawValue)))
    case .text, .markdown:
      terminal.show(repository.diagnostics, of: repository, warningsAlike: .max)
      if !repository.diagnostics.hasErrors { terminal.write(soundness(of: repository) + "\n") }
    }
    if status != .done { throw ExitCode(status.rawValue) }
  }

  private func soundness(of repository: Repository) -> String {
    let (documents, instances) = (repository.documents.count, repository.desired.instances.count)
    return
      "The specs are sound: \(documents) document\(documents == 1 ? "" : "s"), \(instances) instance\(instances == 1 ? "" : "s")."
  }
}
