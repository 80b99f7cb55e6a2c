import ArgumentParser
import Glibc
import NativeClients
import SpecText

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Write a small, commented repository to start from.")

  @Argument(help: "The directory; it is made where it doesn't exist.")
  var directory = "."

  func run() async throws {
    let terminal = Terminal(noColor: true)
    let existing = starterFiles.map { "\(directory)/\($0.path)" }.filter { exists($0) }
    guard existing.isEmpty else {
      terminal.complain("init: \(existing.joined(separator: ", ")) exists already; nothing was written\n")
      throw ExitCode(1)
    }
    for file in starterFiles { try await write(file.text, to: "\(directory)/\(file.path)", terminal) }
    terminal.write(starterFiles.map { "wrote \(directory)/\($0.path)\n" }.joined())
    terminal.write("Next: edit specs/, then run `holdfast validate` and `holdfast plan` there.\n")
  }

  private func write(_ text: String, to path: String, _ terminal: Terminal) async throws {
    let writer = LocalFilesWriter()
    do {
      let absolute = path.hasPrefix("/") ? path : currentDirectory() + "/" + path
      try await writer.makeDirectory(parent(of: absolute), mode: 0o755, owner: nil)
      try await writer.write(Array(text.utf8), to: absolute, mode: 0o644, owner: nil)
    } catch {
      terminal.complain("init: \(error)\n")
      throw ExitCode(1)
    }
  }
}
