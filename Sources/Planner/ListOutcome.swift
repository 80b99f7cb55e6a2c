import Model

/// What is to become of one entry of a list.
struct EntryOutcome {
  private(set) var entry: ACLEntry
  /// What stays of it.
  var rest: ACLEntry
  /// Why something goes, where that isn't "no document grants it".
  var reason: String?
  /// It goes because its grantor loses the right to grant it, and for nothing else.
  var isLoose = false

  init(_ entry: ACLEntry) { (self.entry, rest) = (entry, entry) }

  /// - Parameter kept: the same entry elsewhere; `nil` for nothing.
  init(_ entry: ACLEntry, keeping kept: ACLEntry?) {
    self.init(entry)
    keep(kept?.privileges ?? [], grantable: kept?.grantable ?? [])
  }

  /// A part of it, where the entry can't lose everything at once.
  func part(_ part: Revocation) -> EntryOutcome {
    var outcome = self
    (outcome.entry, outcome.rest) = (part.from, part.to)
    return outcome
  }

  mutating func keep(_ privileges: PrivilegeSet, grantable: PrivilegeSet) {
    rest.privileges.formIntersection(privileges)
    rest.grantable.formIntersection(grantable.intersection(privileges))
  }
}

/// The server refuses to revoke what somebody has passed on, so what hangs on a grant that goes has to go first, and
/// comes back from the owner where it is wanted. What hangs on nothing already is left alone: the server lets grants
/// outlive their grantor's option, and they hold. But of such grants of one grantor all go together, but on columns: the
/// option that is lent for taking one back would not be taken back itself as long as another stays.
///
/// - Parameter lent: of a column, what roles may grant on by the list of its table. It lets nobody lose an option of the
///   column's own list by which he granted something there: the server looks into the list that it changes alone.
func dropLoose(
  _ outcomes: inout [EntryOutcome], owner: String, isColumn: Bool = false, lent: LentOptions = LentOptions(),
  leaving: (Grantee) -> Bool
) {
  let own = outcomes.optionsBefore
  let before = own.adding(lent.before)
  var isDone = false
  while !isDone {
    isDone = true
    let ownAfter = outcomes.optionsAfter(leaving: leaving)
    let after = ownAfter.adding(lent.after)
    let going = isColumn ? [:] : outcomes.outlivedThatGo(before)
    for index in outcomes.indices where outcomes[index].entry.grantor != owner {
      let grantor = outcomes[index].entry.grantor
      let lost = (before[grantor] ?? []).subtracting(after[grantor] ?? [])
        .union((own[grantor] ?? []).subtracting(ownAfter[grantor] ?? [])).union(going[grantor] ?? [])
      let loose = outcomes[index].rest.privileges.intersection(lost)
      guard !loose.isEmpty else { continue }
      let kept = outcomes[index].rest.privileges.subtracting(loose)
      outcomes[index].keep(kept, grantable: kept)
      outcomes[index].reason = "\(grantor), who granted it, may no longer grant it on"
      outcomes[index].isLoose = true
      isDone = false
    }
  }
}

extension [EntryOutcome] {
  /// By grantor, what goes of the grants that have outlived the grantor's option.
  fileprivate func outlivedThatGo(_ before: GrantOptions) -> GrantOptions {
    reduce(into: [:]) { going, outcome in
      let entry = outcome.entry
      let outlived = entry.privileges.subtracting(before[entry.grantor] ?? [])
      let lost = outlived.subtracting(outcome.rest.privileges).union(
        outlived.intersection(entry.grantable).subtracting(outcome.rest.grantable))
      if !lost.isEmpty { going[entry.grantor, default: []].formUnion(lost) }
    }
  }
}
