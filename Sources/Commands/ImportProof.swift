import Diagnostics
import Model
import NativeClients
import Planner
import PlatformKit
import SpecText
import YAML

/// Specs that were written of what is there, read again together with those of the repository.
struct ImportProof: Sendable {
  var plan: Plan
  /// Mistakes that a reader finds in the specs: there should be none.
  var mistakes: [Diagnostic]
  /// What the planner says of them.
  var diagnostics: [Diagnostic]

  /// Instances whose own file has a mistake, each with the first.
  func faults(in files: [ImportedFile]) -> [CloudName: String] {
    var faults: [CloudName: String] = [:]
    for file in files {
      guard let instance = file.instance, let mistake = mistakes.first(where: { $0.location?.file == file.path }) else {
        continue
      }
      faults[instance] = mistake.message
    }
    return faults
  }

  /// Plans what the files ask for against the very observations that they were written from.
  static func make(
    of files: [ImportedFile], _ instances: [ImportedInstance], on platform: DesiredPlatform,
    beside repository: Repository,
    planner: any StepPlanner, now: Timestamp
  ) async -> ImportProof {
    var (documents, mistakes): ([Document], [Diagnostic]) = ([], [])
    for file in files {
      let read = readDocuments(in: Array(file.text.utf8), file: file.path)
      documents += read.documents
      mistakes += read.diagnostics
    }
    let specs = readSpecs(documents: repository.documents + documents, root: repository.rootDocuments)
    mistakes += specs.diagnostics.filter { $0.severity == .error }
    let observed = Dictionary(instances.map { ($0.name, $0.observed) }, uniquingKeysWith: { first, _ in first })
    let found = specs.desired.instances.filter { instance in
      instance.platform.name == platform.name && instance.managed.map { observed[$0.name] != nil } ?? false
    }
    var request = PlanRequest(now: now, identity: SpecsIdentity(digest: repository.digest))
    request.selection = Selection(instances: Set(found.map(\.name)))
    let catalog = ImportedPlatform(observed: observed, planner: planner)
    let made = await makePlan(for: specs.desired, catalog: catalog, request: request)
    return ImportProof(plan: made.plan, mistakes: mistakes, diagnostics: made.diagnostics)
  }
}

/// A platform as it was when the import looked.
private struct ImportedPlatform: PlatformCatalog, Observer {
  let observed: [CloudName: Observed]
  let planner: any StepPlanner

  func platform(of instance: DesiredInstance) -> ReadingPlatform { ReadingPlatform(observer: self, planner: planner) }

  func observe(_ instance: DesiredInstance, at now: Timestamp) async throws(ObservationFailure) -> Observed {
    guard let found = instance.managed.flatMap({ observed[$0.name] }) else {
      throw ObservationFailure(address: instance.address, message: "it was not imported", hint: "plan it by itself")
    }
    return found
  }

  func reasonToSkip(_ instance: DesiredInstance) -> String? { nil }
}
