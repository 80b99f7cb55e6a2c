import Glibc

/// Where the servers' programs lie: PostgreSQL 15 from Debian, 16 and 18 from `scripts/fetch-servers`.
package enum PostgresBinaries {
  /// The directory that holds `postgres`, `initdb`, `psql` and the rest, or `nil` where that version is missing.
  package static func directory(major: Int) -> String? {
    ([debian] + FetchedServers.directories).lazy
      .map { "\($0)/\(major)/bin" }
      .first { access("\($0)/postgres", X_OK) == 0 }
  }

  private static let debian = "/usr/lib/postgresql"
}
