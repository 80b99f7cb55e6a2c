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
    let observed = Dictionary(instances.map { ($0.name, $0.observed) }, uniquingKeysWith: { first, _ in first })
    return await make(of: files, beside: repository, planner: planner, now: now) { instance in
      instance.platform.name == platform.name ? instance.managed.flatMap { observed[$0.name] } : nil
    }
  }

  /// The same for instances that are known by the names of their documents.
  static func make(
    of files: [ImportedFile], _ observed: [String: Observed], beside repository: Repository,
    planner: any StepPlanner, now: Timestamp
  ) async -> ImportProof {
    await make(of: files, beside: repository, planner: planner, now: now) { observed[$0.name] }
  }

  private static func make(
    of files: [ImportedFile], beside repository: Repository, planner: any StepPlanner, now: Timestamp,
    observed: @escaping @Sendable (DesiredInstance) -> Observed?
  ) async -> ImportProof {
    var (documents, mistakes): ([Document], [Diagnostic]) = ([], [])
    for file in files {
      let read = readDocuments(in: Array(file.text.utf8), file: file.path)
      documents += read.documents
      mistakes += read.diagnostics
    }
    let specs = readSpecs(documents: repository.documents + documents, root: repository.rootDocuments)
    mistakes += specs.diagnostics.filter { $0.severity == .error }
    let found = specs.desired.instances.filter { observed($0) != nil }
    var request = PlanRequest(now: now, identity: SpecsIdentity(digest: repository.digest))
    request.selection = Selection(instances: Set(found.map(\.name)))
    let catalog = ImportedPlatform(observed: observed, planner: planner)
    let made = await makePlan(for: specs.desired, catalog: catalog, request: request)
    return ImportProof(plan: made.plan, mistakes: mistakes, diagnostics: made.diagnostics)
  }
}

/// A platform as it was when the import looked.
private struct ImportedPlatform: PlatformCatalog, Observer {
  let observed: @Sendable (DesiredInstance) -> Observed?
  let planner: any StepPlanner

  func platform(of instance: DesiredInstance) -> ReadingPlatform { ReadingPlatform(observer: self, planner: planner) }

  func observe(
    _ instance: DesiredInstance, at now: Timestamp, since earlier: EarlierLook?
  ) async throws(ObservationFailure) -> Observed {
    guard let found = observed(instance) else {
      throw ObservationFailure(address: instance.address, message: "it was not imported", hint: "plan it by itself")
    }
    return found
  }

  func reasonToSkip(_ instance: DesiredInstance) -> String? { nil }
}
