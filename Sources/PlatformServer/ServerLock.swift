import PlatformKit
import SQL

/// The lock of an instance: a session's advisory lock in the maintenance database.
///
/// The server gives it back when the session ends, however that comes about. Two repositories that name different
/// maintenance databases for one server don't see each other's lock: advisory locks are a database's own.
enum ServerLock {
  /// The bytes of `holdfast`, as one number.
  static let key: Int64 = 0x686f_6c64_6661_7374

  /// Takes it, or tells who has it.
  ///
  /// - Shape: `nil` where it was taken, else a sentence about the holder.
  static func take(over connection: any SQLConnection) async throws(SQLFailure) -> String? {
    if try await connection.query("SELECT pg_try_advisory_lock(\(number: key))").firstCell == "t" {
      return nil
    }
    let rows = try await connection.query(
      """
      SELECT l.pid, coalesce(a.usename::text, '?'), coalesce(a.application_name, ''),
        coalesce(host(a.client_addr), 'the server''s own host'), to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS')
      FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.classid = \(number: key >> 32) AND l.objid = \(number: key & 0xffff_ffff)
      """)
    guard let row = rows.first else { return "another session held the lock a moment ago" }
    return
      "held by \(row[2] ?? "") as \(row[1] ?? "?") from \(row[3] ?? "?"), server process \(row[0] ?? "?"), "
      + "since \(row[4] ?? "?")"
  }
}
