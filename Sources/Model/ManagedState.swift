/// What a cloud tells of an instance that it runs. An Aurora cluster is one instance with members.
package struct ManagedState: Hashable, Sendable, Codable {
  package enum Activity: Hashable, Sendable, Codable {
    /// It takes calls.
    case settled
    /// It does something that ends by itself: `modifying`.
    case busy
    /// It will not get better by itself: `incompatible-parameters`.
    case broken(hint: String)
  }

  /// The cloud's name of it, which a rename changes.
  package var identifier: String
  /// `postgres`, `aurora-postgresql`.
  package var engine: String
  /// In the cloud's own word, in no fact.
  package var status: String
  package var activity: Activity
  package var settings: ManagedSettings
  /// `nil` for a plain instance.
  package var members: [String: ManagedMember]?
  package var tags: [String: String] = [:]
  /// The parameter group that the specs want, whether it is attached or not; `nil` where there is none of that name.
  package var group: ParameterGroup?
  /// The name before a rename that the specs ask for or still tell of.
  package var formerIdentifier: String?
  /// Parameter groups that Holdfast made for this instance, under either name, and that it does not use any more.
  package var formerGroups: [String] = []
  /// When the next maintenance window begins.
  package var nextWindow: Timestamp?
  /// What the cloud will do to it by itself: `system-update, forced after 2026-12-01T…`.
  package var maintenance: [String] = []
  /// Versions that it may be upgraded to; empty where that was not asked, because its version is right.
  package var upgradeTargets: [ServerVersion] = []
  /// The regions that its automated backups are copied to.
  package var backupCopies: [String] = []
  /// In the accounts that the specs name; `nil` where they were not looked at. In the order of accounts, regions and labels.
  package var snapshotCopies: [SnapshotCopy]?
  /// Snapshots that Holdfast took and that one of those accounts, or one that Holdfast shared them with, may copy.
  package var snapshotShares: [SnapshotShare] = []
  /// Who else decides about its backups: AWS Backup. Retention and window are not compared then.
  package var backupOwner: String?
  /// The instance that it is a read replica of, by the cloud's name.
  package var replicaOf: String?
  package var endpoint: Endpoint?
  /// The instance, or a member of it, isn't there yet: what a plan could say of it isn't whole. In no fact.
  package var isBeingMade = false

  package struct Endpoint: Hashable, Sendable, Codable {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) { (self.host, self.port) = (host, port) }
  }

  package init(
    identifier: String, engine: String, status: String, activity: Activity, settings: ManagedSettings = .init(),
    members: [String: ManagedMember]? = nil
  ) {
    (self.identifier, self.engine, self.status, self.activity) = (identifier, engine, status, activity)
    (self.settings, self.members) = (settings, members)
  }

  package var isSettled: Bool {
    activity == .settled && (members?.values.allSatisfy { $0.activity == .settled } ?? true)
  }

  /// Whether Holdfast made the parameter group for this instance. `holdfast-orders-eu-postgres16` is not of `orders`: what
  /// follows the name has to be a family of the engine.
  package func owns(group name: String) -> Bool {
    [identifier, formerIdentifier].compactMap(\.self).contains { identifier in
      let prefix = DesiredManaged.groupPrefix(of: identifier) + engine
      let major = name.lowercased().dropFirst(prefix.count)
      return name.lowercased().hasPrefix(prefix) && !major.isEmpty
        && major.allSatisfy { $0.isASCII && $0.isNumber }
    }
  }

  /// Whether a parameter group of that name is there, so far as it concerns this instance.
  package func holds(group name: String) -> Bool { group?.name == name || formerGroups.contains(name) }

  /// The settings of the instance itself, or of a member.
  package func settings(of member: String?) -> ManagedSettings? {
    guard let member else { return settings }
    return members?[member]?.settings
  }
}

/// Values in force, and those that the cloud has accepted and not put in force yet.
package struct ManagedSettings: Hashable, Sendable, Codable {
  package var values: [ManagedField: String] = [:]
  package var pending: [ManagedField: String] = [:]
  /// Static parameters, or a parameter group, wait for a restart.
  package var awaitsRestart = false

  package init(values: [ManagedField: String] = [:], pending: [ManagedField: String] = [:]) {
    (self.values, self.pending) = (values, pending)
  }

  /// What the cloud was last asked for.
  package func asked(_ field: ManagedField) -> String? { pending[field] ?? values[field] }
}

package struct ManagedMember: Hashable, Sendable, Codable {
  package var status: String
  package var activity: ManagedState.Activity
  package var settings: ManagedSettings
  package var isWriter: Bool

  package init(
    status: String, activity: ManagedState.Activity, settings: ManagedSettings = .init(), isWriter: Bool = false
  ) {
    (self.status, self.activity, self.settings, self.isWriter) = (status, activity, settings, isWriter)
  }
}

/// A cloud's layer of parameters. Its values are `Observed.layer`.
package struct ParameterGroup: Hashable, Sendable, Codable {
  package var name: String
  /// `postgres16`.
  package var family: String

  package init(name: String, family: String) { (self.name, self.family) = (name, family) }
}
