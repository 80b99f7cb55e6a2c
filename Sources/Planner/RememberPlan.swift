import Model

extension DesiredInstance {
  /// The same with what a plan asks about, so that an observer asks the server about it too: the specs may say otherwise
  /// by now.
  package func remembering(_ plan: InstancePlan) -> DesiredInstance {
    var copy = self
    let edits = plan.steps.flatMap { step in step.work.edits + step.undo.flatMap(\.edits) }
    for edit in edits {
      switch edit {
      case .createPolicy(let table, _, let policy), .alterPolicy(let table, _, let policy, _):
        copy.access.otherExpressions[table, default: []].formUnion([policy.using, policy.check].compactMap { $0 })
      case .setOwner: copy.access.movesOtherOwners = true
      default: break  // No other edit asks for more than the specs do.
      }
    }
    return copy
  }
}
