import Model
import Simulator

struct Assembly {
  var changes: [Change] = []
  var steps: [Step] = []
  var refused: [RefusedPiece] = []
}

/// Puts pieces into steps: in the order of the phases, one step a phase and group, each with what it expects, achieves and
/// how it is undone, all read off an instance that is simulated step by step.
func assemble(_ pieces: [Piece], desired: DesiredInstance, observed: Observed, context: PlanContext) -> Assembly {
  var assembly = Assembly()
  var simulator = Simulator(observed, pristine: context.planner.pristine(for: desired), now: context.now)
  let creates = pieces.contains { $0.phase == .create }
  let bringsGroup = pieces.contains { $0.edits.contains { $0.upgradesGroup || $0.removesGroup } }
  for group in inSteps(pieces) {
    let first = assembly.changes.count
    assembly.changes += group.map(\.change)
    let edits = ordered(group, firstChange: first)
    let before = simulator.observed
    let undo = simulator.applyWithUndo(
      edits, isNew: creates, bringsGroup: bringsGroup, joinsGroup: observed.preparedGroup != nil,
      waiting: observed.waiting)
    let after = simulator.observed
    let step = makeStep(
      id: assembly.steps.count + 1, group, edits.map(\.edit), from: before, to: after, undo, desired: desired,
      context: context, isNew: creates,
      makes: Array(first..<assembly.changes.count))
    assembly.refused += refused(group, context.planner.obstacles(to: edits.map(\.edit), observed: before))
    assembly.steps.append(step)
  }
  return assembly
}

private func inSteps(_ pieces: [Piece]) -> [[Piece]] {
  var order: [StepKey] = []
  var groups: [StepKey: [Piece]] = [:]
  for piece in pieces {
    let key = StepKey(phase: piece.phase, group: piece.group)
    if groups[key] == nil { order.append(key) }
    groups[key, default: []].append(piece)
  }
  // Stable: within a phase the groups stay in the order in which they were found.
  let sorted = order.enumerated().sorted { ($0.element.phase, $0.offset) < ($1.element.phase, $1.offset) }
  return sorted.compactMap { groups[$0.element] }
}

private struct StepKey: Hashable {
  var phase: Phase
  var group: String
}

/// An edit with the change that it belongs to.
struct AttributedEdit {
  var edit: Edit
  var change: Int
}

/// The order within a step; edits of one rank stay as they came, and each is done once. Of a membership that several grant the
/// last one holds: what an earlier one would have granted may be revoked between them, and all revokes come first.
private func ordered(_ pieces: [Piece], firstChange: Int) -> [AttributedEdit] {
  var seen: Set<Edit> = []
  var lastOf: [[String]: Int] = [:]
  let edits = pieces.enumerated().flatMap { index, piece in
    piece.edits.map { AttributedEdit(edit: $0, change: firstChange + index) }
  }
  let sorted = edits.enumerated().sorted { ($0.element.edit.rank, $0.offset) < ($1.element.edit.rank, $1.offset) }
    .map(\.element)
  for (index, one) in sorted.enumerated() {
    if let edge = one.edit.grantedEdge { lastOf[edge] = index }
  }
  return sorted.enumerated().filter { index, one in
    one.edit.grantedEdge.map { lastOf[$0] == index } ?? seen.insert(one.edit).inserted
  }.map(\.element)
}

private func makeStep(
  id: Int, _ pieces: [Piece], _ edits: [Edit], from before: Observed, to after: Observed, _ undo: [Undo],
  desired: DesiredInstance, context: PlanContext, isNew: Bool, makes: [Int]
) -> Step {
  let phase = pieces[0].phase
  let keys = pieces.flatMap(\.change.facts).map(\.key).removingRepeats()
  let rewritesLayer = edits.contains { if case .setParameter = $0 { phase == .parameters } else { false } }
  let layer = rewritesLayer && before.managed == nil ? [Fact(key: .layer, value: before.value(of: .layer))] : []
  return Step(
    id: id, phase: phase, title: title(of: phase, pieces[0].group, edits),
    work: Work(
      edits: edits, operations: context.planner.render(edits, of: desired, before: before, after: after)),
    makes: makes, needs: id > 1 ? [id - 1] : [],
    expects: keys.filter { !isNew || before.tells($0) }.map { Fact(key: $0, value: before.value(of: $0)) } + layer,
    achieves: keys.map { Fact(key: $0, value: after.value(of: $0)) } + settledFact(edits, after, beside: keys),
    deadlineSeconds: context.planner.deadlineSeconds(for: edits), hazards: pieces.flatMap(\.hazards).removingRepeats(),
    timing: timing(edits, pieces.flatMap(\.hazards), after: after),
    reverse: reverse(undo, desired, before: before, after: after, context),
    undo: undo)
}

