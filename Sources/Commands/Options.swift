import ArgumentParser

/// What the commands that read specs share.
struct SpecOptions: ParsableArguments {
  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp("Read specs from this file or directory; may be repeated.", valueName: "path"))
  var paths: [String] = []
}

/// Which instances and addresses a command is about.
struct ScopeOptions: ParsableArguments {
  @Option(
    name: .customLong("only"),
    help: ArgumentHelp(
      "Only what lies at or below this address, or matches label:KEY=VALUE or platform:NAME; may be repeated.",
      valueName: "address"))
  var only: [String] = []

  @Option(help: ArgumentHelp("How many instances are worked on at the same time.", valueName: "n"))
  var parallel: Int = 4

  func validate() throws {
    guard (1...256).contains(parallel) else { throw ValidationError("--parallel takes a number from 1 to 256.") }
  }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case text, json, markdown }

/// How results are shown.
struct OutputOptions: ParsableArguments {
  @Option(help: "How the result is written.")
  var format: OutputFormat = .text

  @Flag(name: .customLong("no-color"), help: "No colours, whatever the terminal can do.")
  var noColor = false
}
