import Glibc

/// Where the servers' programs lie: PostgreSQL 15 from Debian, 16 and 18 from `scripts/fetch-servers`.
package enum PostgresBinaries {
  /// The directory that holds `postgres`, `initdb`, `psql` and the rest, or `nil` where that version is missing.
  package static func directory(major: Int) -> String? {
    ([debian] + caches).lazy
      .map { "\($0)/\(major)/bin" }
      .first { access("\($0)/postgres", X_OK) == 0 }
  }

  private static let debian = "/usr/lib/postgresql"

  /// The directories of `scripts/fetch-servers`, root's first. What root fetched serves every user.
  private static var caches: [String] {
    let own = variable("XDG_CACHE_HOME") ?? variable("HOME").map { "\($0)/.cache" }
    return ["/var/cache/holdfast-tests"] + (own.map { ["\($0)/holdfast-tests"] } ?? [])
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
