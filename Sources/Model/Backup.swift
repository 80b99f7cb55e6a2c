package enum BackupKind: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  case full, differential, incremental

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int { self == .full ? 0 : self == .differential ? 1 : 2 }
}

/// A finished backup, from pgBackRest's `info`.
package struct Backup: Hashable, Sendable, Codable {
  package var label: String
  package var kind: BackupKind
  package var finished: Timestamp
  package var hasError: Bool

  package init(label: String, kind: BackupKind, finished: Timestamp, hasError: Bool = false) {
    (self.label, self.kind, self.finished, self.hasError) = (label, kind, finished, hasError)
  }
}

/// What pgBackRest's configuration file of an instance says, without its secret.
package struct BackupConfiguration: Hashable, Sendable, Codable {
  package var repository: String
  package var retain: TimeSpan?
  package var cipher: SecretRef?
  package var pointInTime: Bool

  package init(repository: String, retain: TimeSpan?, cipher: SecretRef?, pointInTime: Bool) {
    (self.repository, self.retain, self.cipher, self.pointInTime) = (repository, retain, cipher, pointInTime)
  }
}

/// What was observed of an instance's backups.
package struct BackupState: Hashable, Sendable, Codable {
  /// How the configuration file stands to what the specs ask for.
  package enum File: String, Hashable, Sendable, Codable { case absent, matches, differs }
  package enum Stanza: Hashable, Sendable, Codable {
    case absent, ready
    case unreadable(message: String)
  }

  package var file: File
  /// The file's text with its secret left out, for the plan to show; `nil` where there is none.
  package var fileText: String?
  package var stanza: Stanza
  package var backups: [Backup]
  /// Segments of WAL missing between the oldest kept backup and the newest archived one, as ranges.
  package var missingWAL: [String]
  /// The archiver's last failure, where it came after its last success.
  package var archiverFailure: String?
  /// The last moment that can be restored; `nil` where the platform doesn't tell.
  package var latestRestorable: Timestamp?
  /// Which stanza of an earlier cluster is in the way: making ours ready takes it over. Only with `fresh: true`.
  package var earlierStanza: String?

  package init(
    file: File, fileText: String? = nil, stanza: Stanza, backups: [Backup] = [], missingWAL: [String] = [],
    archiverFailure: String? = nil
  ) {
    (self.file, self.fileText, self.stanza, self.backups) = (file, fileText, stanza, backups)
    (self.missingWAL, self.archiverFailure) = (missingWAL, archiverFailure)
  }

  /// When a backup of this kind, or of one that covers it (a full one covers all), was last finished.
  package func newest(_ kind: BackupKind) -> Backup? {
    backups.filter { $0.kind <= kind && !$0.hasError }.max { $0.finished < $1.finished }
  }
}
