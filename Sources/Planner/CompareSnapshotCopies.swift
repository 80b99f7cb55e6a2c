import Model

/// The newest snapshot that Holdfast took, in each account that the policy names; it is shared for as long as it is copied.
extension PlanBuilder {
  private var backupAddress: Address { address.appending("backup") }

  mutating func copySnapshots(_ wanted: DesiredManagedBackup) {
    let isLookedAt = state.managed?.snapshotCopies != nil
    if isLookedAt { comparePlaces(wanted) }
    // An account that was taken out of the specs is asked for nothing; what it was given is taken back.
    let named = Set(wanted.copies.map(\.target.account))
    for account in Set((state.managed?.snapshotShares ?? []).map(\.account)).sorted()
    where isLookedAt || !named.contains(account) {
      endSharing(account)
    }
  }

  private mutating func comparePlaces(_ wanted: DesiredManagedBackup) {
    let newest = newestSnapshot(wanted)
    for copy in wanted.copies {
      if let newest { compareCopy(of: newest, to: copy.target) }
      removeOldCopies(copy)
    }
  }

  private struct Newest {
    /// `nil` for the one that the same run is to take.
    var label: String?
    /// Any copy of a snapshot that was taken later will do.
    var after: Timestamp
  }

  private func newestSnapshot(_ wanted: DesiredManagedBackup) -> Newest? {
    let identifiers = [state.managed?.identifier, observed.managed?.identifier].compactMap(\.self)
    let moment = { (label: String) in
      identifiers.lazy.compactMap { DesiredManaged.moment(ofSnapshot: label, of: $0) }.first
    }
    let ours = (state.backup?.backups ?? []).filter { !$0.hasError }
      .compactMap { backup in moment(backup.label).map { (label: backup.label, taken: $0) } }
    guard let newest = ours.max(by: { $0.taken < $1.taken }) else { return nil }
    let isThere = observed.backup?.backups.contains { $0.label == newest.label } == true
    guard isThere else {
      return wanted.full?.every.map { Newest(label: nil, after: context.now - $0) }
    }
    return Newest(label: newest.label, after: newest.taken - TimeSpan(seconds: 1))
  }

  private mutating func compareCopy(of newest: Newest, to target: CopyTarget) {
    let copies = (state.managed?.snapshotCopies ?? []).filter { $0.target == target && $0.taken > newest.after }
    if copies.contains(where: { $0.state == .finished }) { return }
    if let copy = copies.first(where: { $0.state == .underWay }) {
      return note(backupAddress, "\(copy.label) is being copied to \(target)")
    }
    for copy in copies {
      guard case .failed(let status) = copy.state else { continue }
      alarms.append(
        Alarm(
          .copyFailed, backupAddress, message: "the copy of \(copy.label) in \(target) is \(status)",
          hint: "delete it there, and apply again: it is copied anew"))
      return
    }
    let change = Change(
      address: backupAddress, action: .run,
      facts: [FactChange(.snapshotCopy(target: target, after: newest.after), from: nil, to: "present")],
      source: source(backupAddress),
      reason: "\(newest.label ?? "the new snapshot") is not in account \(target) yet")
    var piece = Piece(
      phase: .backup, group: "account \(target)", change: change,
      edits: [.copySnapshot(label: newest.label, to: target)])
    piece.isDueByTime = true
    add(piece)
  }

  /// Once nothing is copied any more; what another run left shared too.
  private mutating func endSharing(_ account: String) {
    let isCopying = (state.managed?.snapshotCopies ?? [])
      .contains { $0.target.account == account && $0.state == .underWay }
    guard !isCopying else { return }
    let labels = (state.managed?.snapshotShares ?? []).filter { $0.account == account }.map(\.label).sorted()
    let change = Change(
      address: backupAddress, action: .remove,
      facts: [FactChange(.snapshotShare(account: account), from: "yes", to: nil)],
      reason: "snapshots are shared with \(account) only for as long as it copies them")
    // One that the same run takes has no name yet.
    let known = Set((observed.backup?.backups ?? []).map(\.label))
      .union((observed.managed?.snapshotShares ?? []).map(\.label))
    let edits = labels.map { Edit.endSharing(label: known.contains($0) ? $0 : nil, with: account) }
    var piece = Piece(phase: .tidy, group: "sharing with \(account)", change: change, edits: edits)
    piece.isDueByTime = true
    add(piece)
  }

  /// Never the newest, and never what is not a copy of a snapshot that Holdfast took.
  private mutating func removeOldCopies(_ wanted: DesiredCopy) {
    guard let keep = wanted.keep else { return }
    // The one that this plan makes is the newest then, and so is no other.
    let copies = (state.managed?.snapshotCopies ?? [])
      .filter { $0.target == wanted.target && $0.state == .finished }.sorted { $0.taken < $1.taken }
    for copy in copies.dropLast() where copy.taken + keep < context.now {
      let change = Change(
        address: backupAddress, action: .remove,
        facts: [FactChange(.keptCopy(label: copy.label, target: copy.target), from: "present", to: nil)],
        reason: "the copy of \(copy.label) in \(copy.target) was taken at \(copy.taken), more than \(keep) ago")
      let edits = [Edit.deleteSnapshotCopy(label: copy.label, in: copy.target)]
      var piece = Piece(phase: .tidy, group: "snapshots", change: change, edits: edits, hazards: risks(of: edits))
      piece.isDueByTime = true
      add(piece)
    }
  }
}
