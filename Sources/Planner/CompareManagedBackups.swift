import Diagnostics
import Model

/// Snapshots, their copies and how far back the newest restorable moment lies. Retention and window are settings.
extension PlanBuilder {
  private var backupAddress: Address { address.appending("backup") }

  mutating func compareManagedBackups() {
    guard let wanted = desired.managed?.backup else { return }
    compareCopies(wanted)
    takeDueSnapshot(wanted)
    copySnapshots(wanted)
    removeOldSnapshots(wanted)
    raiseAgeAlarms(wanted.full.map { [.full: $0] } ?? [:])
    raiseLagAlarm(wanted)
  }

  private mutating func compareCopies(_ wanted: DesiredManagedBackup) {
    guard let regions = wanted.copyTo, let present = state.managed?.backupCopies else { return }
    for region in Set(regions).union(present).sorted() where regions.contains(region) != present.contains(region) {
      let copies = regions.contains(region)
      let value = { (isThere: Bool) in isThere ? "present" : nil }
      let change = Change(
        address: backupAddress, action: copies ? .add : .remove,
        facts: [FactChange(.backupCopy(region: region), from: value(!copies), to: value(copies))],
        source: copies ? source(backupAddress) : nil, reason: copies ? nil : "no region of `copy_to`")
      let edits = [Edit.copyBackups(region: region, copied: copies)]
      add(
        Piece(
          phase: .modify, group: "copies in \(region)", change: change, edits: edits, hazards: risks(of: edits)))
    }
  }

  private mutating func takeDueSnapshot(_ wanted: DesiredManagedBackup) {
    guard let every = wanted.full?.every else { return }
    let newest = state.backup?.newest(.full)
    let limit = context.now - every
    guard newest.map({ $0.finished <= limit }) ?? true else { return }
    let last = newest.map { "the last one was finished at \($0.finished)" } ?? "there is none yet"
    let change = Change(
      address: backupAddress, action: .run,
      facts: [FactChange(.backup(kind: .full, after: limit), from: nil, to: "present")], source: source(backupAddress),
      reason: "a snapshot is due: \(last)")
    var piece = Piece(phase: .backup, change: change, edits: [.takeBackup(kind: .full)])
    piece.isDueByTime = true
    add(piece)
  }

  /// Of the snapshots that Holdfast took, and never the newest; a last one of a deleted instance is kept for good.
  private mutating func removeOldSnapshots(_ wanted: DesiredManagedBackup) {
    guard let keep = wanted.keepSnapshots, let identifier = state.managed?.identifier else { return }
    let prefix = DesiredManaged.snapshotPrefix(of: identifier)
    // The one that this plan takes is the newest then, and so is no other.
    let ours = (state.backup?.backups ?? [])
      .filter { $0.label.hasPrefix(prefix) && !$0.label.hasPrefix(prefix + "final-") }
      .sorted { ($0.finished, $0.label) < ($1.finished, $1.label) }
    // RDS may give up a copy whose source goes.
    let copied = Set((observed.managed?.snapshotCopies ?? []).filter { $0.state == .underWay }.map(\.label))
    for backup in ours.dropLast() where backup.finished + keep < context.now && !copied.contains(backup.label) {
      let change = Change(
        address: backupAddress, action: .remove,
        facts: [FactChange(.keptBackup(label: backup.label), from: "present", to: nil)],
        reason: "\(backup.label) was finished at \(backup.finished), more than \(keep) ago")
      let edits = [Edit.deleteBackup(label: backup.label)]
      var piece = Piece(phase: .tidy, group: "snapshots", change: change, edits: edits, hazards: risks(of: edits))
      piece.isDueByTime = true
      add(piece)
    }
  }

  private mutating func raiseLagAlarm(_ wanted: DesiredManagedBackup) {
    guard let most = wanted.maximumLag, let latest = observed.backup?.latestRestorable, latest + most < context.now
    else { return }
    alarms.append(
      Alarm(
        .restoreLag, backupAddress, message: "it can be restored to \(latest) at the latest, more than \(most) ago",
        hint: "see the events of the instance: its backups don't keep up"))
  }
}
