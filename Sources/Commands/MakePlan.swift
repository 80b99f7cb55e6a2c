import Diagnostics
import Model
import Planner
import PlatformKit

/// What a plan is made for.
struct PlanRequest: Sendable {
  var selection = Selection()
  var width = 4
  var dueOnly = false
  var deferRestart = false
  var listsUndeclared = false
  var now: Timestamp
  var identity: SpecsIdentity
  var evidence: @Sendable (DesiredInstance) -> [String] = { _ in [] }
}

struct MadePlan: Sendable {
  var plan: Plan
  var diagnostics: [Diagnostic]
  /// By name: instances that a cloud is still making.
  var beingMade: [String] = []
}

/// Observes the selected instances side by side and plans each.
func makePlan(for desired: Desired, catalog: any PlatformCatalog, request: PlanRequest) async -> MadePlan {
  let instances = desired.instances.filter(request.selection.contains)
  await prepareObservers(for: instances, catalog, width: request.width, now: request.now)
  let planned = await inParallel(instances, width: request.width) { instance in
    await planOutcome(instance, desired.sources, catalog.platform(of: instance), request)
  }
  var plan = Plan(
    toolVersion: HoldfastCommand.version, createdAt: request.now, origin: .specs, specs: request.identity,
    dueOnly: request.dueOnly, deferRestart: request.deferRestart, scope: request.selection.texts, instances: [])
  var (diagnostics, beingMade): ([Diagnostic], [String]) = ([], [])
  for outcome in planned {
    switch outcome {
    case .planned(let planned):
      if planned.isBeingMade { beingMade.append(planned.plan.instance) }
      diagnostics += planned.diagnostics
      if planned.diagnostics.hasErrors {
        let errors = planned.diagnostics.filter { $0.severity == .error }
        let count = errors.count
        plan.notPlanned.append(
          NotPlanned(
            address: planned.plan.address,
            reason: errors.allSatisfy { $0.code == .protected } ? .guarded : .invalid,
            message: "\(count == 1 ? "1 error" : "\(count) errors") in what the specs ask of it"))
      } else {
        plan.instances.append(planned.plan)
      }
    case .notPlanned(let notPlanned): plan.notPlanned.append(notPlanned)
    }
  }
  refuseTwins(&plan)
  return MadePlan(plan: plan, diagnostics: diagnostics, beingMade: beingMade.sorted())
}

/// Lets each platform read together what its instances have in common.
func prepareObservers(
  for instances: [DesiredInstance], _ catalog: any PlatformCatalog, width: Int, now: Timestamp
) async {
  let groups = Dictionary(grouping: instances, by: \.platform.name).sorted { $0.key < $1.key }.map(\.value)
  _ = await inParallel(groups, width: width) { group in
    guard let first = group.first else { return }
    let observer = catalog.platform(of: first).observer
    await observer.prepare(for: group.filter { observer.reasonToSkip($0) == nil }, at: now)
  }
}

private enum PlanOutcome: Sendable {
  case planned(Planned)
  case notPlanned(NotPlanned)
}

private func planOutcome(
  _ instance: DesiredInstance, _ sources: SourceMap, _ platform: ReadingPlatform, _ request: PlanRequest
) async -> PlanOutcome {
  if let reason = platform.observer.reasonToSkip(instance) {
    return .notPlanned(NotPlanned(address: instance.address, reason: .otherHost, message: reason))
  }
  do {
    var observed = try await platform.observer.observe(instance, at: request.now)
    if observed.presence == .absent { observed.evidence += request.evidence(instance) }
    let context = PlanContext(
      now: request.now, planner: platform.planner, sources: sources, deferRestart: request.deferRestart,
      dueOnly: request.dueOnly, listsUndeclared: request.listsUndeclared)
    let scope = request.selection.addresses.filter { $0.instanceName == instance.name }
    let planned = planInstance(instance, observed: observed, context: context, scope: scope)
    if let missing = scope.first(where: { !planned.knows($0, of: instance, sources) }) {
      return .notPlanned(
        NotPlanned(
          address: missing, reason: .invalid,
          message: "neither the specs nor what differs has anything at this address: check --only"))
    }
    return .planned(planned)
  } catch {
    return .notPlanned(
      NotPlanned(address: instance.address, reason: .notObserved, message: "\(error.message) (\(error.hint))"))
  }
}

extension Planned {
  /// Whether an address that was selected is one of the specs, or of what differs from them.
  fileprivate func knows(_ address: Address, of instance: DesiredInstance, _ sources: SourceMap) -> Bool {
    sources.mentions(address) || instance.knownAddresses.contains(where: address.contains)
      || plan.changes.contains { address.contains($0.address) || $0.address.contains(address) }
      || plan.alarms.contains { address.contains($0.address) } || plan.pending.contains { address.contains($0.address) }
      || diagnostics.hasErrors
  }
}

/// Two specs that lead to one cluster would undo each other's work.
private func refuseTwins(_ plan: inout Plan) {
  let identified = plan.instances.filter { $0.systemIdentifier != nil }
  let twins = Dictionary(grouping: identified) { $0.systemIdentifier ?? "" }.filter { $0.value.count > 1 }
  for (identifier, instances) in twins.sorted(by: { $0.key < $1.key }) {
    let names = instances.map(\.instance).joined(separator: " and ")
    for instance in instances {
      plan.instances.removeAll { $0.instance == instance.instance }
      plan.notPlanned.append(
        NotPlanned(
          address: instance.address, reason: .invalid,
          message: "\(names) are one cluster (system identifier \(identifier)): leave one of them in the specs"))
    }
  }
}

/// Runs `body` for each element, at most `width` at a time; results come in the elements' order.
func inParallel<Element: Sendable, Result: Sendable>(
  _ elements: [Element], width: Int, _ body: @escaping @Sendable (Element) async -> Result
) async -> [Result] {
  await withTaskGroup(of: (Int, Result).self) { group in
    var results: [Int: Result] = [:]
    var next = elements.startIndex
    while next < elements.endIndex, next < width {
      let index = next
      group.addTask { (index, await body(elements[index])) }
      next += 1
    }
    while let (index, result) = await group.next() {
      results[index] = result
      guard next < elements.endIndex else { continue }
      let index = next
      group.addTask { (index, await body(elements[index])) }
      next += 1
    }
    return elements.indices.compactMap { results[$0] }
  }
}
