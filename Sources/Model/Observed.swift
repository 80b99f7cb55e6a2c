/// One instance as it was observed: everything that the diff compares and the simulator changes.
package struct Observed: Hashable, Sendable, Codable {
  package enum Presence: String, Hashable, Sendable, Codable { case absent, stopped, running }

  package var presence: Presence
  package var version: ServerVersion?
  package var systemIdentifier: String?
  /// The facts are those of a fresh instance, not of a real one: they stand for what creating it will give.
  package var isAssumed = false
  /// What the cloud would refuse of what the specs ask for. In no fact.
  package var objections: [Objection] = []
  /// Why nobody can say before a new instance is there what will lie inside it; `nil` where the facts are assumed, or seen.
  package var unknownInside: String?
  /// Data on disk; `nil` where it isn't known. In no fact.
  package var dataBytes: Int?
  /// Client connections at the time of observing: who a restart would cut off. In no fact.
  package var clientConnections: Int?
  package var isInRecovery = false
  package var parameters: [String: ParameterState] = [:]
  /// What the layer that Holdfast owns says: `holdfast.conf` or `postgresql.auto.conf`, by parameter.
  package var layer: [String: String] = [:]
  /// Entries of a layer above ours that hide it: on a local instance those of `postgresql.auto.conf`.
  package var masks: [String: String] = [:]
  package var roles: [String: Role] = [:]
  /// The role of OID 10, in whose name the server and every superuser lends roles; `nil` where it wasn't read.
  package var initialSuperuser: String?
  package var memberships: [Membership] = []
  package var settings: [ScopedSetting] = []
  /// What stands in the way of the roles that are to be removed; `nil` where nobody looked.
  package var departures: [String: Departure]?
  /// When the source of a role's password was last changed, by role, for those that are to be rotated and where it is known.
  package var passwordsChanged: [String: Timestamp]?
  package var databases: [String: Database] = [:]
  private var sharedTable: ObjectTable?
  package var backup: BackupState?
  package var host: HostState?
  /// What the cloud tells that runs it; `nil` on platforms without one.
  package var managed: ManagedState?
  /// The parameter group that the specs want, where its instance isn't there; `managed` tells of it otherwise.
  package var preparedGroup: ParameterGroup?
  /// Parameter groups that Holdfast made for an instance that is to be absent, there or gone, and that nothing else uses.
  package var leftGroups: [String]?
  package var capabilities = Capabilities()
  /// Evidence that an absent instance once existed; each a sentence. Not empty only where `presence` is `.absent`.
  package var evidence: [String] = []

  package init(presence: Presence, version: ServerVersion? = nil) {
    (self.presence, self.version) = (presence, version)
  }

  /// Takes over what only the server itself can tell, from a look through a session. All else stays as the cloud has it.
  package mutating func addWhatLiesInside(of seen: Observed) {
    (version, clientConnections, isInRecovery) = (seen.version ?? version, seen.clientConnections, seen.isInRecovery)
    (roles, memberships, settings) = (seen.roles, seen.memberships, seen.settings)
    (initialSuperuser, departures, passwordsChanged) = (seen.initialSuperuser, seen.departures, seen.passwordsChanged)
    (databases, sharedTable, capabilities) = (seen.databases, seen.sharedTable, seen.capabilities)
  }

  /// What lies in no database: tablespaces, and the parameters on which something was granted.
  package var shared: ObjectTable {
    get { sharedTable ?? ObjectTable() }
    set { sharedTable = newValue.states.isEmpty ? nil : newValue }
  }
}

/// What a local platform observes beside the server itself.
package struct HostState: Hashable, Sendable, Codable {
  /// Whether the data directory may be written by Holdfast: it holds our `holdfast.conf`, or its identifier is pinned.
  package var isOurs: Bool
  /// `postgresql.conf` ends with the line that includes `holdfast.conf`.
  package var includesLayer: Bool
  /// Leftovers of a creation that was interrupted.
  package var hasStaging: Bool
  /// Libraries that `shared_preload_libraries` may name; `nil` where the directory can't be read.
  package var libraries: [String]?
  /// Extensions that can be created; `nil` where that isn't known.
  package var availableExtensions: [String]?

  package init(
    isOurs: Bool, includesLayer: Bool, hasStaging: Bool = false, libraries: [String]? = nil,
    availableExtensions: [String]? = nil
  ) {
    (self.isOurs, self.includesLayer, self.hasStaging) = (isOurs, includesLayer, hasStaging)
    (self.libraries, self.availableExtensions) = (libraries, availableExtensions)
  }
}

/// What the user that applies may do, computed from the catalogs for `apply_user` and never assumed.
package struct Capabilities: Hashable, Sendable, Codable {
  package var user = ""
  package var isSuperuser = false
  package var mayCreateRoles = false
  package var mayCreateDatabases = false
  package var maySignalBackends = false
  package var mayAlterSystem = false
  /// Roles whose rights the user has, itself included: it acts as their owner.
  package var actsAs: [String] = []
  /// Roles that it may grant to others and alter (16+: with the ADMIN option; before: all that are no superusers).
  package var administers: [String] = []

  package init() {}
}
