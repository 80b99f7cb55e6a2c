/// All `Access` documents attached to one instance, put together.
package struct DesiredAccess: Hashable, Sendable {
  package var roles: [String: DesiredRole] = [:]
  package var rules: [GrantRule] = []
  /// The databases in which privileges are judged: the union of the documents' `databases:`.
  package var databases: Set<String> = []

  package init() {}
}

package enum AccessMode: String, Hashable, Sendable, Codable, CaseIterable {
  /// What isn't declared is revoked.
  case authoritative
  /// Nothing is ever revoked.
  case additive
  /// Differences are reported, never planned.
  case audit
}

package struct DesiredRole: Hashable, Sendable {
  package enum State: Hashable, Sendable {
    case present
    case absent(reassignTo: String?)
  }

  package var state = State.present
  package var attributes = RoleAttributes()
  /// `nil` where the spec doesn't say: unmanaged. The same holds for the password and for each setting.
  package var comment: String??
  package var password: SecretRef?
  package var settings: [String: String] = [:]
  package var memberOf: [DesiredMembership] = []
  /// From then on the role counts as expired: no login, no memberships.
  package var expires: Timestamp?
  package var renamedFrom: String?
  package var mode = AccessMode.authoritative
  /// The document that declares it.
  package var document: Address

  package init(document: Address) { self.document = document }

  /// Only where the document may take something away.
  package var isToBeRemoved: Bool { state != .present && mode == .authoritative }

  package func isExpired(at now: Timestamp) -> Bool { expires.map { $0 <= now } ?? false }
}

package struct DesiredMembership: Hashable, Sendable {
  package var role: String
  package var admin: Bool

  package init(role: String, admin: Bool = false) { (self.role, self.admin) = (role, admin) }
}

/// One entry of `grants:`, with its profile put in.
package struct GrantRule: Hashable, Sendable {
  package var grantees: [Grantee]
  /// Where it holds: the databases of its document, or the one that `in:` or `database:` names.
  package var databases: [String]
  package var items: [GrantItem]
  /// The roles whose future objects are granted too; only items with `.all` act on them.
  package var defaultPrivilegesOf: [String]
  package var mode: AccessMode
  /// `access/NAME/grant/N`, N counted from 1.
  package var address: Address

  package init(
    grantees: [Grantee], databases: [String], items: [GrantItem], defaultPrivilegesOf: [String] = [], mode: AccessMode,
    address: Address
  ) {
    (self.grantees, self.databases, self.items) = (grantees, databases, items)
    (self.defaultPrivilegesOf, self.mode, self.address) = (defaultPrivilegesOf, mode, address)
  }
}

package struct GrantItem: Hashable, Sendable {
  package enum Selector: Hashable, Sendable {
    case database
    case schema(String)
    /// Every object of the kind in the schema, those to come where the rule names whose.
    case all(ObjectKind, schema: String)
    case named(ObjectID)
  }

  package enum Privileges: Hashable, Sendable {
    /// What the server's version has for the kind.
    case all
    case some(PrivilegeSet)
  }

  package var selector: Selector
  package var privileges: Privileges

  package init(selector: Selector, privileges: Privileges) { (self.selector, self.privileges) = (selector, privileges) }
}
