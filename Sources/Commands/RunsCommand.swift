import ArgumentParser
import Execution
import Rendering

struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List the runs of the journal, the newest first.")

  @OptionGroup var specs: SpecOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = try await Session.open(specs: specs, output: output)
    let history = try await session.history()
    // The journal's own order: two runs may begin in one second.
    let listings = await Array(session.listings(history?.runs ?? []).reversed())
    switch output.format {
    case .text, .markdown: session.terminal.write(renderRuns(listings, style: session.terminal.output))
    case .json: session.terminal.write(renderRunsJSON(listings))
    }
  }
}
