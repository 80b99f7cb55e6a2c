import Execution
import Foundation
import Model
import SpecText
import TestServers
import Testing

/// The checkout that these tests were built from.
private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

private func page(_ name: String) throws -> String {
  try String(contentsOfFile: "\(root)/docs/reference/\(name)", encoding: .utf8)
}

@Test func thePageOfTheLanguageIsWhatTheReaderTakes() throws {
  #expect(try page("specs.md") == specReference(), "run scripts/generate-reference")
}

@Test func thePageOfCommandsIsWhatTheProgramSays() throws {
  let binary = try HoldfastBinary()
  let process = try ChildProcess(
    ["\(root)/scripts/generate-reference", "--check", binary.path], in: root,
    environment: ChildProcess.environment)
  let outcome = try process.wait(timeoutSeconds: 60)
  #expect(outcome.status == 0, "\(outcome.stdout)\(outcome.stderr)")
}

@Test(arguments: ManagedField.allCases)
func thePageOfAWSHasEachSetting(field: ManagedField) throws {
  let page = try page("aws.md")
  #expect(page.contains("\n| `\(field.rawValue)` "), "docs/reference/aws.md has no row of it")
}

@Test(arguments: Execution.ExitStatus.allCases)
func thePageOfExitCodesHasEachOfThem(status: Execution.ExitStatus) throws {
  #expect(try page("exit-codes.md").contains("\n| \(status.rawValue) | "))
}

@Test func thePageOfExitCodesHasTheirPrecedence() throws {
  let order = Execution.ExitStatus.precedence.map { "\($0.rawValue)" }.joined(separator: ", ")
  #expect(try page("exit-codes.md").contains(order))
}
