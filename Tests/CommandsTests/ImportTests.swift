import Diagnostics
import Execution
import Model
import NativeClients
import PlanLaws
import Planner
import PlatformAWS
import PlatformKit
import SpecText
import TestServers
import Testing

@testable import Commands

@Suite("Importing") struct ImportTests {
  @Test(arguments: 0..<60 as Range<UInt64>)
  func whatIsWrittenReadsWellAndItsFirstPlanIsEmpty(seed: UInt64) async throws {
    var random = SeededRandom(seed: seed)
    let instances = randomAccount(&random).compactMap { ImportedInstance($0) }
    let repository = repository("")
    let context = ImportContext(platform: try platform(repository), now: noon, besides: repository.documents)
    let files = importedFiles(instances, in: context)
    let proof = await ImportProof.make(
      of: files, instances, on: context.platform, beside: repository, planner: AWSStepPlanner(), now: noon)
    #expect(
      (proof.mistakes + proof.diagnostics).map(\.message) == [], "\(files.map(\.text).joined(separator: "---\n"))")
    #expect(proof.plan.notPlanned == [])
    #expect(proof.plan.instances.count == instances.count)
    // What awaits a restart gets it by the first plan: nobody imported that.
    #expect(proof.plan.instances.flatMap(\.changes).filter { $0.action != .run } == [])
    let waiting = Set(instances.filter { $0.observed.awaitsRestart }.map(\.name.identifier))
    #expect(proof.plan.instances.allSatisfy { $0.changes.isEmpty || waiting.contains($0.instance) })
    // The same, whatever order a page had.
    #expect(importedFiles(instances.reversed(), in: context) == files)
  }

  @Test func filesAreWrittenOnceAndNeverOverwritten() async throws {
    let directory = try TemporaryDirectory().path
    do {
      var random = SeededRandom(seed: 7)
      let inventory = Inventory(instances: randomAccount(&random).compactMap { ImportedInstance($0) })
      let run = try importRun(into: directory)
      let importer = FixedImporter(inventory: inventory)
      #expect(try await run.perform(ImportFilter(), importer: importer, planner: AWSStepPlanner()) == .done)
      let (documents, _, mistakes) = loadDocuments(at: [directory])
      #expect(documents.count >= inventory.instances.count && mistakes.isEmpty)
      await #expect(throws: (any Error).self) {
        try await run.perform(ImportFilter(), importer: importer, planner: AWSStepPlanner())
      }
    }
  }

  @Test(arguments: [
    ("orders-prod", ["*"], true), ("orders-prod", ["orders*", "x"], true), ("orders-prod", ["*-prod"], true),
    ("orders-prod", ["orders"], false), ("orders-prod", ["o?ders-*d"], true), ("orders-prod", ["?"], false),
    ("", ["*"], true), ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", ["*a*a*a*a*a*a*a*a*a*c"], false), ("x", [], true),
  ])
  func identifiersAreChosenByPatterns(identifier: String, patterns: [String], isTaken: Bool) {
    let verdict = ImportFilter(patterns: patterns).verdict(on: CloudName(identifier, isCluster: false), tags: [:])
    #expect(verdict == (isTaken ? .taken : .leftOut))
  }

  @Test func tagsChooseAndWhatIsDeclaredIsTold() {
    let filter = ImportFilter(labels: ["team": "orders", "tier": "1"], declared: [CloudName("a", isCluster: false)])
    #expect(
      filter.verdict(on: CloudName("b", isCluster: false), tags: ["team": "orders", "tier": "1", "more": "x"]) == .taken
    )
    #expect(filter.verdict(on: CloudName("b", isCluster: false), tags: ["team": "orders"]) == .leftOut)
    #expect(filter.verdict(on: CloudName("a", isCluster: false), tags: ["team": "orders", "tier": "1"]) == .declared)
    #expect(filter.verdict(on: CloudName("a", isCluster: false), tags: [:]) == .leftOut)
  }

  private let noon = Timestamp(seconds: 1_794_000_000)

  private func repository(_ more: String) -> Repository {
    let text = "kind: Platform\nname: aws-prod\ntype: aws\nregion: eu-west-1\naccount: 012345678901\n" + more
    let read = readDocuments(in: Array(text.utf8), file: "platforms.yaml")
    return Repository(
      root: "/nowhere", documents: read.documents, rootDocuments: [], desired: Desired(), sources: SourceCache(),
      diagnostics: read.diagnostics, digest: "")
  }

  private func platform(_ repository: Repository) throws -> DesiredPlatform {
    try #require(platforms(of: repository.documents).first)
  }

  private func importRun(into directory: String) throws -> ImportRun {
    let repository = repository("")
    return ImportRun(
      platform: try platform(repository), repository: repository, terminal: Terminal(noColor: true),
      directory: directory,
      isDryRun: false, now: noon)
  }
}

private struct FixedImporter: Importer {
  let inventory: Inventory

  func inventory(_ filter: ImportFilter, at now: Timestamp) async throws(ObservationFailure) -> Inventory { inventory }
}

extension Observed {
  fileprivate var awaitsRestart: Bool { managed?.settings.awaitsRestart ?? false }
}
