/// What the specs ask of an instance that a cloud runs. Fields that are not there are unmanaged.
package struct DesiredManaged: Hashable, Sendable {
  /// The cloud's name of it; the instance's own where the spec doesn't say.
  package var identifier: String
  /// `postgres`, `aurora-postgresql`.
  package var engine: String
  package var values: [ManagedField: String] = [:]
  /// By the cloud's name; `nil` for a plain instance.
  package var members: [String: [ManagedField: String]]?
  /// When deferrable changes are made, and the fields that are an exception.
  package var moment = ManagedMoment.window
  package var otherwise: Set<ManagedField> = []
  /// Only for making it: whether it is still so can't be seen.
  package var masterPassword: SecretRef?
  /// By the cloud's name.
  package var replicaOf: String?
  package var restoreFrom: RestoreSource?
  package var backup: DesiredManagedBackup?
  /// Of `state: absent`: automated backups go with the instance.
  package var deletesAutomatedBackups = false
  package var skipsFinalSnapshot = false

  package init(identifier: String, engine: String) { (self.identifier, self.engine) = (identifier, engine) }

  package var isCluster: Bool { members != nil }

  /// What it is made from decides its version.
  package var inheritsVersion: Bool { replicaOf != nil || restoreFrom != nil }

  package func moment(of field: ManagedField) -> ManagedMoment {
    guard otherwise.contains(field) else { return moment }
    return moment == .now ? .window : .now
  }
}

extension DesiredInstance {
  /// Whether anything that the specs ask for is done by SQL.
  package var looksInside: Bool {
    guard connect.user != nil, state != .absent, state != .stopped else { return false }
    return !databases.isEmpty || access != DesiredAccess()
  }
}

/// Where the data of an instance to be made comes from. Looked at only then, and never compared.
package enum RestoreSource: Hashable, Sendable {
  case snapshot(identifier: String)
  /// `nil` for the latest moment that can be restored.
  case pointInTime(instance: String, at: Timestamp?)
}

/// What an `aws` platform is.
package struct AWSAccount: Hashable, Sendable {
  package var region: String
  /// Twelve digits; credentials of another account are refused.
  package var account: String
  package var profile: String?
  package var role: AssumedRole?
  /// By service, `rds`: an address in place of the region's own.
  package var endpoints: [String: String] = [:]
  package var certificateAuthority: String?

  package struct AssumedRole: Hashable, Sendable {
    package var name: String
    package var externalID: String?
    package var sessionName: String?

    package init(name: String, externalID: String? = nil, sessionName: String? = nil) {
      (self.name, self.externalID, self.sessionName) = (name, externalID, sessionName)
    }
  }

  package init(region: String, account: String) { (self.region, self.account) = (region, account) }
}

/// What a backup policy asks of an instance that a cloud runs, beside retention and window, which are settings of it.
package struct DesiredManagedBackup: Hashable, Sendable {
  package var policy: String
  /// Of the snapshots that Holdfast takes.
  package var full: DesiredBackup.Cadence?
  /// How long snapshots that Holdfast took are kept; `nil` for ever.
  package var keepSnapshots: TimeSpan?
  /// How far the last restorable moment may lie back.
  package var maximumLag: TimeSpan?
  /// Regions to copy automated backups to; `nil` where unmanaged.
  package var copyTo: [String]?
  /// By region: the key that encrypts the copies there. Looked at only when copying begins.
  package var copyKeys: [String: String] = [:]
  /// Other accounts that snapshots are copied to.
  package var copies: [DesiredCopy] = []

  package init(policy: String) { self.policy = policy }
}