func reverse(
  _ undo: [Undo], _ desired: DesiredInstance, before: Observed, after: Observed, _ context: PlanContext
) -> Reverse {
  let edits = undo.reversed().flatMap(\.edits).reloadingLast(by: \.self)
  let lost = undo.compactMap(\.lost).removingRepeats()
  guard !edits.isEmpty else { return .forwardOnly(because: lost.joined(separator: "; ")) }
  var simulator = Simulator(after, pristine: context.planner.pristine(for: desired), now: context.now)
  simulator.apply(edits)
  let operations = context.planner.render(edits, of: desired, before: after, after: simulator.observed)
  return lost.isEmpty
    ? .exact(operations: operations) : .partial(operations: operations, lost: lost.joined(separator: "; "))
}

/// What a cloud is asked is done when it has come to rest again.
func settledFact(_ edits: [Edit], _ after: Observed, beside keys: [FactKey]) -> [Fact] {
  guard !keys.contains(.settled), edits.contains(where: \.unsettles), after.managed?.isSettled == true else {
    return []
  }
  return [Fact(key: .settled, value: "yes")]
}

func timing(_ edits: [Edit], _ hazards: [Hazard], after: Observed) -> Timing {
  // What only takes back something that waits is done once it is asked for.
  for case .setManaged(let member, let values, .window) in edits {
    let waiting = after.managed?.settings(of: member)?.pending ?? [:]
    if values.keys.contains(where: { waiting[$0] != nil }) { return .inWindow }
  }
  if hazards.contains(where: { $0.kind == .restart }) { return .nowWithRestart }
  let names = edits.compactMap { if case .setParameter(let name, _) = $0 { name } else { nil } }
  let contexts = names.compactMap { after.parameters[$0]?.definition.context }
  if names.contains(where: { after.parameters[$0]?.pendingRestart == true }) { return .nextRestart }
  return contexts.contains { $0 == .backend || $0 == .superuserBackend } ? .newSessions : .now
}

private func title(of phase: Phase, _ group: String, _ edits: [Edit]) -> String {
  switch phase {
  case .prepare: group.isEmpty ? "make the parameter group" : group
  case .create: group.isEmpty ? "make the instance" : "make the \(group)"
  case .backupFile: "write the backup configuration"
  case .start: "start the server"
  case .parameters: edits == [.reload] ? "reload the configuration" : "write parameters"
  case .modify: title(ofModifying: group, edits)
  case .restart: group.isEmpty ? "restart the server" : "restart \(group)"
  case .roles: "roles and memberships"
  case .databases: "database \(group)"
  case .contents: "inside database \(group)"
  case .grants: group.isEmpty ? "privileges of the whole server" : "\(edits.accessWords) in database \(group)"
  case .handover: "hand over in database \(group)"
  case .retire: "drop roles"
  case .stanza: "prepare the backup repository"
  case .backup: group.isEmpty ? "back up" : "copy the snapshot to \(group)"
  case .tidy: title(ofTidying: edits)
  case .stop: "stop the server"
  case .remove: group.isEmpty ? "delete the instance" : "delete its parameter group"
  }
}

private func title(ofTidying edits: [Edit]) -> String {
  guard case .endSharing(_, let account)? = edits.first else { return "remove what is not kept" }
  return "share nothing with \(account) any more"
}

private func title(ofModifying group: String, _ edits: [Edit]) -> String {
  switch edits.first {
  case .renameInstance: "rename the instance"
  case .setTag: "set labels"
  case .addMember(let name, _): "make the member \(name)"
  case .removeMember(let name): "delete the member \(name)"
  case .copyBackups(let region, let copied): copied ? "copy backups to \(region)" : "end the copies in \(region)"
  default: group == "with the version" ? "change the version" : "change settings \(group)"
  }
}

/// What the applying user may not do, found before anything is done. The edits of a step are judged together: what one of
/// them makes another may need, and who may do what is the same for all of them.
private func refused(_ pieces: [Piece], _ obstacles: [Obstacle]) -> [RefusedPiece] {
  guard !obstacles.isEmpty else { return [] }
  let messages = Dictionary(obstacles.map { ($0.edit, $0.message) }, uniquingKeysWith: { first, _ in first })
  return pieces.compactMap { piece in
    piece.edits.lazy.compactMap { messages[$0] }.first.map { RefusedPiece(piece: piece, message: $0) }
  }
}

extension [Edit] {
  /// What a step of privileges is about.
  fileprivate var accessWords: String {
    let count = count(where: \.isRowSecurity)
    return count == 0 ? "privileges" : count == self.count ? "row security" : "privileges and row security"
  }
}

