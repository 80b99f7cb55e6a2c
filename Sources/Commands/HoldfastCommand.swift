import ArgumentParser
import NativeClients

/// The program.
package struct HoldfastCommand: AsyncParsableCommand {
  package static let version = "0.1.0"

  package static let configuration = CommandConfiguration(
    commandName: "holdfast",
    abstract: "Keeps database platforms as a git repository says they are.",
    discussion: """
      Specs are read from the directory `specs` of the repository, whose root holds `holdfast.yaml`. \
      A plan changes nothing. `apply` runs a plan, `revert` takes a run back, `drift` tells what differs.

      Exit codes: 0 done, 1 failed, 2 differences, 3 a hazard was not allowed, 4 the plan is stale or altered, \
      5 locked by another run, 6 stopped part-way, 64 usage.
      """,
    version: version,
    subcommands: [
      InitCommand.self, ImportCommand.self, ValidateCommand.self, ExplainCommand.self, SchemaCommand.self,
      PlanCommand.self,
      ShowCommand.self,
      ApplyCommand.self, RevertCommand.self, DriftCommand.self, AccessCommand.self, RunsCommand.self,
    ])

  package init() {}

  /// Runs the command that the arguments name, and ends the process with its exit code.
  package static func start() async {
    // Before any thread starts: libpq must not see what the environment says.
    _ = ProcessEnvironment.atStart
    await main()
  }
}
