import ArgumentParser
import Diagnostics
import Execution
import Glibc
import Model
import NativeClients
import Planner
import PlatformKit
import Rendering
import SpecText

/// One import: look, write down, prove, and only then put files where there are none.
struct ImportRun: Sendable {
  let platform: DesiredPlatform
  let repository: Repository
  let terminal: Terminal
  /// Where the files go.
  let directory: String
  let isDryRun: Bool
  let now: Timestamp

  func perform(
    _ filter: ImportFilter, importer: any Importer, planner: any StepPlanner
  ) async throws -> ExitStatus {
    var context = ImportContext(platform: platform, now: now, besides: repository.documents, repository.desired)
    context.schema = schema
    var filter = filter
    filter.declared = context.declared
    var inventory = try await inventory(filter, importer)
    let (files, proof) = try await writing(&inventory, context, planner)
    try refuseExisting(files)
    if !isDryRun { try await write(files) }
    return show(files, inventory, instances: inventory.instances.count, proof)
  }

  private func inventory(_ filter: ImportFilter, _ importer: any Importer) async throws -> Inventory {
    do {
      return try await importer.inventory(filter, at: now)
    } catch {
      throw terminal.end("`\(platform.name)` can't be imported: \(error.message)", hint: error.hint, .failed)
    }
  }

  /// The files, and their proof. Nothing is written that the next command would refuse to read: what the rules of the
  /// language forbid is skipped, and the rest written.
  private func writing(
    _ inventory: inout Inventory, _ context: ImportContext, _ planner: any StepPlanner
  ) async throws -> ([ImportedFile], ImportProof) {
    while true {
      var files = importedFiles(inventory.instances, in: context)
      for index in files.indices { files[index].path = "\(directory)/\(files[index].path)" }
      let proof = await ImportProof.make(
        of: files, inventory.instances, on: platform, beside: repository, planner: planner, now: now)
      let faults = proof.faults(in: files)
      guard proof.mistakes.isEmpty || faults.isEmpty else {
        inventory.instances.removeAll { faults[$0.name] != nil }
        inventory.skipped += faults.map { .init(identifier: $0.key.identifier, reason: $0.value) }
        continue
      }
      try show(proof, files)
      return (files, proof)
    }
  }

  func show(_ proof: ImportProof, _ files: [ImportedFile]) throws {
    var sources = repository.sources
    for file in files { sources[file.path] = SourceText(Array(file.text.utf8)) }
    let found = proof.mistakes + proof.diagnostics
    if !found.isEmpty {
      terminal.complain(renderDiagnostics(found, sources: sources, style: terminal.diagnosticStyle))
    }
    guard !proof.mistakes.isEmpty else { return }
    throw terminal.end(
      "the specs of what is there have mistakes; nothing was written",
      hint: "leave the instance out with --only and --label", .failed)
  }

  func refuseExisting(_ files: [ImportedFile]) throws {
    let existing = files.map(\.path).filter(exists)
    guard !existing.isEmpty else { return }
    for path in existing { terminal.complain(escapedForTerminal("\(shown(path)) exists already") + "\n") }
    throw terminal.end(
      "an import never overwrites a file; nothing was written", hint: "move them away, or write elsewhere: --output",
      .refused)
  }

  /// A file that appears in the meantime stays as well.
  func write(_ files: [ImportedFile]) async throws {
    let writer = LocalFilesWriter()
    var written = 0
    do throws(FileFailure) {
      for file in files {
        let path = file.path.hasPrefix("/") ? file.path : currentDirectory() + "/" + file.path
        let temporary = parent(of: path) + "/.holdfast-import-\(getpid())"
        try await writer.makeDirectory(parent(of: path), mode: 0o755, owner: nil)
        try await writer.write(Array(file.text.utf8), to: temporary, mode: 0o644, owner: nil)
        do throws(FileFailure) {
          try await writer.move(temporary, to: path)
        } catch {
          try? await writer.removeTree(temporary)
          throw error
        }
        written += 1
      }
    } catch {
      throw terminal.end(
        "\(error); \(written) of \(files.count) files were written", hint: nil, written > 0 ? .partWay : .failed)
    }
  }

  func show(
    _ files: [ImportedFile], _ inventory: Inventory, instances: Int, takeOver: Set<Address> = [], _ proof: ImportProof
  ) -> ExitStatus {
    var report = ImportReport(
      platform: platform.name, files: files.map { shown($0.path) }, instances: instances,
      declared: inventory.declared.count,
      skipped: inventory.skipped.map { .init(identifier: $0.identifier, reason: $0.reason) }, plan: proof.plan,
      isDryRun: isDryRun)
    report.takeOver = takeOver
    if isDryRun {
      terminal.write(files.map { "# \(shown($0.path))\n\($0.text)" }.joined(separator: "---\n"))
      // The result is the files, one stream of YAML.
      terminal.complain(renderImport(report, style: terminal.errors))
    } else {
      terminal.write(renderImport(report, style: terminal.output))
    }
    return report.isFirstPlanEmpty ? .done : .differs
  }

  /// From the root of the repository, for people.
  private func shown(_ path: String) -> String { Commands.path(of: path, below: repository.root) }

  /// The repository's JSON Schema as it is reached from the directory; `nil` where it isn't within the repository.
  var schema: String? {
    let (name, below) = ("holdfast.schema.json", shown(directory))
    guard exists("\(repository.root)/\(name)"), !below.hasPrefix("/") else { return nil }
    return below.split(separator: "/").map { _ in "../" }.joined() + name
  }
}
