/// All `Access` documents attached to one instance, put together.
package struct DesiredAccess: Hashable, Sendable {
  package var roles: [String: DesiredRole] = [:]
  package var rules: [GrantRule] = []
  package var owners: [OwnerRule] = []
  /// What they make is known together with the schemas there are: `BoundAccess`.
  package var bindings: [SchemaBinding] = []
  package var rowSecurity: [DesiredRowSecurity] = []
  /// Expressions that a plan was made with, which the specs may write otherwise by now.
  package var otherExpressions: [ProtectedTable: Set<String>] = [:]
  /// Whether a plan moves owners, those of `owners` aside.
  package var movesOtherOwners = false
  /// The databases in which privileges are judged: the union of the documents' `databases:`.
  package var databases: Set<String> = []
  /// Names that are kept for the specs: a role of such a name that no document declares is a difference.
  package var managedNames: [ManagedName] = []
  /// Who may be a superuser beside those that are declared so; `nil` where no document says.
  package var superusers: SuperuserList?

  package init() {}
}

/// An entry of `manages:`.
package struct ManagedName: Hashable, Sendable {
  package var pattern: NamePattern
  /// The document that lists it.
  package var document: Address

  package init(pattern: NamePattern, document: Address) { (self.pattern, self.document) = (pattern, document) }
}

/// The lists under `superusers:` of all documents, put together.
package struct SuperuserList: Hashable, Sendable {
  package var names: Set<String>

  package init(names: Set<String>) { self.names = names }
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
  package var password: DesiredPassword?
  /// How old the password's source may grow.
  package var rotateEvery: TimeSpan?
  package var settings: [String: String] = [:]
  /// Those of its sessions in one database, by database.
  package var settingsInDatabases: [String: [String: String]] = [:]
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

package enum DesiredPassword: Hashable, Sendable {
  case kept(SecretRef)
  /// The role has none, so that nobody logs in by one.
  case disabled

  package var reference: SecretRef? { if case .kept(let reference) = self { reference } else { nil } }
}

package struct DesiredMembership: Hashable, Sendable {
  package var role: String
  package var admin: Bool
  /// `nil` for what a plain GRANT gives: what the member's own `INHERIT` says.
  package var inherit: Bool?
  /// `nil` for what a plain GRANT gives: it may.
  package var set: Bool?
  /// From then on it counts as not written.
  package var expires: Timestamp?

  package init(
    role: String, admin: Bool = false, inherit: Bool? = nil, set: Bool? = nil, expires: Timestamp? = nil
  ) {
    (self.role, self.admin, self.inherit, self.set, self.expires) = (role, admin, inherit, set, expires)
  }

  package func isExpired(at now: Timestamp) -> Bool { expires.map { $0 <= now } ?? false }
}

/// One entry of `grants:`, with its profile put in.
package struct GrantRule: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, Codable, CaseIterable {
    case present
    /// The grantees must not hold it, whoever gave it to them.
    case absent
  }

  package var grantees: [Grantee]
  /// Where it holds: the databases of its document, or those that `in:` or `database:` name.
  package var databases: [String]
  package var items: [GrantItem]
  /// The roles whose future objects are granted too; only items that name all objects of a kind act on them.
  package var defaultPrivilegesOf: [String]
  /// Whether it grants on the objects that are there, and not only on those that these roles will make.
  package var coversExisting = true
  package var state = State.present
  /// The grantees may grant it on.
  package var grantOption = false
  /// From then on the rule counts as not written.
  package var expires: Timestamp?
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

  package func isExpired(at now: Timestamp) -> Bool { expires.map { $0 <= now } ?? false }
}

package struct GrantItem: Hashable, Sendable {
  package enum Selector: Hashable, Sendable {
    case database
    /// The schemas of the rule's databases whose name fits.
    case schemas(NamePattern)
    /// Objects of any other kind. `schema` is `nil` for all schemas, and for kinds that lie in none. `names` is `nil` for
    /// every object of the kind, those to come too where the rule names whose.
    case objects(ObjectKind, schema: NamePattern?, names: NamePattern?)
  }

  package enum Privileges: Hashable, Sendable {
    /// What the server's version has for the kind.
    case all
    case some(PrivilegeSet)
  }

  package var selector: Selector
  package var privileges: Privileges

  package init(selector: Selector, privileges: Privileges) { (self.selector, self.privileges) = (selector, privileges) }

  package var kind: ObjectKind {
    switch selector {
    case .database: .database
    case .schemas: .schema
    case .objects(let kind, _, _): kind
    }
  }
}

extension GrantItem.Selector {
  package static func schema(_ name: String) -> Self { .schemas(NamePattern(exactly: name)) }

  package static func all(_ kind: ObjectKind, schema: String?) -> Self {
    .objects(kind, schema: schema.map { NamePattern(exactly: $0) }, names: nil)
  }

  package static func named(_ id: ObjectID) -> Self {
    .objects(
      id.kind, schema: id.schema.isEmpty ? nil : NamePattern(exactly: id.schema), names: NamePattern(exactly: id.name))
  }
}
