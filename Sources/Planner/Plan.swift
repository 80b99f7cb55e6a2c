import Model

/// What will be done, as plain data: it can be saved, reviewed, hashed and run by another process. It holds no secret,
/// no endpoint and nothing that was not shown.
package struct Plan: Hashable, Sendable, Codable {
  /// The number rises when a released reader could no longer read the file rightly.
  package static let formatVersion = 1

  package enum Origin: Hashable, Sendable, Codable {
    case specs
    case revert(run: String)
  }

  package var formatVersion = Plan.formatVersion
  package var toolVersion: String
  package var createdAt: Timestamp
  package var origin: Origin
  package var specs: SpecsIdentity
  /// Only what time alone makes due may be in the plan.
  package var dueOnly: Bool
  package var deferRestart: Bool
  /// The `--only` selections that made it, as typed.
  package var scope: [String]
  package var instances: [InstancePlan]
  /// Instances without a plan, each with the reason.
  package var notPlanned: [NotPlanned]
  /// Addresses that have left the specs; advice, in no digest.
  package var released: [String]

  package init(
    toolVersion: String, createdAt: Timestamp, origin: Origin, specs: SpecsIdentity, dueOnly: Bool = false,
    deferRestart: Bool = false, scope: [String] = [], instances: [InstancePlan], notPlanned: [NotPlanned] = [],
    released: [String] = []
  ) {
    (self.toolVersion, self.createdAt, self.origin, self.specs) = (toolVersion, createdAt, origin, specs)
    (self.dueOnly, self.deferRestart, self.scope) = (dueOnly, deferRestart, scope)
    (self.instances, self.notPlanned, self.released) = (instances, notPlanned, released)
  }

  package var isEmpty: Bool { instances.allSatisfy(\.steps.isEmpty) }
}

/// Which specs a plan was made from.
package struct SpecsIdentity: Hashable, Sendable, Codable {
  /// SHA-256 over the paths and bytes of all spec files.
  package var digest: String
  package var commit: String?
  /// The working tree differs from the commit; `nil` outside git.
  package var isDirty: Bool?

  package init(digest: String, commit: String? = nil, isDirty: Bool? = nil) {
    (self.digest, self.commit, self.isDirty) = (digest, commit, isDirty)
  }
}

package struct NotPlanned: Hashable, Sendable, Codable {
  package enum Reason: String, Hashable, Sendable, Codable {
    /// Its host is another one; counted, no error.
    case otherHost
    /// It could not be observed: exit code 1.
    case notObserved
    /// The specs ask for what this instance can't do: exit code 1.
    case invalid
    /// A guardrail of the specs forbids what they ask for: exit code 3.
    case guarded
  }

  package var address: Address
  package var reason: Reason
  package var message: String

  package init(address: Address, reason: Reason, message: String) {
    (self.address, self.reason, self.message) = (address, reason, message)
  }
}

/// The plan of one instance.
package struct InstancePlan: Hashable, Sendable, Codable {
  package var instance: String
  /// `PostgreSQL 15.20 on db1 (local)`, for people.
  package var summary: String
  /// The cluster that was observed; apply refuses another one. `nil` where it is still to be created.
  package var systemIdentifier: String?
  package var changes: [Change]
  package var steps: [Step]
  package var alarms: [Alarm]
  /// Accepted by the platform and not in force; no difference, and shown.
  package var pending: [Pending]
  /// What a reader should know and no step changes: `audit` findings, roles that could not be checked.
  package var notes: [Note]
  package var effects: [Effect]
  /// When the next maintenance window begins, for steps that wait for it; `nil` where there is none.
  package var nextWindow: Timestamp?

  package init(
    instance: String, summary: String, systemIdentifier: String?, changes: [Change] = [], steps: [Step] = [],
    alarms: [Alarm] = [], pending: [Pending] = [], notes: [Note] = [], effects: [Effect] = []
  ) {
    (self.instance, self.summary, self.systemIdentifier) = (instance, summary, systemIdentifier)
    (self.changes, self.steps, self.alarms, self.pending) = (changes, steps, alarms, pending)
    (self.notes, self.effects) = (notes, effects)
  }

  package var address: Address { .instance(instance) }

  package var hazards: [Hazard] { steps.flatMap(\.hazards) }

  package var basis: [Fact] { steps.flatMap(\.expects) }
}

/// An observed fact that contradicts the specs and that no step can mend.
package struct Alarm: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable {
    case vanished, archiverFailing, missingWAL, repositoryUnreadable, backupTooOld, unmanagedDirectory
    case masked, notPermitted
    /// A change that the user who applies may not make. The rest of the plan goes without it.
    case notPossible
    /// A role whose name is kept for the specs, and a superuser that nobody allowed.
    case undeclaredRole, undeclaredSuperuser
    /// The source of a role's password is older than its rotation allows.
    case passwordTooOld
    /// The cloud says that the instance will not get better by itself.
    case broken
    /// The newest moment that can be restored lies too far back.
    case restoreLag
    /// The cloud gave a copy of a snapshot up.
    case copyFailed
  }

  package var kind: Kind
  package var address: Address
  package var message: String
  /// What to do next.
  package var hint: String

  package init(_ kind: Kind, _ address: Address, message: String, hint: String) {
    (self.kind, self.address, self.message, self.hint) = (kind, address, message, hint)
  }
}

package struct Pending: Hashable, Sendable, Codable {
  package var address: Address
  package var running: String?
  package var waiting: String?
  package var until: String

  package init(address: Address, running: String?, waiting: String?, until: String) {
    (self.address, self.running, self.waiting, self.until) = (address, running, waiting, until)
  }
}

package struct Note: Hashable, Sendable, Codable {
  package var address: Address
  package var message: String
  /// It tells a difference, which an `audit` document keeps from being planned.
  package var isDifference: Bool

  package init(address: Address, message: String, isDifference: Bool = false) {
    (self.address, self.message, self.isDifference) = (address, message, isDifference)
  }
}

/// Who gains or loses what, over all roles and grants taken together.
package struct Effect: Hashable, Sendable, Codable {
  package var role: String
  package var gains: Bool
  package var privileges: PrivilegeSet
  package var on: ObjectGroup
  /// The role through which it comes, where that isn't the role itself.
  package var through: String?
  /// Of USAGE on a schema: how many objects inside, on which the role holds privileges all along, come into its reach by
  /// it or go out of it.
  package var inside: Int?

  package init(
    role: String, gains: Bool, privileges: PrivilegeSet, on: ObjectGroup, through: String?, inside: Int? = nil
  ) {
    (self.role, self.gains, self.privileges, self.on, self.through) = (role, gains, privileges, on, through)
    self.inside = inside
  }
}
