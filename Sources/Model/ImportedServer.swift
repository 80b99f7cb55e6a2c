/// A server that no spec declares yet, as it was found through its catalogs, and how it was reached.
///
/// All databases that can be looked into were looked into; the others are marked as not read.
package struct ImportedServer: Hashable, Sendable {
  /// What its documents are to be named after.
  package var name: String
  package var observed: Observed
  package var connect: ConnectSettings
  /// Where it lies on this host; `nil` for a server that is merely reached.
  package var local: LocalSettings?
  /// Why its parameters could not be seen; `nil` where they were.
  package var withoutParameters: String?

  package init(name: String, observed: Observed, connect: ConnectSettings, local: LocalSettings? = nil) {
    (self.name, self.observed, self.connect, self.local) = (name, observed, connect, local)
  }

  package var version: ServerVersion { observed.version ?? ServerVersion(major: 13) }
}
