import FoundationEssentials
import Model

/// What `pgbackrest info --output=json` says of one stanza.
///
/// - Shape: exit code 0 is no proof; only the status codes are. 0 is ok, 1 a missing stanza path, 2 no valid backup yet,
///   3 missing stanza data; all others mean that the repository can't be read.
/// - Source: pgBackRest 2.45, `info`, tried by hand. Messages hold whatever bytes a wrong key gave.
struct BackupInfo: Hashable, Sendable {
  struct Entry: Hashable, Sendable {
    var backup: Backup
    var archiveStart: String?
  }

  var stanza: BackupState.Stanza
  /// Of the cluster that the stanza belongs to now.
  var systemIdentifier: String?
  /// Where its WAL is, `15-1`.
  var archive: String?
  /// Backups of that cluster, oldest first; those of a cluster before it are left out.
  var entries: [Entry] = []

  /// - Parameter output: as it came, valid UTF-8 or not.
  init(output: [UInt8], stanza name: String) {
    guard let all = try? JSONDecoder().decode([StanzaText].self, from: Self.repaired(output)) else {
      stanza = .unreadable(message: "`pgbackrest info` gave no JSON")
      return
    }
    guard let text = all.first(where: { $0.name == name }) else {
      stanza = .absent
      return
    }
    stanza = Self.state(of: text)
    guard let database = text.db?.max(by: { $0.id < $1.id }) else { return }
    systemIdentifier = "\(database.systemIdentifier)"
    archive = text.archive?.last { $0.database?.id == database.id }?.id
    entries = (text.backup ?? []).filter { $0.database?.id == database.id }.compactMap(\.entry)
  }

  /// Raw control characters have no place in JSON, and invalid bytes none in UTF-8.
  private static func repaired(_ output: [UInt8]) -> Data {
    Data(String(decoding: output.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self).utf8)
  }

  private static func state(of text: StanzaText) -> BackupState.Stanza {
    let statuses = [text.status] + (text.repo ?? []).map(\.status)
    if let bad = statuses.last(where: { ![0, 1, 2, 3].contains($0.code) }) {
      return .unreadable(message: "pgBackRest says: \(firstSentence(bad.message)) (code \(bad.code))")
    }
    return [1, 3].contains(text.status.code) ? .absent : .ready
  }

  /// What follows is a repetition, and the bytes that couldn't be read.
  private static func firstSentence(_ message: String) -> String {
    let first = message.split(separator: "\n").first.map(String.init) ?? ""
    let safe = first.unicodeScalars.filter { $0.value >= 0x20 && $0 != "\u{FFFD}" && $0.value != 0x7f }
    return String(String.UnicodeScalarView(safe.prefix(300)))
  }
}

// The wire's own spelling; it goes no further than this file.

private struct StanzaText: Decodable {
  struct Status: Decodable {
    var code: Int
    var message: String
  }
  struct Repository: Decodable { var status: Status }
  struct DatabaseReference: Decodable { var id: Int }
  struct Database: Decodable {
    var id: Int
    var systemIdentifier: UInt64
    enum CodingKeys: String, CodingKey {
      case id
      case systemIdentifier = "system-id"
    }
  }
  struct Archive: Decodable {
    var id: String
    var database: DatabaseReference?
  }

  var name: String
  var status: Status
  var repo: [Repository]?
  var db: [Database]?
  var archive: [Archive]?
  var backup: [BackupText]?
}

private struct BackupText: Decodable {
  struct Archive: Decodable { var start: String? }
  struct Time: Decodable { var stop: Int }

  var label: String
  var type: String
  var error: Bool?
  var timestamp: Time
  var archive: Archive?
  var database: StanzaText.DatabaseReference?

  var entry: BackupInfo.Entry? {
    let kinds: [String: BackupKind] = ["full": .full, "diff": .differential, "incr": .incremental]
    return kinds[type].map { kind in
      let finished = Timestamp(seconds: timestamp.stop)
      let backup = Backup(label: label, kind: kind, finished: finished, hasError: error ?? false)
      return BackupInfo.Entry(backup: backup, archiveStart: archive?.start)
    }
  }
}
