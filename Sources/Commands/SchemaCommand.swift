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

  func run() async throws { Terminal(noColor: true).write(jsonSchema()) }
}
