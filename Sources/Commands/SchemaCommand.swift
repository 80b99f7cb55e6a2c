import ArgumentParser
import SpecText

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of the specs, for editors.",
    discussion: """
      Write it beside the specs and name it in their first line:
        holdfast schema > holdfast.schema.json
        # yaml-language-server: $schema=../holdfast.schema.json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case json, markdown }

  @Option(help: "A JSON Schema, or the reference of the language as a page.")
  var format: Format = .json

  func run() async throws {
    switch format {
    case .json: Terminal(noColor: true).write(jsonSchema())
    case .markdown: Terminal(noColor: true).write(specReference())
    }
  }
}
