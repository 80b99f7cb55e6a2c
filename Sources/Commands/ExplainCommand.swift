import ArgumentParser
import Diagnostics
import Execution
import Model
import Rendering
import SpecText

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Show what an address comes to, field by field, and which line says so.")

  @Argument(help: "An address, such as instance/NAME, access/NAME or parameters/NAME.")
  var address: String

  @OptionGroup var specs: SpecOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let terminal = Terminal(noColor: output.noColor)
    let repository = Repository.read(specs.paths)
    terminal.show(repository.diagnostics, of: repository)
    if repository.diagnostics.hasErrors { throw ExitCode(ExitStatus.failed.rawValue) }
    guard let wanted = Address(address), let fields = explain(wanted, documents: repository.documents) else {
      let known = repository.desired.instances.map(\.address.description)
      let near = closest(address, in: known).map { "; did you mean `\($0)`?" } ?? ""
      terminal.complain("explain: there is no `\(escapedForTerminal(address))` in the specs\(near)\n")
      throw ExitCode(ExitStatus.usage.rawValue)
    }
    let explanation = Explanation(address: address, fields: fields.map(\.line))
    terminal.write(
      output.format == .json
        ? renderExplanationJSON(explanation) : renderExplanation(explanation, style: terminal.output))
  }
}

extension ExplainedField {
  fileprivate var line: Explanation.Field {
    switch origin {
    case .written(let location): Explanation.Field(name: key, value: value, location: location)
    case .standard: Explanation.Field(name: key, value: value, origin: "default")
    }
  }
}
