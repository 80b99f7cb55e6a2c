import Glibc

/// Where `scripts/fetch-servers` puts what isn't Debian's.
enum FetchedServers {
  /// The directories it uses, root's first. What root fetched serves every user.
  static var directories: [String] {
    let own = variable("XDG_CACHE_HOME") ?? variable("HOME").map { "\($0)/.cache" }
    return ["/var/cache/holdfast-tests"] + (own.map { ["\($0)/holdfast-tests"] } ?? [])
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
