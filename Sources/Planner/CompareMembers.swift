import Diagnostics
import Model

/// The members of a cluster: those that are missing are made before those that are too many go.
extension PlanBuilder {
  mutating func compareMembers() {
    guard let wanted = desired.managed?.members, let present = state.managed?.members else { return }
    addMembers(missingFrom: present, phase: .modify)
    removeMembers(present, keeping: Set(wanted.keys))
  }

  /// In the order of failover: of a cluster without members the first that is made writes.
  mutating func addMembers(missingFrom present: [String: ManagedMember], phase: Phase) {
    let wanted = desired.managed?.members ?? [:]
    let tier = { (name: String) in wanted[name]?[.failoverTier].flatMap { Int($0) } ?? 1 }
    for name in wanted.keys.sorted(by: { (tier($0), $0) < (tier($1), $1) }) where present[name] == nil {
      addMember(name, wanted[name] ?? [:], phase: phase)
    }
  }

  private mutating func addMember(_ name: String, _ values: [ManagedField: String], phase: Phase) {
    let place = address.appending("members", name)
    let facts =
      [FactChange(.member(name: name), from: nil, to: "present")]
      + values.sorted { $0.key < $1.key }
      .map { FactChange(.managed(member: name, field: $0.key), from: nil, to: $0.value) }
    let change = Change(address: place, action: .add, facts: facts, source: source(place))
    let edits = [Edit.addMember(name: name, values: values)]
    // A step of its own each: a member is made by one call, and its making is waited for.
    let hazards = phase == .create ? [] : risks(of: edits)
    add(Piece(phase: phase, group: "member \(name)", change: change, edits: edits, hazards: hazards))
  }

  private mutating func removeMembers(_ present: [String: ManagedMember], keeping wanted: Set<String>) {
    let extra = present.filter { !wanted.contains($0.key) }
    guard !extra.isEmpty else { return }
    guard !wanted.isEmpty else {
      return fail(
        .platform, "`members` of `\(desired.name)` is empty: the last member would go",
        at: address.appending("members"),
        hint: "`state: stopped` stops a cluster, `state: absent` deletes it")
    }
    for (name, member) in extra.sorted(by: { $0.key < $1.key }) {
      let place = address.appending("members", name)
      let change = Change(
        address: place, action: .remove, facts: [FactChange(.member(name: name), from: "present", to: nil)],
        reason: member.isWriter ? "not in the specs; the cluster fails over first" : "not in the specs")
      let edits = [Edit.removeMember(name: name)]
      add(
        Piece(phase: .modify, group: "without \(name)", change: change, edits: edits, hazards: risks(of: edits)))
    }
  }
}
