import Diagnostics
import Model
import Simulator

/// One change on its way into a step.
struct Piece {
  var phase: Phase
  /// Pieces of one phase and group make one step: the database for `contents`, else whatever keeps them apart.
  var group = ""
  var change: Change
  var edits: [Edit]
  var hazards: [Hazard] = []
  /// The parameters that a restart puts in force.
  var restartsFor: [String] = []
  /// Time alone makes it due.
  var isDueByTime = false
  /// It takes back what its grantor may no longer grant: without that one's loss there is nothing to do.
  var followsItsGrantor = false
  var removal: Removal?
  /// What goes on columns: a loss so far as their tables don't give it in the end.
  var columnLoss: EntryLoss?

  /// The role whose removal it is part of, and who gets what that owns.
  struct Removal {
    var role: String
    var heir: String?
  }

  var id: PieceID {
    let isCommon = edits == [.reload] || edits == [.restart] || phase == .handover || handsOver
    var keys = isCommon ? [] : change.facts.map(\.key)
    // What others were lent by a membership goes along where it isn't gone already.
    if case .membership? = keys.first { keys = Array(keys.prefix(1)) }
    return PieceID(phase: phase, group: group, address: change.address, keys: keys)
  }
}

extension Piece {
  /// What all databases share goes with the first piece of a role, whichever that is.
  fileprivate var handsOver: Bool { edits.contains { if case .reassignOwned = $0 { true } else { false } } }
}

/// Tells pieces of two builds of one plan that are the same. A reload is one, whatever it puts in force, and so is what takes
/// everything from a role.
struct PieceID: Hashable {
  var phase: Phase
  var group: String
  var address: Address
  var keys: [FactKey]
}

/// Collects what differs, phase by phase, against an instance that is simulated on the way: each difference is taken to
/// what the server will hold at that point, so that an owner that moves first has already moved in what is granted next.
struct PlanBuilder {
  let desired: DesiredInstance
  let observed: Observed
  let context: PlanContext
  /// The pieces that may be taken; `nil` for all.
  let selection: Set<PieceID>?
  private let selectedAddresses: Set<Address>?
  /// The pieces that nobody could run, found by an earlier build of the same plan.
  let refused: Set<PieceID>
  private(set) var simulator: Simulator
  private(set) var pieces: [Piece] = []
  private(set) var leftOutByTime = 0
  var alarms: [Alarm] = []
  var pending: [Pending] = []
  var notes: [Note] = []
  var diagnostics: [Diagnostic] = []

  init(
    _ desired: DesiredInstance, observed: Observed, context: PlanContext, selection: Set<PieceID>? = nil,
    refused: Set<PieceID> = []
  ) {
    (self.desired, self.observed, self.context) = (desired, observed, context)
    (self.selection, self.refused) = (selection, refused)
    selectedAddresses = selection.map { Set($0.map(\.address)) }
    simulator = Simulator(observed, pristine: context.planner.pristine(for: desired), now: context.now)
  }

  /// The instance as it will be after the pieces so far.
  var state: Observed { simulator.observed }

  var address: Address { desired.address }

  /// Whether nothing is left out: what isn't there then, after all pieces so far, is a mistake of the specs.
  var isWhole: Bool { selection == nil && refused.isEmpty }

  /// Whether a piece at the address may be taken at all.
  func isSelected(_ address: Address) -> Bool { selectedAddresses?.contains(address) ?? true }

  mutating func add(_ piece: Piece) {
    if context.dueOnly && !piece.isDueByTime {
      leftOutByTime += 1
      return
    }
    if let selection, !selection.contains(piece.id) { return }
    if refused.contains(piece.id) { return }
    simulator.apply(piece.edits)
    pieces.append(piece)
  }

  /// Adds what only shows once all pieces of a part are there.
  mutating func addHazards(from index: Int, _ hazards: (PlanBuilder, Piece) -> [Hazard]) {
    let found = pieces[index...].map { hazards(self, $0) }
    for (place, more) in zip(pieces.indices[index...], found) { pieces[place].hazards += more }
  }

  func source(_ address: Address) -> SourceLocation? { context.sources.location(of: address) }

  /// For a message that is shown somewhere else.
  func named(_ address: Address) -> String { "\(address)" + (source(address).map { " (\($0))" } ?? "") }

  mutating func fail(_ code: DiagnosticCode, _ message: String, at address: Address, hint: String? = nil) {
    diagnostics.append(Diagnostic(code, message: message, at: source(address), hint: hint))
  }

  mutating func note(_ address: Address, _ message: String) {
    notes.append(Note(address: address, message: message))
  }
}
