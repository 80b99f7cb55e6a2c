import Model
import SQL

/// How archiving of WAL goes, from `pg_stat_archiver`.
package struct ArchiverStatus: Hashable, Sendable {
  package var lastArchived: Timestamp?
  package var lastArchivedWAL: String?
  package var lastFailed: Timestamp?
  package var lastFailedWAL: String?
  package var failedCount: Int

  package init(
    lastArchived: Timestamp? = nil, lastArchivedWAL: String? = nil, lastFailed: Timestamp? = nil,
    lastFailedWAL: String? = nil, failedCount: Int = 0
  ) {
    (self.lastArchived, self.lastArchivedWAL) = (lastArchived, lastArchivedWAL)
    (self.lastFailed, self.lastFailedWAL, self.failedCount) = (lastFailed, lastFailedWAL, failedCount)
  }

  /// The last failure as a sentence, where no success came after it.
  package var failure: String? {
    guard let lastFailed, lastArchived.map({ $0 < lastFailed }) ?? true else { return nil }
    return "archiving \(lastFailedWAL ?? "WAL") failed at \(lastFailed), \(failedCount) failures so far"
  }
}

/// Reads how the archiver does. Any user may.
package func readArchiver(over connection: any SQLConnection) async throws(SQLFailure) -> ArchiverStatus {
  let rows = try await connection.query(
    """
    SELECT floor(extract(epoch FROM last_archived_time))::bigint, last_archived_wal,
      floor(extract(epoch FROM last_failed_time))::bigint, last_failed_wal, failed_count
    FROM pg_stat_archiver
    """)
  guard let row = rows.first else { return ArchiverStatus() }
  return ArchiverStatus(
    lastArchived: row[0].flatMap { Int($0) }.map { Timestamp(seconds: $0) }, lastArchivedWAL: row[1],
    lastFailed: row[2].flatMap { Int($0) }.map { Timestamp(seconds: $0) }, lastFailedWAL: row[3],
    failedCount: row[4].flatMap { Int($0) } ?? 0)
}
