import ArgumentParser
import Diagnostics
import Execution
import Model
import Planner
import PlatformKit
import Rendering

struct AccessCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "access", abstract: "List who may do what on what, and by which way. Changes nothing anywhere.",
    discussion: """
      Everything by which PostgreSQL would say yes is told: superusers, owners, grants, memberships at any remove, \
      what everybody may do, predefined roles, and what takes a SET ROLE first. What everybody may do is listed once, \
      as PUBLIC's, unless roles are chosen. All databases that the user of `connect` may enter are looked into; the \
      server's own objects and those of extensions are left out.
      """)

  @OptionGroup var specs: SpecOptions
  @OptionGroup var scope: ScopeOptions

  @Option(
    help: ArgumentHelp(
      "Only this role, or roles that fit: `*` is any text, `?` one character; PUBLIC for everybody; may be repeated.",
      valueName: "name"))
  var role: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only objects at or below this address, or DATABASE.SCHEMA.NAME or a part of it from the left, each with "
        + "wildcards; may be repeated.", valueName: "object"))
  var object: [String] = []

  @Flag(name: .customLong("all-roles"), help: "Also roles that may not log in.")
  var allRoles = false

  @Option(help: "How the result is written.")
  var format: AccessFormat = .text

  @Flag(name: .customLong("no-color"), help: "No colours, whatever the terminal can do.")
  var noColor = false

  @Flag(name: .shortAndLong, help: "Name everything instead of counting, and who granted it.")
  var verbose = false

  enum AccessFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case text, json, markdown, csv }

  func validate() throws {
    for text in object where ObjectSelector(text) == nil {
      throw ValidationError(
        "--object takes an address or DATABASE.SCHEMA.NAME, not `\(escapedForTerminal(text))`.")
    }
  }

  func run() async throws {
    let session = try await Session.open(
      specs: specs, only: scope.only, width: scope.parallel, noColor: noColor, verbose: verbose)
    let filter = AccessFilter(
      roles: role.map { NamePattern($0) }, objects: object.compactMap { ObjectSelector($0) }, includesGroups: allRoles,
      selection: session.selection)
    var run = AccessRun(session: session, filter: filter, format: format)
    let status = await run.perform()
    if status != .done { throw ExitCode(status.rawValue) }
  }
}
