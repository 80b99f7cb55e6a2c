import Model

/// What an access review was asked, and when.
package struct AccessQuestion: Hashable, Sendable {
  package var toolVersion: String
  package var observedAt: Timestamp
  package var only: [String]
  package var roles: [String]
  package var objects: [String]

  package init(toolVersion: String, observedAt: Timestamp, only: [String], roles: [String], objects: [String]) {
    (self.toolVersion, self.observedAt, self.only) = (toolVersion, observedAt, only)
    (self.roles, self.objects) = (roles, objects)
  }
}

/// Who may do what on one instance. What a role may do is worked out when it is shown, so that a review takes no more
/// memory than the largest role's part of it.
package struct InstanceAccess: Sendable {
  /// Somebody whose access is shown.
  package struct Subject: Hashable, Sendable {
    package var grantee: Grantee
    package var mayLogIn: Bool
    /// When the specs end the role.
    package var expires: Timestamp?

    package init(_ grantee: Grantee, mayLogIn: Bool, expires: Timestamp? = nil) {
      (self.grantee, self.mayLogIn, self.expires) = (grantee, mayLogIn, expires)
    }
  }

  package var instance: String
  package var summary: String
  package var subjects: [Subject]
  package var notes: [String]
  private let privileges: EffectivePrivileges
  /// Also what a role may do because everybody may.
  private let includesEverybody: Bool
  private let endings: AccessEndings

  package init(
    instance: String, summary: String, subjects: [Subject], notes: [String], privileges: EffectivePrivileges,
    includesEverybody: Bool, endings: AccessEndings
  ) {
    (self.instance, self.summary, self.subjects, self.notes) = (instance, summary, subjects, notes)
    (self.privileges, self.includesEverybody, self.endings) = (privileges, includesEverybody, endings)
  }

  var address: Address { .instance(instance) }

  func grants(of subject: Subject) -> [EffectiveGrant] {
    guard let role = subject.grantee.role else { return privileges.ofEverybody }
    return privileges.grants(of: role, includingEverybody: includesEverybody)
  }

  /// When the specs take it back: the first end of anything on the way.
  func end(of grant: EffectiveGrant, for subject: Subject) -> Timestamp? {
    guard let role = subject.grantee.role else { return nil }
    return endings.end(of: grant, for: role)
  }
}
