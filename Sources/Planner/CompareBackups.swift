import Model

extension PlanBuilder {
  private var backupAddress: Address { address.appending("backup") }

  mutating func compareBackupFile() {
    guard let wanted = desired.backup, context.planner.canRestart else { return }
    let file = state.backup?.file ?? .absent
    guard file != .matches else { return }
    let change = Change(
      address: backupAddress, action: file == .absent ? .add : .change,
      facts: [FactChange(.backupFile, from: file == .absent ? nil : file.rawValue, to: "matches")],
      source: source(backupAddress))
    add(Piece(phase: .backupFile, change: change, edits: [.configureBackup(wanted.configuration)]))
  }

  mutating func compareBackups() {
    guard let wanted = desired.backup, let backup = state.backup, context.planner.canRestart else { return }
    raiseAlarms(backup)
    guard isArchiving else {
      return note(backupAddress, "nothing is backed up before the restart that switches archiving on")
    }
    guard prepareStanza(backup) else { return }
    takeDueBackup(wanted)
    raiseAgeAlarms(wanted.cadences)
  }

  /// pgBackRest refuses a server whose `archive_mode` still waits for a restart.
  private var isArchiving: Bool {
    guard let wanted = context.planner.derivedParameters(for: desired)["archive_mode"] else { return true }
    return state.value(of: .runningParameter(name: "archive_mode")) == wanted
  }

  private mutating func raiseAlarms(_ backup: BackupState) {
    if let failure = backup.archiverFailure {
      alarms.append(
        Alarm(
          .archiverFailing, backupAddress, message: "archiving of WAL fails: \(failure)",
          hint: "see the server's log and the repository's free space"))
    }
    if !backup.missingWAL.isEmpty {
      let list = backup.missingWAL.prefix(3).joined(separator: ", ") + (backup.missingWAL.count > 3 ? ", …" : "")
      alarms.append(
        Alarm(
          .missingWAL, backupAddress, message: "the archive lacks WAL that a restore would need: \(list)",
          hint: "take a full backup now; times before it can't all be restored"))
    }
  }

  /// Whether backups can be taken once the pieces so far are done.
  private mutating func prepareStanza(_ backup: BackupState) -> Bool {
    switch backup.stanza {
    case .ready: return true
    case .unreadable(let message):
      alarms.append(
        Alarm(
          .repositoryUnreadable, backupAddress, message: "the backup repository can't be read: \(message)",
          hint: "check the repository's path, its owner and the cipher"))
      return false
    case .absent:
      let change = Change(
        address: backupAddress, action: .add, facts: [FactChange(.stanza, from: nil, to: "ready")],
        source: source(backupAddress))
      add(Piece(phase: .stanza, change: change, edits: [.createStanza]))
      return state.backup?.stanza == .ready
    }
  }

  /// The strongest kind that is due: a full backup is an incremental one too.
  private mutating func takeDueBackup(_ wanted: DesiredBackup) {
    let isDue = { (kind: BackupKind, builder: PlanBuilder) -> Timestamp? in
      guard let every = wanted.cadences[kind]?.every else { return nil }
      let limit = builder.context.now - every
      return (builder.state.backup?.newest(kind)?.finished).map { $0 > limit } ?? false ? nil : limit
    }
    var due: (BackupKind, Timestamp)?
    for kind in BackupKind.allCases where due == nil { due = isDue(kind, self).map { (kind, $0) } }
    guard let (kind, limit) = due else { return }
    let last = state.backup?.newest(kind).map { "the last one was finished at \($0.finished)" } ?? "there is none yet"
    // Without a full backup there is nothing to be incremental to; pgBackRest would take a full one.
    let taken = state.backup?.newest(.full) == nil ? .full : kind
    let change = Change(
      address: backupAddress, action: .run,
      facts: [FactChange(.backup(kind: kind, after: limit), from: nil, to: "present")],
      source: source(backupAddress),
      reason: "\(taken == .incremental ? "an" : "a") \(taken.rawValue) backup is due: \(last)")
    var piece = Piece(phase: .backup, change: change, edits: [.takeBackup(kind: taken)])
    piece.isDueByTime = true
    add(piece)
  }

  mutating func raiseAgeAlarms(_ cadences: [BackupKind: DesiredBackup.Cadence]) {
    var told: Set<Backup> = []
    for (kind, cadence) in cadences.sorted(by: { $0.key < $1.key }) {
      guard let maxAge = cadence.maxAge, let newest = observed.backup?.newest(kind),
        newest.finished + maxAge < context.now,
        told.insert(newest).inserted
      else { continue }
      let what =
        newest.kind == kind ? "the last \(kind.rawValue) backup" : "the last backup, a \(newest.kind.rawValue) one,"
      alarms.append(
        Alarm(
          .backupTooOld, backupAddress, message: "\(what) was finished at \(newest.finished), more than \(maxAge) ago",
          hint: "run `holdfast apply --due --only \(address)`"))
    }
  }
}