extension Edit {
  var isRowSecurity: Bool {
    switch self {
    case .setRowSecurity, .createPolicy, .alterPolicy, .dropPolicy: true
    default: false
    }
  }

  fileprivate var grantedEdge: [String]? {
    if case .grantMembership(let edge) = self { [edge.role, edge.member, edge.grantor] } else { nil }
  }

  /// Where an edit stands among the others of its step.
  fileprivate var rank: Int {
    switch self {
    case .createInstance, .startInstance, .stopInstance, .removeInstance, .renameRole, .renameDatabase, .createDatabase,
      .configureBackup, .createStanza, .takeBackup, .restart, .reassignOwned, .createParameterGroup, .renameInstance,
      .setManaged, .addMember, .restartMember, .copyBackups, .copySnapshot:
      0
    case .includeLayer, .createRole, .createSchema, .setDatabaseOwner: 1
    case .setParameter, .alterRole, .setSchemaOwner: 2
    case .comment, .createExtension, .setOwner: 3
    case .revokeMembership, .revokeDefault: 4
    // Granted by an option on the table, it is revoked while its grantor still has that.
    case .revoke(let group, _, _, _, _) where group.kind == .column: 4
    // Last, in the order in which they were found: they lock out whoever uses the table until the step is over.
    case .setRowSecurity, .createPolicy, .alterPolicy, .dropPolicy: 8
    case .grantMembership, .revoke: 5
    case .setSetting, .grant: 6
    case .setPassword, .removePassword, .grantDefault: 7
    case .setTag: 7
    case .dropSchema, .dropExtension, .dropRole, .removeMember, .deleteBackup, .deleteSnapshotCopy, .endSharing,
      .removeParameterGroup:
      8
    case .reload: 9
    }
  }
}

extension Edit {
  /// A version comes with its family of parameters, for good.
  fileprivate var upgradesGroup: Bool {
    guard case .setManaged(_, let values, .now) = self else { return false }
    return values[.version] != nil && values[.parameterGroup] != nil
  }

  /// The group that was attached before goes with its values: nothing can be attached to it again.
  fileprivate var removesGroup: Bool {
    if case .removeParameterGroup = self { true } else { false }
  }

  /// Whether a cloud is busy with it for a while.
  fileprivate var unsettles: Bool {
    switch self {
    case .createInstance, .startInstance, .restart, .setManaged, .renameInstance, .addMember, .removeMember,
      .restartMember:
      true
    default: false
    }
  }
}

extension [Edit] {
  /// Settings that are changed at one moment are changed by one call.
  var mergingSettings: [Edit] {
    var merged: [Edit] = []
    for edit in self {
      if case .setManaged(let member, let values, let moment) = edit,
        let index = merged.firstIndex(where: { $0.isSetting(of: member, moment) }),
        case .setManaged(_, let others, _) = merged[index]
      {
        // Of two values of one field the later one holds.
        let both = others.merging(values, uniquingKeysWith: { $1 })
        merged[index] = .setManaged(member: member, values: both, moment: moment)
      } else {
        merged.append(edit)
      }
    }
    return merged
  }
}

extension Edit {
  fileprivate func isSetting(of member: String?, _ moment: ManagedMoment) -> Bool {
    if case .setManaged(member, _, moment) = self { true } else { false }
  }
}

extension StepPlanner {
  func render(_ edits: [Edit], of instance: DesiredInstance, before: Observed, after: Observed) -> [Operation] {
    operations(for: edits.mergingSettings, of: instance, before: before, after: after)
  }
}

extension Array {
  /// The same edits, but a reload comes when everything is written.
  func reloadingLast(by edit: (Element) -> Edit) -> [Element] {
    filter { edit($0) != .reload } + filter { edit($0) == .reload }.suffix(1)
  }
}

extension Observed {
  /// Whether it is known what holds in an instance that is yet to be made: a restored one and a replica bring along each
  /// setting that the call which makes them doesn't take.
  fileprivate func tells(_ key: FactKey) -> Bool {
    switch key {
    case .managed, .managedInForce: managed == nil || value(of: key) != nil
    default: true
    }
  }

  /// Parameters of the layer that waited for a restart when the run began: any restart puts them in force for good.
  var waiting: [String] {
    let names = parameters.filter { $0.value.pendingRestart && layer[$0.key] != nil }.keys.sorted()
    let awaits = managed.map {
      $0.settings.awaitsRestart || $0.members?.values.contains { $0.settings.awaitsRestart } == true
    }
    return names.isEmpty && awaits == true ? ["the parameter group"] : names
  }
}

extension Array where Element: Hashable {
  /// Each element once, where it came first.
  func removingRepeats() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
