import ArgumentParser
import Execution
import Rendering

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a saved plan, however old it is.")

  @Argument(help: "A file that `plan --out` wrote.")
  var file: String

  @OptionGroup var output: OutputOptions

  @Flag(name: .shortAndLong, help: "With the statements, commands and files of each step.")
  var verbose = false

  func run() async throws {
    let terminal = Terminal(noColor: output.noColor, verbose: verbose)
    let saved: SavedPlan
    do throws(PlanFileFailure) {
      saved = try await loadPlan(file)
    } catch {
      throw terminal.end(error)
    }
    let command = PastableCommand("apply", file).text
    switch output.format {
    case .text: terminal.write(renderPlan(saved.plan, style: terminal.output, command: command))
    case .json: terminal.write(renderPlanJSON(saved.plan, digest: saved.digest, command: command, exitStatus: 0))
    case .markdown:
      let frame = MarkdownFrame(
        title: "Holdfast plan", digest: saved.digest, expires: saved.plan.expiry, command: command)
      terminal.write(renderMarkdown(saved.plan, frame: frame))
    }
  }
}
