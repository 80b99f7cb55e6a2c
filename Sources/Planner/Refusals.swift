import Model

/// A piece with an edit that the server would refuse.
struct RefusedPiece {
  var piece: Piece
  /// Who may not do what, and who could.
  var message: String
}

/// The pieces that the applying user may not run, and those that can't do without them: they are left out of the plan, which
/// tells of them and does the rest.
struct Refusals {
  private(set) var ids: Set<PieceID> = []
  private var found: [RefusedPiece] = []
  /// How many others wait for each.
  private var waiting: [Int] = []

  mutating func add(_ more: [RefusedPiece], among pieces: [Piece], observed: Observed) {
    let first = found.count
    let new = more.filter { ids.insert($0.piece.id).inserted }
    found += new
    waiting += new.map { _ in 0 }
    for (piece, cause) in dependents(of: new.map(\.piece), among: pieces, observed: observed)
    where ids.insert(piece.id).inserted {
      waiting[first + cause] += 1
    }
  }

  var alarms: [Alarm] {
    zip(found, waiting).map { refused, waiting in
      let change = refused.piece.change
      let place = change.source.map { " (\($0))" } ?? ""
      let others =
        waiting == 0 ? "" : waiting == 1 ? "; another change waits for it" : "; \(waiting) other changes wait for it"
      return Alarm(
        .notPossible, change.address, message: refused.message + others + place,
        hint: "let `connect.apply_user` be a role that may, or have it done by one who could")
    }
  }
}
